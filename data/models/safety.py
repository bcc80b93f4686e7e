"""Safety confirmation (安否確認): JMA telegrams as they came, rules, and the cases they tell of (D07)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class RuleKind(StrEnum):
    """What a rule waits for: an earthquake, a tsunami, a special warning of weather (特別警報)."""

    EARTHQUAKE = "earthquake"
    TSUNAMI = "tsunami"
    SPECIAL_WARNING = "special_warning"


class RuleWho(StrEnum):
    """Whom a rule asks: people by their own regions, fixed recipients when a fixed area is hit, or everybody."""

    REGIONS = "regions"
    FIXED = "fixed"
    EVERYBODY = "everybody"


class Rule(Versioned, Base):
    """“From this on, ask these people that” (自動一斉送信の設定): one kind of event, one threshold, one way to choose.

    ``threshold`` is a seismic intensity as telegrams write it, from 3 to 7; a rule for tsunamis goes by the ``grade``
    of the forecast or by the observed ``height`` in metres; one for special warnings by the codes in ``warnings``.
    ``areas`` and ``audience`` (departments, roles, lists, people) are those of fixed recipients. ``waits`` has minutes
    by intensity: so long a first report waits for its confirmation; what is not in it does not wait.
    """

    __tablename__ = "rule"
    __table_args__ = (
        CheckConstraint("threshold IN ('3', '4', '5-', '5+', '6-', '6+', '7')", "threshold"),
        CheckConstraint("grade IN ('advisory', 'warning', 'major_warning')", "grade"),
        CheckConstraint("height > 0 AND height <= 50", "height"),
        CheckConstraint("(kind = 'earthquake') = (threshold IS NOT NULL)", "threshold_of_earthquakes"),
        CheckConstraint("(kind = 'tsunami') = (num_nonnulls(grade, height) = 1)", "grade_or_height_of_tsunamis"),
        CheckConstraint("num_nonnulls(grade, height) <= 1", "one_policy"),
        CheckConstraint("(kind = 'special_warning') = (warnings <> '[]'::jsonb)", "warnings_of_weather"),
        CheckConstraint("who = 'fixed' OR (areas = '[]'::jsonb AND audience = '{}'::jsonb)", "fixed_recipients"),
        CheckConstraint("kind = 'earthquake' OR waits = '{}'::jsonb", "waits_of_earthquakes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[RuleKind] = state_column(RuleKind)
    threshold: Mapped[str | None]
    grade: Mapped[str | None]
    height: Mapped[float | None]
    warnings: Mapped[list[str]] = mapped_column(default=list)
    who: Mapped[RuleWho] = state_column(RuleWho)
    areas: Mapped[list[str]] = mapped_column(default=list)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    waits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    enabled: Mapped[bool] = mapped_column(default=False)
    template_id: Mapped[int] = mapped_column(ForeignKey("mail_template.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("question_form.id"))


class Source(StrEnum):
    """How a telegram came in: from the command line, as a file on the console, or from JMA's feed."""

    COMMAND_LINE = "command_line"
    UPLOAD = "upload"
    FEED = "feed"


class Verdict(StrEnum):
    """What was done about a telegram: opened, more people asked, a sending stopped, it waits, or nothing was sent."""

    OPENED = "opened"
    EXTENDED = "extended"
    STOPPED = "stopped"
    WAITING = "waiting"
    SILENT = "silent"


class TelegramRecord(Base):
    """A telegram that came in (電文), read, with what was decided and why. The same bytes are taken once.

    ``digest`` is their SHA-256, ``xml`` are the bytes; ``content`` is the telegram as it was read. ``decisions`` is a
    list of ``{"message", "values", "broadcast_id"}``: a message id with what fills it, one for each rule or broadcast.
    """

    __tablename__ = "telegram"
    __table_args__ = (
        Index("ix_telegram_received_at", "received_at", "id"),
        Index("ix_telegram_report_time", "report_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    source: Mapped[Source] = state_column(Source)
    received_at: Mapped[datetime]
    kind: Mapped[str]
    status: Mapped[str]
    info_type: Mapped[str]
    title: Mapped[str]
    report_time: Mapped[datetime]
    max_intensity: Mapped[str | None]
    content: Mapped[dict[str, Any]]
    xml: Mapped[bytes]
    verdict: Mapped[Verdict] = state_column(Verdict)
    decisions: Mapped[list[dict[str, Any]]]


class Case(Base):
    """One event that may concern people (事案): telegrams of it come one after the other, and people are asked once.

    Of an earthquake and of a tsunami it is one by JMA's ``event_id``; of a special warning one for each kind (``code``)
    from the moment when it holds somewhere until it holds nowhere any more (``ended_at``). Its row is locked while a
    telegram of it is decided: one after the other.
    """

    __tablename__ = "safety_case"
    __table_args__ = (
        UniqueConstraint("kind", "event_id"),
        CheckConstraint("(kind = 'special_warning') = (event_id IS NULL)", "event_id_unless_weather"),
        CheckConstraint("(kind = 'special_warning') = (code IS NOT NULL)", "code_of_weather"),
        Index("ix_safety_case_going_on", "code", postgresql_where=text("ended_at IS NULL AND code IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind] = state_column(RuleKind)
    event_id: Mapped[str | None] = mapped_column(index=True)
    code: Mapped[str | None]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CaseArea(Base):
    """Where a special warning of a case holds, or held: the code is a municipality's or a unit of warnings'."""

    __tablename__ = "case_area"

    case_id: Mapped[int] = mapped_column(ForeignKey("safety_case.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)
    in_force: Mapped[bool]
    reported_at: Mapped[datetime]


class CaseTelegram(Base):
    """A telegram that speaks of a case; one may speak of several."""

    __tablename__ = "case_telegram"

    case_id: Mapped[int] = mapped_column(ForeignKey("safety_case.id", ondelete="CASCADE"), primary_key=True)
    telegram_id: Mapped[int] = mapped_column(ForeignKey("telegram.id"), primary_key=True, index=True)


class AskingState(StrEnum):
    """Where the asking stands: due or waiting, asked, nobody to ask, cancelled by JMA, held back by a person."""

    WAITING = "waiting"
    ASKED = "asked"
    NOBODY = "nobody"
    CANCELLED = "cancelled"
    HELD = "held"


class Asking(Base):
    """What one rule does about one case: it waits until ``due_at``, then one broadcast asks the people of ``hits``.

    Cases that JMA reports together share a broadcast. ``hits`` are the areas that have reached the rule so far, with
    how strongly; ``telegram_id`` is the latest telegram that said so. ``asked_at`` is when people were asked last.
    ``cancelled_by`` is the cancel (取消) that stopped it, until a newer telegram comes.
    """

    __tablename__ = "asking"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", "due_while_waiting"),
        CheckConstraint("state <> 'asked' OR broadcast_id IS NOT NULL", "asked_by_broadcast"),
        Index("ix_asking_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_asking_rule", "rule_id", "asked_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("safety_case.id", ondelete="CASCADE"), primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"), primary_key=True)
    state: Mapped[AskingState] = state_column(AskingState)
    telegram_id: Mapped[int] = mapped_column(ForeignKey("telegram.id"), index=True)
    hits: Mapped[dict[str, Any]]
    due_at: Mapped[datetime | None]
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"), index=True)
    asked_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("telegram.id"))


class AskedRound(Base):
    """Why the people of one round of a broadcast were asked: by which telegram, under which rule, for which areas."""

    __tablename__ = "asked_round"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    telegram_id: Mapped[int] = mapped_column(ForeignKey("telegram.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id"))
    hits: Mapped[dict[str, Any]]
    at: Mapped[datetime]
