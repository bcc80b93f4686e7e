"""When the next reminder by itself is due (自動リマインド): every so many minutes, within allowed hours."""

from datetime import datetime, timedelta

from core.clock import jst
from data.models.broadcasts import Broadcast


def next_slot(row: Broadcast, after: datetime) -> datetime | None:
    """Return the next moment for a reminder; None: there shall be none, or no more."""
    if row.remind_every is None or row.reminded >= row.remind_most:
        return None
    return within_hours(after + timedelta(minutes=row.remind_every), row.remind_from, row.remind_until)


def within_hours(moment: datetime, begin: int | None, end: int | None) -> datetime:
    """Return a moment, or the beginning of the next allowed hours when it lies outside of them."""
    if begin is None or end is None:
        return moment
    local = jst(moment)
    if begin <= local.hour < end:
        return moment
    day = local if local.hour < begin else local + timedelta(days=1)
    return day.replace(hour=begin, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)
