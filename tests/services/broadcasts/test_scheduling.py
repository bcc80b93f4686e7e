"""Drafts that are sent at a moment (予約送信)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.actor import Actor
from core.database import transaction
from core.errors import Conflict, NotAllowed, NotFound, Refused
from data.models.access import Account, AccountStatus, PermissionAssignment
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Mailing
from data.models.people import ContactPoint
from services.broadcasts import Schedule, Send, Which, schedule, send, show, unschedule
from services.broadcasts.needs import planned
from services.broadcasts.scheduling import LATE, send_due
from tests.factories import account_of, actor_of
from tests.services.broadcasts.asks import drafted, reachable, recipients

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
SYSTEM = Actor.system("test")
MINUTE = timedelta(minutes=1)


def planned_for(tx, at=LATER, **values):
    """Make a draft that is sent at a moment."""
    row = drafted(tx, **values)
    return schedule(tx, Schedule(id=row.id, version=row.version, send_at=at))


@pytest.mark.usefixtures("with_mail")
class TestSchedule:
    def test_a_draft_gets_another_moment_and_loses_it(self, administrator):
        with clock.frozen(NOON):
            administrator.now = NOON
            row = planned_for(administrator)
            assert (row.state, row.send_at) == (BroadcastState.DRAFT, LATER)
            row = schedule(administrator, Schedule(id=row.id, version=row.version, send_at=LATER + MINUTE))
            assert row.send_at == LATER + MINUTE
            assert unschedule(administrator, Which(id=row.id)).send_at is None
            with pytest.raises(Refused):
                unschedule(administrator, Which(id=row.id))

    def test_a_clock_without_a_zone_is_that_of_japan(self):
        asked = Schedule(id=1, send_at=datetime.fromisoformat("2026-11-23T14:00"))
        assert asked.send_at.astimezone(UTC) == datetime(2026, 11, 23, 5, tzinfo=UTC)

    @pytest.mark.parametrize("away", [timedelta(0), -MINUTE, timedelta(days=400)])
    def test_the_moment_is_to_come_within_a_year(self, administrator, away):
        row = drafted(administrator)
        with pytest.raises(Refused):
            schedule(administrator, Schedule(id=row.id, send_at=administrator.now + away))

    def test_what_could_not_be_sent_is_not_scheduled(self, administrator):
        with pytest.raises(Refused):
            planned_for(administrator, administrator.now + MINUTE, audience={})

    def test_another_version_and_anothers_draft_are_refused(self, administrator, manager):
        row = drafted(administrator)
        at = administrator.now + MINUTE
        with pytest.raises(Conflict):
            schedule(administrator, Schedule(id=row.id, version=row.version + 1, send_at=at))
        with pytest.raises(NotFound):
            schedule(manager, Schedule(id=row.id, send_at=at))

    def test_who_may_not_send_may_not_schedule(self, limited):
        actor = limited("broadcasts.draft", "broadcasts.schedule")
        row = drafted(actor)
        with pytest.raises(NotAllowed):
            schedule(actor, Schedule(id=row.id, send_at=actor.now + MINUTE))

    def test_sending_it_by_hand_ends_the_plan(self, administrator, tx):
        row = planned_for(administrator, administrator.now + MINUTE)
        assert send(administrator, Send(id=row.id)).send_at is None


class Stage:
    """A draft of the manager that is planned, committed, and a way to let the moment come."""

    def __init__(self, cast, **values):
        """Plan it at noon for two hours later."""
        self.cast = cast
        with clock.frozen(NOON):
            with transaction(SYSTEM) as tx:
                for person in (cast.administrator, cast.manager, cast.staff, cast.far):
                    if tx.scalar(select(ContactPoint.id).where(ContactPoint.person_id == person.id)) is None:
                        reachable(tx, person)
                self.actor = actor_of(tx, cast.manager)
            with transaction(self.actor) as tx:
                self.id = planned_for(tx, **values).id

    def come(self, at):
        """Let the job run at a moment."""
        with clock.frozen(at):
            send_due()

    def row(self):
        """Return the broadcast as it is stored."""
        with transaction(SYSTEM) as tx:
            return tx.get(Broadcast, self.id)

    def mailings(self):
        """Return how many mailings there are."""
        with transaction(SYSTEM) as tx:
            return tx.scalar(select(func.count()).select_from(Mailing))

    def needs(self, at):
        """Return what Home says of it to the manager."""
        with clock.frozen(at), transaction(self.actor) as tx:
            return planned(tx, show.reach(tx))


@pytest.fixture
def stage(live_cast):
    """A planned draft to everybody."""
    return Stage(live_cast)


class TestDue:
    def test_is_sent_at_its_moment_and_once(self, stage):
        stage.come(LATER - MINUTE)
        assert stage.row().state is BroadcastState.DRAFT
        for _worker in range(3):
            stage.come(LATER)
        row = stage.row()
        assert (row.state, row.send_at, stage.mailings()) == (BroadcastState.SENDING, None, 1)

    def test_goes_as_far_as_whoever_planned_it_reaches_then(self, stage):
        stage.come(LATER)
        with transaction(SYSTEM) as tx:
            cast = stage.cast
            assert recipients(tx, stage.id) == {cast.administrator.id, cast.manager.id, cast.staff.id}

    def test_who_lost_the_permission_sends_nothing_and_it_says_why(self, stage):
        with transaction(SYSTEM) as tx:
            tx.execute(
                update(PermissionAssignment)
                .where(PermissionAssignment.account_id == account_of(tx, stage.cast.manager).id)
                .values(account_id=account_of(tx, stage.cast.staff).id)
            )
        stage.come(LATER)
        assert (stage.row().state, stage.mailings()) == (BroadcastState.DRAFT, 0)
        (need,) = stage.needs(LATER)
        assert need.urgency == "now"
        assert "broadcasts.send" in need.text
        stage.come(LATER + MINUTE)
        assert stage.mailings() == 0

    def test_an_account_that_was_stopped_sends_nothing(self, stage):
        with transaction(SYSTEM) as tx:
            number = account_of(tx, stage.cast.manager).id
            tx.execute(update(Account).where(Account.id == number).values(status=AccountStatus.STOPPED))
        stage.come(LATER)
        assert (stage.row().state, stage.mailings()) == (BroadcastState.DRAFT, 0)
        assert stage.row().schedule_trouble is not None

    def test_goes_out_late_when_nobody_worked_but_not_much_too_late(self, stage):
        stage.come(LATER + LATE + MINUTE)
        assert stage.row().state is BroadcastState.DRAFT
        (need,) = stage.needs(LATER + LATE + MINUTE)
        assert (need.urgency, need.page) == ("now", "broadcasts/new.py")
        stage.come(LATER + LATE)
        assert stage.row().state is BroadcastState.SENDING

    def test_home_says_what_is_to_come(self, stage):
        (need,) = stage.needs(NOON)
        assert need.urgency == "later"
        assert "2026/11/23 14:00" in need.text

    def test_one_that_cannot_be_sent_keeps_no_other_one_waiting(self, stage, live_cast):
        with transaction(SYSTEM) as tx:
            tx.execute(update(Broadcast).where(Broadcast.id == stage.id).values(audience={"people": [999_999]}))
        other = Stage(live_cast)
        stage.come(LATER)
        assert (stage.row().state, other.row().state) == (BroadcastState.DRAFT, BroadcastState.SENDING)
        assert stage.row().schedule_trouble["text"].startswith("Nobody would be asked")

    def test_a_worker_that_dies_before_the_commit_leaves_it_to_the_next_one(self, stage, monkeypatch):
        from services.broadcasts import sending  # noqa: PLC0415 - the module, not the operation of the same room

        def died(*_arguments, **_values):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(sending, "send_round", died)
            with pytest.raises(KeyboardInterrupt):
                stage.come(LATER)
        assert (stage.row().state, stage.mailings()) == (BroadcastState.DRAFT, 0)
        stage.come(LATER + MINUTE)
        assert (stage.row().state, stage.mailings()) == (BroadcastState.SENDING, 1)
