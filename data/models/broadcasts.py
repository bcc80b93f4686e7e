"""Broadcasts (一斉送信): templates, question forms, the frozen audience and its answers (D08, D13, D14)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, mass_reference, state_column


class MailTemplate(Versioned, Base):
    """Subject and text of a broadcast with fields such as ``{name}`` (メールテンプレート).

    What ends in ``_en`` is for people whose language is English; empty: they get the other one.
    """

    __tablename__ = "mail_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    body: Mapped[str]
    subject_en: Mapped[str] = mapped_column(default="", server_default="")
    body_en: Mapped[str] = mapped_column(default="", server_default="")
    sample: Mapped[str | None] = mapped_column(unique=True)


class QuestionForm(Versioned, Base):
    """The questions that a broadcast asks (設問フォーム)."""

    __tablename__ = "question_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    introduction: Mapped[str] = mapped_column(default="")
    introduction_en: Mapped[str] = mapped_column(default="", server_default="")
    sample: Mapped[str | None] = mapped_column(unique=True)


class QuestionKind(StrEnum):
    """How a question is answered: one choice, several, text, a whole number, or a day."""

    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Question(Base):
    """One question of a form; ``options`` are the choices in their order, ``unit`` stands behind a number.

    ``only_if`` is ``{"question": position, "options": [...]}``: asked only of who chose one of these there, at an
    earlier question. What ends in ``_en`` is shown to people whose language is English, answers are kept as the
    options of ``options`` in every language.
    """

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
    label_en: Mapped[str] = mapped_column(default="", server_default="")
    options_en: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    unit_en: Mapped[str] = mapped_column(default="", server_default="")
    only_if: Mapped[dict[str, Any] | None]


class BroadcastState(StrEnum):
    """Draft (recipients and text can change), sending, stopped by a person, open (all sent, answers come), closed."""

    DRAFT = "draft"
    SENDING = "sending"
    STOPPED = "stopped"
    OPEN = "open"
    CLOSED = "closed"


class BroadcastKind(StrEnum):
    """What it is for.

    A test of the contacts (テスト配信), a safety confirmation by hand (安否確認), a drill (訓練), a survey
    (アンケート), a notice (お知らせ), or one that a telegram opened (自動一斉送信).
    """

    TEST = "test"
    MANUAL = "manual"
    DRILL = "drill"
    SURVEY = "survey"
    NOTICE = "notice"
    AUTOMATIC = "automatic"
    CONTACT_CHECK = "contact_check"
    """Whether addresses still work (連絡先の確認通知): no emergency, no drill, asked at a set rhythm."""


class Broadcast(Versioned, Base):
    """One sending to a frozen audience. Text and questions are copies: later edits of a template change nothing here.

    ``questions`` is a list of questions as ``Question`` has them, with ``id``; ``audience`` is the
    selection as it was asked (departments, areas, roles, lists, single people, everybody). ``asked`` counts the frozen
    audience. ``cause`` is what opened an automatic one; it is unique, so nothing opens twice.
    ``answers_erased_at``: who answered what is no longer kept, the totals are.

    ``waits`` says after how many minutes each channel follows (``{"mail": 0, "sms": 30}``) and ``sms_cap_yen`` what
    SMS may cost, both copied from a procedure. ``escalates_at`` is when the next channel is due.

    What ends in ``_en`` is for people whose language is English. ``corrects_id``: it goes to whoever that one asked;
    ``corrected_at`` is when the latest correction of this one was sent. ``send_at``: a draft goes out then, with the
    permissions of ``scheduled_by``; ``schedule_trouble`` says why it did not (``{"text": message id, "values"}``).
    ``remind_at`` is when the next reminder by itself is due: every ``remind_every`` minutes, ``remind_most`` of them,
    ``reminded`` so far, between the hours ``remind_from`` and ``remind_until`` of Japan (both empty: at any hour).
    ``again``: what may have been sent when a worker died is sent again; else it stays *unknown*.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_created_at", "created_at", "id"),
        Index("ix_broadcast_escalates_at", "escalates_at", postgresql_where=literal_column("escalates_at IS NOT NULL")),
        CheckConstraint("(state = 'draft') = (sent_at IS NULL)", "sent_unless_draft"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_at_when_closed"),
        CheckConstraint("send_at IS NULL OR (state = 'draft' AND scheduled_by IS NOT NULL)", "scheduled_is_a_draft"),
        CheckConstraint("remind_at IS NULL OR (remind_every > 0 AND reminded < remind_most)", "reminders_left"),
        CheckConstraint("corrects_id <> id", "corrects_another"),
        Index("ix_broadcast_send_at", "send_at", postgresql_where=literal_column("send_at IS NOT NULL")),
        Index("ix_broadcast_remind_at", "remind_at", postgresql_where=literal_column("remind_at IS NOT NULL")),
        Index("ix_broadcast_corrects_id", "corrects_id", postgresql_where=literal_column("corrects_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BroadcastKind] = state_column(BroadcastKind)
    state: Mapped[BroadcastState] = state_column(BroadcastState, default=BroadcastState.DRAFT)
    title: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    subject_en: Mapped[str] = mapped_column(default="", server_default="")
    body_en: Mapped[str] = mapped_column(default="", server_default="")
    introduction_en: Mapped[str] = mapped_column(default="", server_default="")
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
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("sending_procedure.id", ondelete="SET NULL"))
    waits: Mapped[dict[str, Any]] = mapped_column(default=lambda: {"mail": 0}, server_default='{"mail": 0}')
    sms_cap_yen: Mapped[int | None]
    escalates_at: Mapped[datetime | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))
    corrected_at: Mapped[datetime | None]
    send_at: Mapped[datetime | None]
    scheduled_by: Mapped[int | None]
    schedule_trouble: Mapped[dict[str, Any] | None]
    remind_every: Mapped[int | None]
    remind_most: Mapped[int] = mapped_column(default=0, server_default="0")
    remind_from: Mapped[int | None]
    remind_until: Mapped[int | None]
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    remind_at: Mapped[datetime | None]
    again: Mapped[bool] = mapped_column(default=True, server_default="true")


class Recipient(Base):
    """A person asked by a broadcast, with department and area as they were then, and the first and latest answer.

    Answers are ``{question id: value}``; a choice is its text, several choices are a list, a number is an integer.
    ``first_answer`` is empty while there is only one answer: ``first`` has it. ``tally`` is the latest answer in short
    (services.broadcasts.tally). ``round`` is the mailing that asked the person first.

    Nothing that an answer changes is indexed, so that a reply writes one row version and no index entry; what is
    counted stands before the answers, and they are not stored twice: together that makes counting a third cheaper.
    Whatever changes rows here brings ``reply_total`` in step in the same transaction, or writes a ``reply_step``.
    ``first_by`` and ``latest_by`` are the accounts that entered an answer for the person (電話での回答), with the
    latest one's ``note``; empty where the person answered.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        Index("ix_recipient_department", "broadcast_id", "department_id"),
        Index("ix_recipient_area", "broadcast_id", "area_code"),
        CheckConstraint("(first_at IS NULL) = (latest_at IS NULL)", "first_with_latest"),
        {"postgresql_with": {"fillfactor": "30"}},  # a row with its answer finds room beside the row without
    )

    broadcast_id: Mapped[int] = mapped_column(primary_key=True)
    """Refers to ``broadcast``: a trigger of the statement sees to it, a foreign key looks once a row (0038)."""

    person_id: Mapped[int] = mass_reference("person.id", primary_key=True, index=True)
    department_id: Mapped[int | None] = mass_reference("department.id")
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    answers: Mapped[int] = mapped_column(default=0, server_default="0")
    first_at: Mapped[datetime | None]
    latest_at: Mapped[datetime | None]
    area_code: Mapped[str | None] = mass_reference("area.code")
    tally: Mapped[str | None]
    latest_answer: Mapped[dict[str, Any] | None]
    first_answer: Mapped[dict[str, Any] | None]
    first_by: Mapped[int | None]
    latest_by: Mapped[int | None]
    note: Mapped[str | None]

    @property
    def first(self) -> dict[str, Any] | None:
        """Return the first answer, which is the latest one as long as nobody changed it."""
        return self.latest_answer if self.first_answer is None else self.first_answer
