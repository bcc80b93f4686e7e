"""One worker's turn: it gives way to others, and closes a chunk while the next one is on its way."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from core import clock, jobs
from data.models.delivery import Channel, Chunk, DeliveryState, LocalMail, MailingState
from services.delivery import leases, sending, turn
from services.delivery.ledger import CHUNK_ROWS
from services.delivery.providers.local import LocalMailbox
from tests.services.delivery.stage import mailing, opened, states, system

ACCEPTED = DeliveryState.ACCEPTED


def opened_in_chunks(monkeypatch: pytest.MonkeyPatch, count: int, *, of: int) -> None:
    """Open a mailing to so many people, so many of them in a chunk."""
    monkeypatch.setitem(CHUNK_ROWS, Channel.MAIL, of)
    opened(count)


def test_a_long_mailing_gives_way_and_goes_on(live, monkeypatch):
    monkeypatch.setattr(turn, "TURN_SECONDS", 0.0001)
    opened(30)
    sending.send_mailing(mailing_id=mailing().id, lane=7)
    with system() as tx:
        again = "SELECT count(*) FROM procrastinate_jobs WHERE args->>'lane' = '7'"
        assert tx.scalar(text(again)) == 1
    monkeypatch.setattr(turn, "TURN_SECONDS", 30)
    jobs.run_waiting_jobs()
    assert states() == {ACCEPTED: 30}


def test_the_next_chunk_is_on_its_way_while_one_is_being_ended(live, monkeypatch):
    opened_in_chunks(monkeypatch, 20, of=10)
    sent, original, later = [], LocalMailbox.send, threading.Event()

    def send(self, batch):
        for outcome in original(self, batch):
            sent.append(outcome.mail_id)
            if len(sent) > 10:
                later.set()
            yield outcome

    def end(*arguments, **named):
        assert later.wait(10), "the second chunk did not begin"
        end_pass(*arguments, **named)

    end_pass = leases.end_pass
    monkeypatch.setattr(LocalMailbox, "send", send)
    monkeypatch.setattr(leases, "end_pass", end)
    assert sending.prepare(mailing().id).work()
    assert (states(), mailing().state) == ({ACCEPTED: 20}, MailingState.FINISHED)


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_what_fails_while_a_chunk_is_being_ended_is_raised_and_loses_nothing(live, monkeypatch, fails):
    opened_in_chunks(monkeypatch, 30, of=10)
    ended, end_pass = [], leases.end_pass

    def end(tx, lease, pause, *, left):
        ended.append(lease)
        if len(ended) == fails:
            raise ZeroDivisionError
        end_pass(tx, lease, pause, left=left)

    monkeypatch.setattr(leases, "end_pass", end)
    with pytest.raises(ZeroDivisionError):
        sending.send_mailing(mailing_id=mailing().id, lane=0)
    paused = mailing()
    assert (paused.state, bool(paused.trouble)) == (MailingState.SENDING, True)
    with system() as tx:
        assert not tx.scalar(select(func.count()).select_from(Chunk).where(Chunk.owner.is_not(None)))
    with clock.frozen(paused.retry_at + timedelta(seconds=1)):
        sending.sweep()
        jobs.run_waiting_jobs()
    assert (states(), mailing().state) == ({ACCEPTED: 30}, MailingState.FINISHED)
    with system() as tx:
        assert tx.scalar(select(func.count(LocalMail.recipient.distinct()))) == 30
        assert tx.scalar(select(func.count()).select_from(LocalMail)) == 30
