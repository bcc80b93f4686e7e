"""Reminders by themselves, at set intervals (自動リマインド)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import validated
from data.models.broadcasts import Broadcast
from services.broadcasts import Reminders, Send, Which, close, extend, people_of, remind, send, set_reminders, stop
from services.broadcasts import Selection as Chosen
from services.broadcasts.reminding import Due, remind_all_due, remind_due
from services.broadcasts.slots import within_hours
from tests.factories import actor_of, make_person
from tests.services.broadcasts.asks import drafted, finish, mailed, mailings, opened, reachable, replied, sent

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SYSTEM = Actor.system("test")


def asked(row, **values):
    """Return what the page sends."""
    return validated(Reminders, {"id": row.id, "remind_most": 2, "remind_every": 60, **values})


@pytest.mark.usefixtures("with_mail")
class TestSet:
    def test_of_a_draft_it_counts_from_the_sending(self, administrator):
        row = set_reminders(administrator, asked(drafted(administrator)))
        assert (row.remind_every, row.remind_most, row.remind_at) == (60, 2, None)

        assert send(administrator, Send(id=row.id)).remind_at == administrator.now + HOUR

    def test_of_what_runs_it_counts_from_now_and_can_be_ended(self, administrator):
        row = set_reminders(administrator, asked(opened(administrator)))
        assert row.remind_at == administrator.now + HOUR
        row = set_reminders(administrator, asked(row, remind_every=30, version=row.version))
        assert row.remind_at == administrator.now + 30 * MINUTE
        row = set_reminders(administrator, asked(row, remind_most=0))
        assert (row.remind_at, row.remind_every) == (None, None)

    def test_fewer_than_went_out_already_is_none_any_more(self, administrator, tx):
        row = set_reminders(administrator, asked(opened(administrator)))
        tx.get(Broadcast, row.id).reminded = 1
        tx.session.flush()
        assert set_reminders(administrator, asked(row, remind_most=1)).remind_at is None

    def test_of_what_is_closed_or_anothers_nothing_is_set(self, administrator, manager):
        row = opened(administrator)
        with pytest.raises(Conflict):
            set_reminders(administrator, asked(row, version=row.version + 5))
        with pytest.raises(NotFound):
            set_reminders(manager, asked(row))
        close(administrator, Which(id=row.id))
        with pytest.raises(Refused):
            set_reminders(administrator, asked(row))

    def test_closing_ends_them(self, administrator, tx):
        row = set_reminders(administrator, asked(opened(administrator)))
        assert close(administrator, Which(id=row.id)).remind_at is None

    @pytest.mark.parametrize("hours", [(9, None), (None, 18), (18, 9), (9, 9)])
    def test_half_of_the_hours_is_refused(self, hours):
        with pytest.raises(Invalid):
            validated(Reminders, {"id": 1, "remind_from": hours[0], "remind_until": hours[1]})


class TestHours:
    @pytest.mark.parametrize(
        ("moment", "then"),
        [
            ("2026-11-23T12:00+09:00", "2026-11-23T12:00+09:00"),
            ("2026-11-23T09:00+09:00", "2026-11-23T09:00+09:00"),
            ("2026-11-23T08:59+09:00", "2026-11-23T09:00+09:00"),
            ("2026-11-23T18:00+09:00", "2026-11-24T09:00+09:00"),
            ("2026-12-31T23:30+09:00", "2027-01-01T09:00+09:00"),
        ],
    )
    def test_a_moment_outside_waits_for_the_next_morning(self, moment, then):
        at = datetime.fromisoformat(moment).astimezone(UTC)
        assert within_hours(at, 9, 18) == datetime.fromisoformat(then)
        assert within_hours(at, None, None) == at


class Stage:
    """A broadcast of noon that reminds twice, an hour apart, committed."""

    def __init__(self, cast):
        """Send it, and let it have gone out."""
        self.cast = cast
        with clock.frozen(NOON):
            with transaction(SYSTEM) as tx:
                for person in (cast.manager, cast.staff):
                    reachable(tx, person)
                self.actor = actor_of(tx, cast.administrator)
            with transaction(self.actor) as tx:
                row = sent(tx, audience={"people": [cast.manager.id, cast.staff.id]})
                set_reminders(tx, asked(row))
                finish(tx, row.id)
            self.id = row.id

    def come(self, at):
        """Let the job run at a moment, and what it opened go out."""
        with clock.frozen(at):
            remind_all_due()

    def went_out(self):
        """Let all mailings end."""
        with transaction(SYSTEM) as tx:
            finish(tx, self.id)

    def rounds(self):
        """Return who got which reminder."""
        with transaction(SYSTEM) as tx:
            return [mailed(tx, one) for one in mailings(tx, self.id) if one.reminder]

    def row(self):
        """Return the broadcast as it is stored."""
        with transaction(SYSTEM) as tx:
            return tx.get(Broadcast, self.id)


@pytest.fixture
def stage(live_cast):
    """A broadcast that reminds."""
    return Stage(live_cast)


class TestDue:
    def test_once_each_hour_and_no_more_than_was_said(self, stage):
        both = {stage.cast.manager.id, stage.cast.staff.id}
        stage.come(NOON + HOUR - MINUTE)
        assert stage.rounds() == []
        for _worker in range(3):
            stage.come(NOON + HOUR)
        assert (stage.rounds(), stage.row().remind_at) == ([both], NOON + 2 * HOUR)
        stage.went_out()
        stage.come(NOON + 2 * HOUR)
        stage.went_out()
        stage.come(NOON + 9 * HOUR)
        row = stage.row()
        assert (stage.rounds(), row.reminded, row.remind_at) == ([both, both], 2, None)

    def test_only_those_who_have_not_answered_and_none_when_all_have(self, stage):
        with transaction(SYSTEM) as tx:
            replied(tx, stage.id, stage.cast.manager, {})
        stage.come(NOON + HOUR)
        assert stage.rounds() == [{stage.cast.staff.id}]
        stage.went_out()
        with transaction(SYSTEM) as tx:
            replied(tx, stage.id, stage.cast.staff, {})
        stage.come(NOON + 2 * HOUR)
        assert (len(stage.rounds()), stage.row().remind_at, stage.row().reminded) == (1, None, 1)

    def test_what_a_worker_missed_goes_out_once(self, stage):
        stage.come(NOON + 7 * HOUR)
        assert (len(stage.rounds()), stage.row().remind_at) == (1, NOON + 8 * HOUR)

    def test_a_worker_that_dies_before_the_commit_leaves_it_to_the_next_one(self, stage, monkeypatch):
        from services.broadcasts import reminding  # noqa: PLC0415 - the module

        def died(*_arguments, **_values):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(reminding, "next_slot", died)  # the reminder is in the ledger already
            with pytest.raises(KeyboardInterrupt):
                stage.come(NOON + HOUR)
        assert stage.rounds() == []
        stage.come(NOON + HOUR)
        assert len(stage.rounds()) == 1

    def test_while_it_is_stopped_or_being_sent_it_waits(self, stage):
        with transaction(stage.actor) as tx:
            remind(tx, Which(id=stage.id))
            stop(tx, Which(id=stage.id))
        stage.come(NOON + HOUR)
        assert (len(stage.rounds()), stage.row().reminded) == (1, 0)

    def test_who_is_asked_later_is_reminded_too(self, stage):
        with transaction(SYSTEM) as tx:
            for person in (stage.cast.manager, stage.cast.staff):
                replied(tx, stage.id, person, {})
        stage.come(NOON + HOUR)
        assert stage.row().remind_at is None
        with clock.frozen(NOON + 2 * HOUR), transaction(SYSTEM) as tx:
            late = make_person(tx, mail="late@example.jp")
            extend(tx, stage.id, people_of(Chosen(people=[late.id]), remind.reach(tx), tx.actor))
        stage.went_out()
        stage.come(NOON + 3 * HOUR)
        assert stage.rounds() == [{late.id}]

    def test_is_audited_as_the_products_own(self, stage):
        stage.come(NOON + HOUR)
        with transaction(SYSTEM) as tx:
            record = tx.scalar(select(AuditRecord).where(AuditRecord.process == "broadcasts.remind_due"))
            assert record.changes[0]["after"]["reminded"] == 2
            with pytest.raises(Refused):
                remind_due(tx, Due(id=stage.id))
