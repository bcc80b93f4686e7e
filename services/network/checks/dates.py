"""When the next contact check is due: every so many months, on a day, at an hour of Japan."""

from datetime import UTC, datetime
from typing import NamedTuple

from core.clock import JST, jst

MONTHS = 12


class Rhythm(NamedTuple):
    """Every how many months, on which day (1 to 28, so that each month has it), at which hour of Japan."""

    every_months: int
    day: int
    hour: int


def next_after(now: datetime, rhythm: Rhythm, last: datetime | None) -> datetime:
    """Return the first time after ``now`` on that day and hour, that many months after ``last`` at least."""
    month = _number(now)
    if last is not None:
        month = max(month, _number(last) + rhythm.every_months)
    found = _at(month, rhythm)
    return found if found > now else _at(month + 1, rhythm)


def _number(moment: datetime) -> int:
    here = jst(moment)
    return here.year * MONTHS + here.month - 1


def _at(month: int, rhythm: Rhythm) -> datetime:
    year, at = divmod(month, MONTHS)
    return datetime(year, at + 1, rhythm.day, rhythm.hour, tzinfo=JST).astimezone(UTC)
