"""A worker is killed while it tells another system: the next one goes on, and nothing is left out."""

import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock, settings
from core.actor import Actor
from core.database import transaction
from data.models.webhooks import SendingState, WebhookDelivery
from services.webhooks import NewEndpoint, Told, add_endpoint
from services.webhooks.sending import send_due
from services.webhooks.telling import put
from tests.http_sink import http_sink
from tests.processes import python, until

COUNT = 60
SENDING = ("-c", "import services; services.load_all(); from services.webhooks.sending import send_due; send_due()")
"""What a worker does every five seconds; that the job of a dead one is taken up, tests/core/test_jobs.py shows."""


def left() -> int:
    """Return how many are still to be sent."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(
            select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.state != SendingState.TAKEN)
        )


@pytest.mark.timeout(120)
def test_sending_goes_on(live, monkeypatch):
    monkeypatch.setenv("RENRAKU_WEBHOOK_NETWORKS", "127.0.0.0/8")
    settings.settings.cache_clear()
    with http_sink() as sink:
        sink.answer = lambda _got: time.sleep(0.02) or (204, {}, b"")
        with transaction(Actor.system("test")) as tx:
            made = add_endpoint(tx, NewEndpoint(name="給与", url=sink.url, events=[Told.PERSON_ADDED]))
            for at in range(COUNT):
                put(tx, [made.id], "person.added", {"count": at})
        with python(*SENDING) as worker:
            until(lambda: len(sink.got) >= COUNT // 3, within=60)
            worker.send_signal(signal.SIGKILL)
        kept = left()
        assert kept > 0
        send_due()
        assert left() == kept, "the dead one's visit has not run out yet"
        with clock.frozen(clock.now() + timedelta(seconds=settings.settings().lease_seconds)):
            send_due()
        assert left() == 0
        numbers = [got.headers["webhook-id"] for got in sink.got]
    assert len(set(numbers)) == COUNT
    assert len(numbers) <= COUNT + 1, "only what was just being sent may come twice"
