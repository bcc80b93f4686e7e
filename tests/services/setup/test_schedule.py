"""Owners and dates of the setup guide: thirty days on working days, files of them, what waits for whom (D17)."""

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar as Ical
from sqlalchemy import delete, select

from core import clock
from core.audit import AuditRecord
from core.clock import JST
from core.errors import Conflict, Invalid, NotFound
from core.inputs import Nothing, validated
from core.needs import Urgency
from data.models.access import PermissionAssignment
from data.models.setup import Organisation
from services.home import what_needs_me
from services.setup import (
    CalendarAsk,
    FeatureUse,
    StartOn,
    StepDuty,
    assign_step,
    calendar,
    guide,
    owners,
    propose_dates,
    schedule,
    use_feature,
)
from services.setup.duties import dates_from
from services.setup.schedule import Calendar, due
from services.setup.steps import STEPS
from tests.factories import account_of

WEEK = ["mon", "tue", "wed", "thu", "fri"]


@pytest.fixture(autouse=True)
def stored(tx):
    """An organisation that works from eight o'clock."""
    tx.add(Organisation(id=1, name="みほん", sample=False, created_at=tx.now, office_hour=8))


@pytest.fixture
def mine(administrator, cast, tx):
    """The administrator's account."""
    return account_of(tx, cast.administrator).id


def step(tx, key):
    """Return a step as the guide shows it."""
    return next(one for one in guide(tx, Nothing()).steps if one.key == key)


class TestDue:
    """Working days."""

    @pytest.mark.parametrize(
        ("start", "day", "weekdays", "expected"),
        [
            (date(2026, 11, 24), 1, WEEK, date(2026, 11, 24)),
            (date(2026, 11, 24), 5, WEEK, date(2026, 11, 27)),  # the 28th is a Saturday
            (date(2026, 11, 21), 1, WEEK, date(2026, 11, 24)),  # Saturday; Monday is a holiday (勤労感謝の日)
            (date(2026, 4, 27), 8, WEEK, date(2026, 5, 1)),  # 5/4 to 5/6 are holidays
            (date(2026, 9, 18), 6, WEEK, date(2026, 9, 18)),  # 9/21 to 9/23, one of them between two others
            (date(2026, 12, 25), 10, WEEK, date(2026, 12, 28)),  # the turn of the year
            (date(2026, 11, 24), 6, ["sun"], date(2026, 11, 29)),
        ],
    )
    def test_is_never_later_and_never_before_the_start(self, start, day, weekdays, expected):
        assert due(start, day, Calendar(weekdays)) == expected

    def test_from_any_start_steps_follow_one_another_within_thirty_days(self):
        works = Calendar(WEEK)
        for ahead in range(0, 366, 3):
            start = date(2026, 1, 1) + timedelta(days=ahead)
            dates = list(dates_from(start, works).values())
            assert dates == sorted(dates)
            assert all(works.works(day) and start <= day for day in dates)
            assert dates[-1] <= start + timedelta(days=29)


class TestAssign:
    """``setup.assign_step``."""

    def test_D17_a_step_has_an_owner_and_a_date_and_is_overdue_the_day_after(self, administrator, mine, tx):
        due_on = clock.today()
        assign_step(administrator, StepDuty(step="regions", owner_id=mine, due_on=due_on))
        now = step(tx, "regions")
        assert (now.owner, now.due_on, now.overdue, now.owner_sees) == (administrator.actor.name, due_on, False, True)
        with clock.frozen(datetime(due_on.year, due_on.month, due_on.day, 23, tzinfo=JST) + timedelta(hours=1)):
            assert step(tx, "regions").overdue
        (change,) = tx.scalar(select(AuditRecord.changes).where(AuditRecord.process == "setup.assign_step"))
        assert change["after"] == {"owner_id": mine, "due_on": due_on.isoformat()}

    def test_only_who_may_see_the_guide_can_own_a_step(self, administrator, mine, cast, tx):
        assert [choice.value for choice in owners(administrator, Nothing())] == [mine]
        with pytest.raises(Invalid) as caught:
            assign_step(administrator, StepDuty(step="regions", owner_id=account_of(tx, cast.staff).id))
        assert set(caught.value.fields) == {"owner_id"}

    def test_an_owner_who_lost_the_permission_is_told_of(self, administrator, mine, tx):
        assign_step(administrator, StepDuty(step="regions", owner_id=mine))
        tx.execute(delete(PermissionAssignment).where(PermissionAssignment.account_id == mine))
        assert not step(tx, "regions").owner_sees

    def test_who_comes_second_is_told_and_strange_steps_are_not_found(self, administrator):
        assign_step(administrator, StepDuty(step="regions"))
        with pytest.raises(Conflict):
            assign_step(administrator, StepDuty(step="regions"))
        with pytest.raises(NotFound):
            assign_step(administrator, StepDuty(step="payroll"))

    @pytest.mark.parametrize("day", ["1999-12-31", "2098-01-01"])
    def test_years_without_known_holidays_are_refused(self, day):
        with pytest.raises(Invalid):
            validated(StartOn, {"starts_on": day})


class TestPropose:
    """``setup.propose_dates``."""

    def test_dates_are_replaced_owners_stay_and_left_out_steps_get_none(self, administrator, mine, tx):
        assign_step(administrator, StepDuty(step="accounts", owner_id=mine, due_on=date(2027, 1, 4)))
        use_feature(administrator, FeatureUse(feature="safety", used=False))
        rows = propose_dates(administrator, StartOn(starts_on=date(2026, 11, 24)))
        assert {row.step for row in rows} == {one.key for one in STEPS} - {"regions", "automatic"}
        assert {row.step: (row.owner_id, row.due_on, row.version) for row in rows}["accounts"] == (
            mine, date(2026, 11, 26), 2,
        )  # fmt: skip


class TestNeeds:
    """What Home tells an owner."""

    def test_own_steps_in_time_and_nobody_elses(self, administrator, manager, mine, tx):
        today = clock.today()
        for key, ahead in {"test": -1, "everyday": 0, "creators": 3, "regions": 4, "departments": 0}.items():
            assign_step(administrator, StepDuty(step=key, owner_id=mine, due_on=today + timedelta(days=ahead)))
        found = [need for need in what_needs_me(administrator, Nothing()) if need.page == "setup/guide.py"]
        assert [need.urgency for need in found] == [Urgency.NOW, Urgency.TODAY, Urgency.LATER], "departments are there"
        assert step(tx, "test").title in found[0].text
        assert "setup/guide.py" not in {need.page for need in what_needs_me(manager, Nothing())}


class TestFiles:
    """``setup.schedule`` and ``setup.calendar``."""

    def events(self, tx, **asked):
        """Return the events of the calendar by the number in their UID."""
        read = Ical.from_ical(calendar(tx, CalendarAsk(**asked)).content)
        return {str(event["UID"]).partition("@")[0]: event for event in read.walk("VEVENT")}

    def test_lines_hold_every_step_with_its_owner(self, administrator, mine):
        assign_step(administrator, StepDuty(step="test", owner_id=mine, due_on=date(2026, 12, 1)))
        lines = schedule(administrator, Nothing())
        assert [line.number for line in lines] == list(range(1, 15))
        assert (lines[11].owner, lines[11].due_on) == (administrator.actor.name, date(2026, 12, 1))

    def test_an_event_is_a_whole_day_with_its_owner_and_rings_when_work_begins(self, administrator, mine):
        assign_step(administrator, StepDuty(step="test", owner_id=mine, due_on=date(2026, 12, 1)))
        (event,) = self.events(administrator).values()
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 2))
        assert administrator.actor.name in str(event["DESCRIPTION"])
        assert "ATTENDEE" not in event, "nobody is sent an invitation"
        assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [timedelta(hours=-16), timedelta(hours=8)]

    def test_importing_again_updates(self, administrator):
        propose_dates(administrator, StartOn(starts_on=date(2026, 11, 24)))
        first = self.events(administrator)
        propose_dates(administrator, StartOn(starts_on=date(2026, 12, 1)))
        second = self.events(administrator)
        assert len(first) == 14
        assert [event["UID"] for event in first.values()] == [event["UID"] for event in second.values()]
        assert all(second[key]["SEQUENCE"] > first[key]["SEQUENCE"] for key in first)

    def test_only_mine(self, administrator, mine):
        propose_dates(administrator, StartOn(starts_on=date(2026, 11, 24)))
        assign_step(administrator, StepDuty(step="test", owner_id=mine, due_on=date(2026, 12, 1), version=1))
        assert list(self.events(administrator, mine=True)) == ["setup-test"]

    def test_what_is_done_says_so_and_rings_no_more(self, administrator):
        assign_step(administrator, StepDuty(step="departments", due_on=date(2026, 12, 1)))
        (event,) = self.events(administrator).values()
        assert "done" in str(event["SUMMARY"]) or "完了" in str(event["SUMMARY"])
        assert not event.walk("VALARM")
