"""Telegrams may come in any order (電文の順序): what was corrected or cancelled before it came must start nothing."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from core.transaction import Transaction
from data.models.safety import QuakeTelegram, TelegramRecord
from services.safety.telegrams import InfoType, Status, Telegram
from services.safety.telegrams.kinds import EARTHQUAKE_TRIGGERS


def events_to_act_on(tx: Transaction, telegram: Telegram) -> list[str]:
    """Return the earthquakes of a telegram for which no newer telegram has overtaken it.

    What reports intensities is overtaken by a correction or cancel of its own kind; a cancel by any newer report.
    """
    conditions = _newer_report() if telegram.cancels_earthquake else _taken_back(telegram)
    overtaken = _spoken_of_by(tx, telegram, conditions)
    return [event_id for event_id in telegram.event_ids if event_id not in overtaken]


def _newer_report() -> Sequence[ColumnElement[bool]]:
    return (
        TelegramRecord.kind.in_([kind.value for kind in EARTHQUAKE_TRIGGERS]),
        TelegramRecord.info_type != InfoType.CANCEL.value,
    )


def _taken_back(telegram: Telegram) -> Sequence[ColumnElement[bool]]:
    return (
        TelegramRecord.kind == telegram.telegram.value,
        TelegramRecord.info_type.in_([InfoType.CORRECTION.value, InfoType.CANCEL.value]),
    )


def _spoken_of_by(tx: Transaction, telegram: Telegram, conditions: Sequence[ColumnElement[bool]]) -> set[str]:
    newer = (
        select(QuakeTelegram.event_id)
        .join(TelegramRecord, TelegramRecord.id == QuakeTelegram.telegram_id)
        .where(
            QuakeTelegram.event_id.in_(telegram.event_ids),
            TelegramRecord.status == Status.NORMAL.value,
            TelegramRecord.report_time > telegram.report_time,
            *conditions,
        )
    )
    return set(tx.execute(newer).scalars())
