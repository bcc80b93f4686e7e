"""Telegrams may come in any order (電文の順序): what was corrected or cancelled before it came must start nothing."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from core.transaction import Transaction
from data.models.safety import Case, CaseTelegram, TelegramRecord
from services.safety.families import Family
from services.safety.telegrams import InfoType, Kind, Status, Telegram

TAKING_BACK = [InfoType.CORRECTION.value, InfoType.CANCEL.value]
STALE = timedelta(hours=24)
"""So long a correction or cancel of weather speaks of what went before; JMA tells anew of what still holds."""


def events_to_act_on(tx: Transaction, telegram: Telegram, family: Family) -> list[str]:
    """Return the events of a telegram for which no newer telegram has overtaken it.

    What reports is overtaken by a correction or cancel of its own kind; a cancel by any newer report of its family.
    """
    cancels = family.cancelled_by(telegram)
    conditions = _newer_report(family.triggers) if cancels else _taken_back(telegram)
    overtaken = _spoken_of_by(tx, telegram, family, conditions)
    return [event_id for event_id in telegram.event_ids if event_id not in overtaken]


def weather_taken_back(tx: Transaction, telegram: Telegram) -> bool:
    """Tell whether a newer telegram of the same kind and office has corrected or cancelled what one says of weather."""
    newer = select(TelegramRecord.id).where(
        TelegramRecord.status == Status.NORMAL.value,
        TelegramRecord.report_time > telegram.report_time,
        TelegramRecord.report_time < telegram.report_time + STALE,
        TelegramRecord.content["office"].astext == telegram.office,
        *_taken_back(telegram),
    )
    return tx.scalar(newer.limit(1)) is not None


def coasts_told_later(tx: Transaction, telegram: Telegram, case_ids: Collection[int]) -> set[str]:
    """Return the coasts of whose grade a newer telegram of the same tsunami has told: that one counts."""
    newer = (
        select(TelegramRecord.content["tsunami"])
        .join(CaseTelegram, CaseTelegram.telegram_id == TelegramRecord.id)
        .where(
            CaseTelegram.case_id.in_(case_ids),
            TelegramRecord.kind == Kind.TSUNAMI_WARNING.value,
            TelegramRecord.status == Status.NORMAL.value,
            TelegramRecord.info_type != InfoType.CANCEL.value,
            TelegramRecord.report_time > telegram.report_time,
        )
    )
    return {code for grades in tx.execute(newer).scalars() for code in grades or ()}


def _newer_report(triggers: Collection[Kind]) -> Sequence[ColumnElement[bool]]:
    return (
        TelegramRecord.kind.in_([kind.value for kind in triggers]),
        TelegramRecord.info_type != InfoType.CANCEL.value,
    )


def _taken_back(telegram: Telegram) -> Sequence[ColumnElement[bool]]:
    return TelegramRecord.kind == telegram.telegram.value, TelegramRecord.info_type.in_(TAKING_BACK)


def _spoken_of_by(
    tx: Transaction, telegram: Telegram, family: Family, conditions: Sequence[ColumnElement[bool]]
) -> set[str]:
    newer = (
        select(Case.event_id)
        .join(CaseTelegram, CaseTelegram.case_id == Case.id)
        .join(TelegramRecord, TelegramRecord.id == CaseTelegram.telegram_id)
        .where(
            Case.kind == family.kind,
            Case.event_id.in_(telegram.event_ids),
            TelegramRecord.status == Status.NORMAL.value,
            TelegramRecord.report_time > telegram.report_time,
            *conditions,
        )
    )
    return {event_id for event_id in tx.execute(newer).scalars() if event_id}
