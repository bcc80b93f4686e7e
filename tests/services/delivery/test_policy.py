"""What may have been sent: sent again where the mailing says so, else unknown until a person decides."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import jobs
from core.errors import Refused
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Chunk, Delivery, DeliveryState, Mailing, MailingState, MailSender, ProviderPace
from data.models.people import ContactPoint, ContactState
from services import delivery
from services.broadcasts import Which, send_unknown
from services.delivery import leases, recorder, sending, turn, unknown
from services.delivery.paces import SHARE, Pace
from services.delivery.providers import Outcome, ProviderDown, SmtpProvider
from services.delivery.results import claim, state_of
from tests.services.delivery.stage import opened, states, system
from tests.smtp_sink import smtp_sink

ACCEPTED, SENDING, UNKNOWN, WAITING = (
    DeliveryState.ACCEPTED, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.WAITING,
)  # fmt: skip


def dies_in_the_middle(marked: int) -> None:
    """Be a worker that marked some as being sent, and was never heard of again."""
    with system() as tx:
        lease = leases.take(tx, tx.scalar(select(Mailing.id)), "dead worker")
        claim(tx, lease, lease.low - 1, marked, mark=True)
        tx.execute(update(Chunk).values(lease_until=func.now() - timedelta(seconds=1)))


class TestLeave:
    def test_what_a_dead_worker_had_begun_is_unknown_and_the_rest_is_sent(self, live):
        with smtp_sink() as sink:
            broadcast_id = opened(30, sink.port, again=False)
            dies_in_the_middle(7)
            sending.sweep()
            jobs.run_waiting_jobs()
            assert states() == {UNKNOWN: 7, ACCEPTED: 23}
            assert len(sink.taken) == 23
            with system() as tx:
                assert delivery.counts(tx, broadcast_id)[0].counts[UNKNOWN] == 7
                assert tx.scalar(select(Mailing.state)) is MailingState.FINISHED
                points = select(ContactPoint.state, func.count()).group_by(ContactPoint.state)
                assert dict(tx.execute(points).all()) == {ContactState.WORKS: 23, ContactState.UNTRIED: 7}
            sending.sweep()
            jobs.run_waiting_jobs()
            assert len(sink.taken) == 23, "nothing unknown is sent by itself"

    def test_what_is_to_be_sent_again_while_its_chunk_is_being_sent_is_not_lost(self, live):
        with smtp_sink() as sink:
            broadcast_id = opened(6, sink.port, again=False)
            with system() as tx:
                lease = leases.take(tx, tx.scalar(select(Mailing.id)), "me")
                tx.execute(update(Delivery).values(state=ACCEPTED))
                (first,) = tx.execute(select(func.min(Delivery.id))).scalars()
                tx.execute(update(Delivery).where(Delivery.id == first).values(state=UNKNOWN))
            with system() as tx:
                assert unknown.send_unknown_again(tx, broadcast_id) == 1
            with system() as tx:
                leases.end_pass(tx, lease, timedelta(0), left=False)
            sending.sweep()
            jobs.run_waiting_jobs()
            assert states() == {ACCEPTED: 6}
            assert len(sink.taken) == 1

    def test_they_are_marked_before_they_go_out_and_at_most_so_many(self, live, monkeypatch):
        monkeypatch.setattr(turn, "MARKED_AT_ONCE", 4)
        monkeypatch.setattr(recorder, "FLUSH_ROWS", 4)
        seen = []
        with smtp_sink() as sink:
            opened(60, sink.port, again=False)
            original = sink.handle_DATA

            async def look(server, session, envelope):
                seen.append(states().get(SENDING, 0))
                return await original(server, session, envelope)

            sink.handle_DATA = look
            jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 60}
        assert min(seen) >= 1
        assert max(seen) <= 20, "one batch on its way, one being recorded, one waiting to be"

    def test_a_line_that_breaks_after_the_text_leaves_it_unknown(self, live):
        with smtp_sink() as sink:
            opened(1, sink.port, again=False)

            async def vanish(server, session, envelope):
                server.transport.abort()
                return "250 never heard"

            sink.handle_DATA = vanish
            jobs.run_waiting_jobs()
        assert states() == {UNKNOWN: 1}

    def test_what_was_marked_and_surely_not_sent_waits_again(self, live, monkeypatch):
        def down(self, batch):
            next(iter(batch))
            raise ProviderDown("421 closing")
            yield

        with smtp_sink() as sink:
            opened(3, sink.port, again=False)
            with monkeypatch.context() as broken:
                broken.setattr(SmtpProvider, "send", down)
                jobs.run_waiting_jobs()
        assert states() == {WAITING: 3}


class TestAgain:
    def test_nothing_is_marked_and_all_is_sent_again(self, live):
        with smtp_sink() as sink:
            opened(30, sink.port)
            dies_in_the_middle(7)
            sending.sweep()
            jobs.run_waiting_jobs()
            assert states() == {ACCEPTED: 30}
            assert len(sink.taken) == 30

    def test_a_line_that_breaks_after_the_text_has_it_sent_again(self, live):
        with smtp_sink() as sink:
            opened(1, sink.port)
            original, broke = sink.handle_DATA, []

            async def vanish_once(server, session, envelope):
                if broke:
                    return await original(server, session, envelope)
                broke.append(session)
                server.transport.abort()
                return "250 never heard"

            sink.handle_DATA = vanish_once
            jobs.run_waiting_jobs()
            assert states() == {WAITING: 1}
            with system() as tx:
                tx.execute(update(Chunk).values(lease_until=func.now() - timedelta(seconds=1)))
            sending.sweep()
            jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 1}

    @pytest.mark.parametrize(
        ("again", "last_pass", "permanent", "state"),
        [
            (True, False, False, WAITING),
            (True, True, False, UNKNOWN),
            (True, False, True, UNKNOWN),
            (False, False, False, UNKNOWN),
        ],
    )
    def test_what_nobody_knows_of(self, again, last_pass, permanent, state):
        outcome = Outcome(1, accepted=False, permanent=permanent, maybe=True)
        assert state_of(outcome, last_pass=last_pass, again=again) == state


class TestSendUnknown:
    @pytest.fixture
    def left(self, live):
        """A broadcast with five deliveries of which nobody knows."""
        with smtp_sink() as sink:
            broadcast_id = opened(20, sink.port, again=False)
            dies_in_the_middle(5)
            sending.sweep()
            jobs.run_waiting_jobs()
            assert states() == {UNKNOWN: 5, ACCEPTED: 15}
            yield broadcast_id, sink

    def test_sends_them_once_more_and_nothing_else(self, left):
        broadcast_id, sink = left
        with system() as tx:
            send_unknown(tx, Which(id=broadcast_id))
            assert tx.get(Broadcast, broadcast_id).state is BroadcastState.SENDING
        jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 20}
        assert len(sink.taken) == len(set(sink.recipients)) == 20
        with system() as tx:
            assert tx.get(Broadcast, broadcast_id).state is BroadcastState.OPEN
            assert tx.scalar(select(Mailing.state)) is MailingState.FINISHED

    def test_is_refused_where_nothing_is_unknown_or_nothing_is_sent_any_more(self, left):
        broadcast_id, _sink = left
        with system() as tx:
            tx.execute(update(Broadcast).values(state=BroadcastState.CLOSED, closed_at=tx.now))
        with pytest.raises(Refused), system() as tx:
            send_unknown(tx, Which(id=broadcast_id))
        assert states()[UNKNOWN] == 5
        with system() as tx:
            tx.execute(update(Delivery).values(state=ACCEPTED))
        with pytest.raises(Refused), system() as tx:
            send_unknown(tx, Which(id=broadcast_id))


class TestPace:
    def test_all_workers_together_stay_within_it(self, live):
        one, other = (Pace("smtp:a", 40, urgent=True) for _ in range(2))
        with system() as tx:
            begun = tx.scalar(select(func.clock_timestamp()))
        for _ in range(20):
            one.wait()
            other.wait()
        with system() as tx:
            taken = tx.scalar(select(func.clock_timestamp())) - begun
            until = tx.scalar(select(ProviderPace.taken_until)) - begun
        assert 0.7 <= taken.total_seconds() <= 3, "the last ten of forty begin after three quarters of a second"
        assert until.total_seconds() >= 0.95

    def test_what_is_not_urgent_leaves_a_share_free(self, live):
        rest = Pace("smtp:a", 100, urgent=False)
        for _ in range(3):
            rest._take()
        behind = rest._take()
        ahead = Pace("smtp:a", 100, urgent=True)._take()
        assert behind == pytest.approx(3 * 0.25 / SHARE, abs=0.1)
        assert ahead < behind + 0.3

    def test_a_mailing_waits_for_it(self, live, monkeypatch):
        asked = []
        monkeypatch.setattr(Pace, "wait", lambda self: asked.append(self._rates))
        with smtp_sink() as sink:
            opened(3, sink.port, urgent=False)
            with system() as tx:
                tx.execute(update(MailSender).values(per_second=50))
            jobs.run_waiting_jobs()
            account = f"smtp:127.0.0.1:{sink.port}:"
        assert asked == [{account: 50, f"{account} rest": 50 * SHARE}] * 3
