"""Sending: what is claimed is sent once, recorded, and taken up again wherever it stopped."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from core import clock, jobs
from core.settings import settings
from core.transaction import _listeners
from data.models.delivery import (
    Chunk,
    ChunkState,
    Delivery,
    DeliveryState,
    LocalMail,
    Mailing,
    MailingState,
    MailSender,
)
from data.models.people import ContactPoint, ContactState, Person
from data.models.setup import Organisation
from services import delivery
from services.delivery import leases, pauses, recorder, sending
from services.delivery.providers import Outcome
from services.delivery.providers.local import LocalMailbox
from services.delivery.results import claim, record
from services.events import MailingFinished
from services.people.store import set_own
from tests.factories import make_department, make_person
from tests.services.delivery.stage import (
    EVERYBODY,
    ledger,
    mailing,
    make_crowd,
    open_one,
    opened,
    states,
    system,
    use_smtp,
)
from tests.services.fields.stage import add_fields
from tests.smtp_sink import smtp_sink
from tests.statements import statements

ACCEPTED, FAILED, WAITING = DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.WAITING


@pytest.fixture
def told():
    """What was told of mailings that finished."""
    events: list[MailingFinished] = []
    listener = lambda _tx, event: events.append(event)  # noqa: E731
    _listeners[MailingFinished].append(listener)
    yield events
    _listeners[MailingFinished].remove(listener)


class TestLocalMailbox:
    def test_everything_goes_out_once_with_its_own_link(self, live, told):
        broadcast_id = opened(1_300)
        jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 1_300}
        assert mailing().state is MailingState.FINISHED
        assert told == [MailingFinished(broadcast_id)]
        with system() as tx:
            mails = tx.session.scalars(select(LocalMail)).all()
            deliveries = {row.address: row.id for row in tx.execute(select(Delivery.id, Delivery.address))}
        assert len(mails) == len({one.recipient for one in mails}) == 1_300
        for one in mails[:20]:
            link = one.body.splitlines()[-1]
            assert link.startswith(f"{settings().base_url}/r/")
            assert delivery.verify(link.rpartition("/")[2]) == deliveries[one.recipient]

    def test_fields_are_filled(self, live):
        with system() as tx:
            tx.add(Organisation(id=1, name="見本株式会社", sample=False, created_at=tx.now))
            head = make_department(tx, "本社")
            one = make_person(tx, "山田", "太郎", make_department(tx, "総務部", head), mail="y@example.jp")
            make_person(tx, "無所属", "", None, mail="z@example.jp")
            add_fields(tx, "size", "boss")
            set_own(tx, {one.id: {"size": "M", "boss": one.id}})
            body = "{family_name}/{department}/{organisation}/{title}/{own:size}/{own:boss}"
            open_one(tx, subject="【{title}】{name} 様", body=body)
        jobs.run_waiting_jobs()
        with system() as tx:
            rows = tx.execute(select(LocalMail.subject, LocalMail.body).order_by(LocalMail.recipient)).all()
        assert rows == [
            ("【訓練】山田 太郎 様", "山田/本社 / 総務部/見本株式会社/訓練/中/山田 太郎"),
            ("【訓練】無所属 様", "無所属//見本株式会社/訓練//"),
        ]

    def test_a_mailing_to_nobody_who_can_be_reached_finishes_as_well(self, live, told):
        with system() as tx:
            make_person(tx)
            open_one(tx)
        jobs.run_waiting_jobs()
        assert mailing().state is MailingState.FINISHED
        assert len(told) == 1

    def test_running_the_job_again_sends_nothing_again(self, live):
        opened(10)
        jobs.run_waiting_jobs()
        sending.send_mailing(mailing_id=mailing().id, lane=0)
        with system() as tx:
            assert tx.scalar(select(func.count()).select_from(LocalMail)) == 10

    def test_two_workers_at_once_send_each_mail_once(self, live):
        opened(3_000)
        mailing_id = mailing().id
        lanes = [
            threading.Thread(target=sending.send_mailing, kwargs={"mailing_id": mailing_id, "lane": lane})
            for lane in range(4)
        ]
        for one in lanes:
            one.start()
        for one in lanes:
            one.join(60)
        assert states() == {ACCEPTED: 3_000}
        with system() as tx:
            chunks = tx.session.scalars(select(Chunk.state)).all()
            assert tx.scalar(select(func.count()).select_from(LocalMail)) == 3_000
        assert set(chunks) == {ChunkState.DONE}
        assert mailing().state is MailingState.FINISHED


class TestSmtp:
    def test_what_the_server_said_stands_in_the_ledger(self, live):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
                for who in ("fine", "unknown", "policy"):
                    make_person(tx, mail=f"{who}@example.jp")
                open_one(tx)
            jobs.run_waiting_jobs()
        with system() as tx:
            assert ledger(tx) == [
                ("fine@example.jp", ACCEPTED, None),
                ("unknown@example.jp", FAILED, "550 5.1.1 User unknown"),
                ("policy@example.jp", FAILED, "554 5.7.1 Message rejected by policy"),
            ]
            assert tx.scalar(select(Mailing.failed)) == 2, "counted once all were tried"
            rows = tx.execute(select(Delivery.permanent, Delivery.provider_ref).order_by(Delivery.id)).all()
            contacts = tx.execute(select(ContactPoint.state, ContactPoint.reason).order_by(ContactPoint.id)).all()
        assert rows == [(None, "250 2.0.0 Ok: queued as 4F3A"), (True, None), (True, None)]
        assert contacts == [
            (ContactState.WORKS, None), (ContactState.DEAD, "550 5.1.1 User unknown"), (ContactState.UNTRIED, None),
        ]  # fmt: skip
        assert mailing().state is MailingState.FINISHED

    def test_a_dead_address_is_left_out_next_time(self, live):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
                make_person(tx, mail="unknown@example.jp")
                broadcast_id = open_one(tx)
            jobs.run_waiting_jobs()
            with system() as tx:
                open_one(tx, broadcast_id, reminder=True)
                assert ledger(tx)[1] == ("unknown@example.jp", DeliveryState.NOT_SENT, "dead")

    def test_what_fails_for_now_is_tried_four_times_with_longer_and_longer_pauses(self, live):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
                make_person(tx, mail="later@example.jp")
                make_person(tx, mail="fine@example.jp")
                open_one(tx)
            for tries in range(1, 5):
                jobs.run_waiting_jobs()
                sending.sweep()
                jobs.run_waiting_jobs()
                with system() as tx:
                    passes = tx.scalar(select(Chunk.passes))
                    pause = tx.scalar(select(Chunk.lease_until - func.now()))
                    found = ledger(tx)[0]
                    tx.execute(update(Chunk).values(lease_until=func.now() - timedelta(seconds=1)))
                assert passes == tries, "a pause lies between two tries"
                assert tries == 4 or pause.total_seconds() == pytest.approx(60 * 2 ** (tries - 1), abs=30)
                expected = FAILED if tries == 4 else WAITING
                assert found == ("later@example.jp", expected, "450 4.2.0 Greylisted, try again later")
                sending.sweep()
        assert sink.recipients == ["fine@example.jp"]
        assert mailing().state is MailingState.FINISHED

    def test_what_fails_for_now_after_a_close_does_not_wait_again(self, live):
        broadcast_id = opened(2)
        with system() as tx:
            lease = leases.take(tx, mailing().id, "one")
            first, second = claim(tx, lease, lease.low - 1, 10)
        with system() as tx:
            delivery.close(tx, broadcast_id)
        with system() as tx:
            outcomes = [Outcome(first.id, accepted=False, word="450 later"), Outcome(second.id, accepted=True)]
            assert not record(tx, lease, outcomes), "nothing more may be sent"
        with system() as tx:
            assert [row[1:] for row in ledger(tx)] == [(DeliveryState.NOT_SENT, "closed"), (ACCEPTED, None)]

    def test_a_server_that_is_down_pauses_the_mailing_and_loses_nothing(self, live):
        with smtp_sink() as gone:
            port = gone.port
        broadcast_id = opened(5, port)
        jobs.run_waiting_jobs()
        paused = mailing()
        assert (paused.state, paused.pauses) == (MailingState.SENDING, 1)
        assert "refused" in paused.trouble
        assert paused.retry_at > clock.now()
        assert states() == {WAITING: 5}
        sending.sweep()
        jobs.run_waiting_jobs()
        assert mailing().pauses == 1, "asked again before its time"
        with smtp_sink() as sink:
            with system() as tx:
                tx.execute(update(MailSender).values(smtp_port=sink.port))
            with clock.frozen(paused.retry_at + timedelta(seconds=1)):
                sending.sweep()
                jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 5}
        healthy = mailing()
        assert (healthy.trouble, healthy.retry_at) == (None, None)
        with system() as tx:
            assert delivery.counts(tx, broadcast_id)[0].left == 0

    def test_pauses_grow_up_to_a_minute(self, live):
        opened(1)
        with system() as tx:
            for expected in (5, 10, 20, 40, 60, 60):
                pauses.pause(tx, mailing().id, "down")
                assert tx.scalar(select(Mailing.retry_at)) == tx.now + timedelta(seconds=expected)

    def test_a_fault_of_ours_pauses_it_says_its_number_and_loses_nothing(self, live, monkeypatch):
        opened(3)
        with monkeypatch.context() as broken:
            broken.setattr(LocalMailbox, "send", lambda *_: 1 / 0)
            jobs.run_waiting_jobs()
        paused = mailing()
        assert re.search(r"番号：[0-9a-f]{8}", paused.trouble)
        with clock.frozen(paused.retry_at + timedelta(seconds=1)):
            sending.sweep()
            jobs.run_waiting_jobs()
        assert (mailing().trouble, states()) == (None, {ACCEPTED: 3})

    def test_a_secret_that_cannot_be_read_pauses_as_well(self, live):
        opened(1, 2525)
        with system() as tx:
            tx.execute(update(MailSender).values(smtp_password=b"not ours at all, not ours", smtp_user="me"))
        jobs.run_waiting_jobs()
        assert mailing().trouble
        assert states() == {WAITING: 1}


class TestStop:
    def test_is_heard_in_the_middle_of_a_chunk_and_going_on_sends_the_rest_once(self, live, monkeypatch):
        monkeypatch.setattr(recorder, "FLUSH_ROWS", 5)
        with smtp_sink() as sink:
            broadcast_id = opened(60, sink.port)
            original = sink.handle_DATA

            async def stop_after_twenty(server, session, envelope):
                if len(sink.taken) == 20:
                    with system() as tx:
                        delivery.stop(tx, broadcast_id)
                return await original(server, session, envelope)

            sink.handle_DATA = stop_after_twenty
            jobs.run_waiting_jobs()
            stopped = len(sink.taken)
            assert 20 < stopped < 60
            assert states() == {ACCEPTED: stopped, WAITING: 60 - stopped}
            with system() as tx:
                assert delivery.counts(tx, broadcast_id)[0].state is MailingState.STOPPED
            sending.sweep()
            jobs.run_waiting_jobs()
            assert len(sink.taken) == stopped
            with system() as tx:
                delivery.resume(tx, broadcast_id)
            jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 60}
        assert len(sink.message_ids) == len(set(sink.message_ids)) == 60
        assert mailing().state is MailingState.FINISHED

    def test_a_broadcast_closed_in_the_middle_keeps_what_went_out(self, live, monkeypatch):
        monkeypatch.setattr(recorder, "FLUSH_ROWS", 5)
        with smtp_sink() as sink:
            broadcast_id = opened(40, sink.port)
            original = sink.handle_DATA

            async def close_after_ten(server, session, envelope):
                if len(sink.taken) == 10:
                    with system() as tx:
                        delivery.close(tx, broadcast_id)
                return await original(server, session, envelope)

            sink.handle_DATA = close_after_ten
            jobs.run_waiting_jobs()
        sent = len(sink.taken)
        assert 10 < sent < 40
        assert states() == {ACCEPTED: sent, DeliveryState.NOT_SENT: 40 - sent}
        assert mailing().state is MailingState.FINISHED


class TestLease:
    def test_what_a_dead_worker_left_is_taken_up_where_its_records_end(self, live):
        opened(500)
        with system() as tx:
            lease = leases.take(tx, tx.scalar(select(Mailing.id)), "dead worker")
            claimed = claim(tx, lease, lease.low - 1, 200)
            some = [one.id for one in claimed[:50]]
            tx.execute(update(Delivery).where(Delivery.id.in_(some)).values(state=ACCEPTED))
        jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 50, WAITING: 450}, "the lease still holds"
        with system() as tx:
            tx.execute(update(Chunk).values(lease_until=func.now() - timedelta(seconds=1)))
        sending.sweep()
        jobs.run_waiting_jobs()
        assert states() == {ACCEPTED: 500}
        with system() as tx:
            assert tx.scalar(select(func.count()).select_from(LocalMail)) == 450

    def test_who_lost_a_lease_records_the_facts_and_changes_nothing_else(self, live):
        opened(10)
        with system() as tx:
            mailing_id = tx.scalar(select(Mailing.id))
            slow = leases.take(tx, mailing_id, "slow")
            tx.execute(update(Chunk).values(lease_until=func.now() - timedelta(seconds=1)))
        with system() as tx:
            quick = leases.take(tx, mailing_id, "quick")
            assert quick.chunk_id == slow.chunk_id
        with system() as tx:
            assert not leases.keep(tx, slow)
            leases.put_down(tx, slow)
            leases.end_pass(tx, slow, timedelta(0), left=True)
            assert leases.keep(tx, quick)
            assert tx.scalar(select(Chunk.owner)) == "quick"

    def test_a_mailing_whose_last_worker_died_before_it_ended_it_is_ended(self, live):
        opened(3)
        with system() as tx:
            tx.execute(update(Delivery).values(state=ACCEPTED))
            tx.execute(update(Chunk).values(state="done"))
        with system() as tx:
            assert mailing().state is MailingState.SENDING
        sending.sweep()
        jobs.run_waiting_jobs()
        assert mailing().state is MailingState.FINISHED

    def test_a_lane_that_a_worker_has_already_is_free_for_others_at_once(self, live):
        opened(1)
        number = mailing().id
        with system() as tx:
            sending._enqueue(tx, number, 7)
            sending._enqueue(tx, number, 8, offered=1)
            locks = tx.execute(
                text("SELECT lock FROM procrastinate_jobs WHERE args->>'lane' IN ('7', '8') ORDER BY id")
            )
            assert locks.scalars().all() == [f"delivery.send:{number}:7", f"delivery.send:{number}:8:1"]

    def test_a_heartbeat_keeps_it_while_a_server_is_slow(self, live, monkeypatch):
        monkeypatch.setenv("RENRAKU_LEASE_SECONDS", "0.6")
        settings.cache_clear()
        opened(1)
        with system() as tx:
            lease = leases.take(tx, tx.scalar(select(Mailing.id)), "me")
            first = tx.scalar(select(Chunk.lease_until))
        grew = threading.Event()
        with leases.kept_alive(lease):
            for _ in range(100):
                with system() as tx:
                    if tx.scalar(select(Chunk.lease_until)) > first + timedelta(seconds=0.8):
                        grew.set()
                        break
                grew.wait(0.05)
        assert grew.is_set()

    def test_a_chunk_is_never_leased_twice(self, live):
        opened(1_500)
        with system() as tx:
            mailing_id = tx.scalar(select(Mailing.id))
            taken = [leases.take(tx, mailing_id, name) for name in "abc"]
        assert [one and one.owner for one in taken] == ["a", "b", None]
        assert taken[0].high < taken[1].low


class TestContacts:
    def test_sending_never_waits_for_somebody_who_edits_a_contact(self, live):
        opened(5)
        with system() as editing:
            editing.execute(select(ContactPoint.id).order_by(ContactPoint.id).limit(1).with_for_update()).all()
            jobs.run_waiting_jobs()
            assert states() == {ACCEPTED: 5}
        with system() as tx:
            found = tx.session.scalars(select(ContactPoint.state).order_by(ContactPoint.id)).all()
        assert found == [ContactState.UNTRIED] + [ContactState.WORKS] * 4


def test_sending_needs_the_same_number_of_statements_for_each_batch(live):
    """Never a query a person: twice as many mails need less than twice as many statements."""
    opened(400)
    with statements() as few:
        sending.send_mailing(mailing_id=mailing().id, lane=0)
    with system() as tx:
        make_crowd(tx, 800, "q")
        open_one(tx, people=EVERYBODY.where(Person.code.startswith("q-")))
        latest = tx.scalar(select(func.max(Mailing.id)))
    with statements() as many:
        sending.send_mailing(mailing_id=latest, lane=0)
    assert len(many) < 2 * len(few) < 120
