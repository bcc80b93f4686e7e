"""Dates of the setup (導入スケジュール, D17): the days of a month, moved to days on which one works."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from holidays import country_holidays

from services.setup.organisation import Weekday

CLOSED = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}
"""Days on which public offices are closed besides holidays (行政機関の休日に関する法律); most companies too."""

ONE = timedelta(days=1)


class Calendar:
    """On which days the organisation works: its weekdays, without Japanese holidays and the turn of the year."""

    def __init__(self, working_days: Collection[str]) -> None:
        """Take the weekdays, at least one of them."""
        self._weekdays = {at for at, day in enumerate(Weekday) if day in working_days}
        self._holidays = country_holidays("JP")

    def works(self, day: date) -> bool:
        """Say whether it is a working day."""
        return (
            day.weekday() in self._weekdays
            and (day.month, day.day) not in CLOSED
            and day not in self._holidays
        )  # fmt: skip

    def first(self, day: date) -> date:
        """Return the day itself or the next working day after it."""
        return next(one for one in _days(day, ONE) if self.works(one))

    def last(self, day: date) -> date:
        """Return the day itself or the last working day before it."""
        return next(one for one in _days(day, -ONE) if self.works(one))


def due(start: date, day: int, calendar: Calendar) -> date:
    """Return the working day until which something is due by ``day`` (1: the start): never later, never before it."""
    return max(calendar.last(start + (day - 1) * ONE), calendar.first(start))


def _days(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step
