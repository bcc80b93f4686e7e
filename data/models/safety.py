"""Safety confirmation (安否確認): JMA telegrams as they came, rules, and the earthquakes they tell of (D07)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class QuakeRule(Versioned, Base):
    """“Seismic intensity N or more: ask the people of those areas” (地震の自動一斉送信の設定).

    ``threshold`` is an intensity as telegrams write it, from 3 to 7.
    """

    __tablename__ = "quake_rule"
    __table_args__ = (CheckConstraint("threshold IN ('3', '4', '5-', '5+', '6-', '6+', '7')", "threshold"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    threshold: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=False)
    template_id: Mapped[int] = mapped_column(ForeignKey("mail_template.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("question_form.id"))


class Source(StrEnum):
    """How a telegram came in: from the command line, as a file on the console, or from JMA's feed."""

    COMMAND_LINE = "command_line"
    UPLOAD = "upload"
    FEED = "feed"


class Verdict(StrEnum):
    """What was done about a telegram: a broadcast opened, more people asked, a sending stopped, or nothing sent."""

    OPENED = "opened"
    EXTENDED = "extended"
    STOPPED = "stopped"
    SILENT = "silent"


class TelegramRecord(Base):
    """A telegram that came in (電文), read, with what was decided and why. The same bytes are taken once.

    ``digest`` is their SHA-256, ``xml`` are the bytes; ``content`` is the telegram as it was read. ``decisions`` is a
    list of ``{"message", "values", "broadcast_id"}``: a message id with what fills it, one for each rule or broadcast.
    """

    __tablename__ = "telegram"
    __table_args__ = (Index("ix_telegram_received_at", "received_at", "id"),)

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


class Quake(Base):
    """One earthquake, by JMA's EventID. Its row is locked while a telegram of it is decided: one after the other."""

    __tablename__ = "quake"

    event_id: Mapped[str] = mapped_column(primary_key=True)


class QuakeTelegram(Base):
    """A telegram that speaks of an earthquake; one may speak of several."""

    __tablename__ = "quake_telegram"

    event_id: Mapped[str] = mapped_column(ForeignKey("quake.event_id"), primary_key=True)
    telegram_id: Mapped[int] = mapped_column(ForeignKey("telegram.id"), primary_key=True, index=True)


class QuakeBroadcast(Base):
    """The one broadcast of an earthquake under one rule; earthquakes that JMA reports together share it.

    ``cancelled_by`` is the cancel (取消) that stopped it, until a newer telegram of the earthquake comes.
    """

    __tablename__ = "quake_broadcast"

    event_id: Mapped[str] = mapped_column(ForeignKey("quake.event_id"), primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("quake_rule.id"), primary_key=True, index=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), index=True)
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("telegram.id"))
