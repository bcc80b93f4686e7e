"""Broadcasts (一斉送信): templates, question forms, the frozen audience and its answers (D08, D13, D14)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class MailTemplate(Versioned, Base):
    """Subject and text of a broadcast with fields such as ``{name}`` (メールテンプレート)."""

    __tablename__ = "mail_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    sample: Mapped[str | None] = mapped_column(unique=True)


class QuestionForm(Versioned, Base):
    """The questions that a broadcast asks (設問フォーム)."""

    __tablename__ = "question_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    introduction: Mapped[str] = mapped_column(default="")
    sample: Mapped[str | None] = mapped_column(unique=True)


class QuestionKind(StrEnum):
    """How a question is answered: one choice, several, text, or a whole number."""

    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    NUMBER = "number"


class Question(Base):
    """One question of a form; ``options`` are the choices in their order, ``unit`` stands behind a number."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("form_id", "position", deferrable=True, initially="DEFERRED"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("question_form.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = state_column(QuestionKind)
    label: Mapped[str]
    required: Mapped[bool]
    options: Mapped[list[str]] = mapped_column(default=list)
    unit: Mapped[str] = mapped_column(default="")


class BroadcastState(StrEnum):
    """Draft (recipients and text can change), sending, stopped by a person, open (all sent, answers come), closed."""

    DRAFT = "draft"
    SENDING = "sending"
    STOPPED = "stopped"
    OPEN = "open"
    CLOSED = "closed"


class BroadcastKind(StrEnum):
    """A test by hand (テスト配信), a sending by hand, or one that a telegram opened (自動一斉送信)."""

    TEST = "test"
    MANUAL = "manual"
    AUTOMATIC = "automatic"


class Broadcast(Versioned, Base):
    """One sending to a frozen audience. Text and questions are copies: later edits of a template change nothing here.

    ``questions`` is a list of ``{"id", "kind", "label", "required", "options", "unit"}``; ``audience`` is the
    selection as it was asked (departments, areas, roles, lists, single people, everybody). ``asked`` counts the frozen
    audience. ``cause`` is what opened an automatic one; it is unique, so nothing opens twice.
    ``answers_erased_at``: who answered what is no longer kept, the totals are. It goes by all of ``channels``, and to
    whom none of these reaches by the first of ``otherwise`` that does. ``again``: what may have been sent when a worker
    died is sent again; else it stays *unknown*.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_created_at", "created_at", "id"),
        CheckConstraint("(state = 'draft') = (sent_at IS NULL)", "sent_unless_draft"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_at_when_closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BroadcastKind] = state_column(BroadcastKind)
    state: Mapped[BroadcastState] = state_column(BroadcastState, default=BroadcastState.DRAFT)
    title: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")
    form_id: Mapped[int | None] = mapped_column(ForeignKey("question_form.id", ondelete="SET NULL"))
    questions: Mapped[list[dict[str, Any]]]
    audience: Mapped[dict[str, Any]]
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    cause: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    answers_erased_at: Mapped[datetime | None]
    channels: Mapped[list[str]] = mapped_column(default=lambda: ["mail"], server_default='["mail"]')
    otherwise: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    again: Mapped[bool] = mapped_column(default=True, server_default="true")


class Recipient(Base):
    """A person asked by a broadcast, with department and area as they were then, and the first and latest answer.

    Answers are ``{question id: value}``; a choice is its text, several choices are a list, a number is an integer.
    ``first_answer`` is empty while there is only one answer: ``first`` has it. ``tally`` is the latest answer in short
    (services.broadcasts.tally). ``round`` is the mailing that asked the person first.

    Nothing that an answer changes is indexed, so that a reply writes one row version and no index entry; what is
    counted stands before the answers, and they are not stored twice: together that makes counting a third cheaper.
    Whatever changes rows here brings ``reply_total`` in step in the same transaction.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        Index("ix_recipient_department", "broadcast_id", "department_id"),
        Index("ix_recipient_area", "broadcast_id", "area_code"),
        CheckConstraint("(first_at IS NULL) = (latest_at IS NULL)", "first_with_latest"),
        {"postgresql_with": {"fillfactor": "75"}},
    )

    broadcast_id: Mapped[int] = mapped_column(primary_key=True)
    """Refers to ``broadcast``: a trigger of the statement sees to it, a foreign key looks once a row (0038)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    answers: Mapped[int] = mapped_column(default=0, server_default="0")
    first_at: Mapped[datetime | None]
    latest_at: Mapped[datetime | None]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    tally: Mapped[str | None]
    latest_answer: Mapped[dict[str, Any] | None]
    first_answer: Mapped[dict[str, Any] | None]

    @property
    def first(self) -> dict[str, Any] | None:
        """Return the first answer, which is the latest one as long as nobody changed it."""
        return self.latest_answer if self.first_answer is None else self.first_answer


class TotalKind(StrEnum):
    """What a total is of: a department, an area, or one answer to one question."""

    DEPARTMENT = "department"
    AREA = "area"
    ANSWER = "answer"


class ReplyTotal(Base):
    """How many were asked and have answered, kept with every reply so that nobody has to count recipients (D14).

    ``key`` is a department's id or an area's code, empty for people without one; of an answer the question's position
    and its part of the recipient's ``tally`` (``0:2``), and there ``asked`` is 0. Each round has rows of its own:
    asking more people never waits for those who answer.
    """

    __tablename__ = "reply_total"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)  # a reply finds room beside the row it changes

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TotalKind] = state_column(TotalKind, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    answered: Mapped[int]
    latest_at: Mapped[datetime | None]
