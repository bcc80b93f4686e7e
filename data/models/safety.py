"""Safety confirmation (安否確認): JMA telegrams as they came, rules, and the events they belong to (D07)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class QuakeRule(Versioned, Base):
    """“Seismic intensity N or more: ask the people of those areas” (地震の自動一斉送信の設定)."""

    __tablename__ = "quake_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    threshold: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=False)
    template_id: Mapped[int] = mapped_column(ForeignKey("mail_template.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("question_form.id"))


class Verdict(StrEnum):
    """What was done about a telegram."""

    OPENED = "opened"
    EXTENDED = "extended"
    SILENT = "silent"


class TelegramRecord(Base):
    """A telegram that came in (電文), read, with what was decided and why. The same bytes are taken once."""

    __tablename__ = "telegram"
    __table_args__ = (Index("ix_telegram_received_at", "received_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    received_at: Mapped[datetime]
    report_time: Mapped[datetime | None]
    content: Mapped[dict[str, Any]]
    verdict: Mapped[Verdict] = state_column(Verdict)
    reason: Mapped[str]
    reason_values: Mapped[dict[str, Any]] = mapped_column(default=dict)


class QuakeEvent(Base):
    """One earthquake (JMA's EventID) under one rule, with the one broadcast that it opened."""

    __tablename__ = "quake_event"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("quake_rule.id"), primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), unique=True)
    telegram_id: Mapped[int] = mapped_column(ForeignKey("telegram.id"))
    opened_at: Mapped[datetime]
