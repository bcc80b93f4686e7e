"""Sending to a real server on loopback: signatures, attempts, pauses, giving up, fairness."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.webhooks import MadeSecret, NewEndpoint, Told, WhichEndpoint, add_endpoint, renew_secret
from services.webhooks.post import WORDS
from services.webhooks.sending import GIVEN_UP_AFTER, KEPT, PAUSES, forget, send_due
from services.webhooks.telling import put

(EXAMPLE,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)


def system():
    return transaction(Actor.system("test"))


def endpoint(url: str, name: str = "給与") -> MadeSecret:
    """Enter another system."""
    with system() as tx:
        return add_endpoint(tx, NewEndpoint(name=name, url=url, events=[Told.PERSON_ADDED]))


def happen(made: MadeSecret, times: int = 1) -> None:
    """Let something happen that it wants to be told."""
    with system() as tx:
        for at in range(times):
            put(tx, [made.id], "person.added", {"count": at})


def deliveries() -> list[WebhookDelivery]:
    """Return all as they stand."""
    with system() as tx:
        return list(tx.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def of(made: MadeSecret) -> WebhookEndpoint:
    """Return an endpoint as it stands."""
    with system() as tx:
        return tx.get(WebhookEndpoint, made.id)


@pytest.fixture
def verify():
    """The function that docs/webhooks.md shows."""
    names: dict = {}
    exec(EXAMPLE, names)
    return names["verify"]


class TestSend:
    def test_the_example_in_the_docs_accepts_it_and_nothing_else(self, live, loopback, sink, verify):
        made = endpoint(sink.url)
        happen(made)
        send_due()
        (got,) = sink.got
        now = clock.now().timestamp()
        assert verify(made.secret, got.headers, got.body, now) == {**json.loads(got.body), "type": "person.added"}
        assert got.headers["content-type"] == "application/json"
        wrong = [
            (made.secret[:-3] + "AA=", got.headers, got.body, now),
            (made.secret, got.headers, got.body + b" ", now),
            (made.secret, {**got.headers, "webhook-id": "msg_other"}, got.body, now),
            (made.secret, got.headers, got.body, now + 600),
        ]
        for one in wrong:
            with pytest.raises(ValueError, match="webhook"):
                verify(*one)
        (row,) = deliveries()
        assert (row.state, row.attempts, row.status_code, row.word) == (SendingState.TAKEN, 1, 204, None)
        assert (row.message_id, row.next_at) == (got.headers["webhook-id"], None)

    def test_old_and_new_secret_sign_for_a_day(self, live, loopback, sink, verify):
        made = endpoint(sink.url)
        with system() as tx:
            fresh = renew_secret(tx, WhichEndpoint(id=made.id))
        happen(made)
        send_due()
        for secret in (made.secret, fresh.secret):
            assert verify(secret, sink.got[0].headers, sink.got[0].body, clock.now().timestamp())

    def test_in_order_and_once(self, live, loopback, sink):
        happen(endpoint(sink.url), times=30)
        send_due()
        send_due()
        assert [json.loads(got.body)["data"]["count"] for got in sink.got] == list(range(30))


class TestFailure:
    def test_is_tried_again_after_longer_and_longer_pauses_and_then_failed(self, live, loopback, sink):
        made, sink.code = endpoint(sink.url), 400
        with clock.frozen(clock.now()) as at:
            happen(made)
        for attempt, pause in enumerate(PAUSES, start=1):
            with clock.frozen(at):
                send_due()
                send_due()
            assert len(sink.got) == attempt
            at += pause
            assert deliveries()[0].next_at == at
        with clock.frozen(at):
            send_due()
        (row,) = deliveries()
        assert (row.state, row.attempts, row.status_code, row.word) == (
            SendingState.FAILED, len(PAUSES) + 1, 400, WORDS["refused"]
        )  # fmt: skip
        assert len({got.headers["webhook-id"] for got in sink.got}) == 1
        assert len({got.headers["webhook-timestamp"] for got in sink.got}) == len(sink.got)

    def test_one_that_is_down_rests_and_the_others_go_on(self, live, loopback, sink):
        down, fine = endpoint("http://127.0.0.1:1/", "停止中"), endpoint(sink.url)
        happen(down, times=3)
        happen(fine, times=3)
        send_due()
        assert len(sink.got) == 3
        assert [one.attempts for one in deliveries()] == [1, 0, 0, 1, 1, 1], "one attempt tells enough"
        assert of(down).failing_since is not None
        assert of(fine).failing_since is None

    def test_is_given_up_after_days_and_a_success_begins_the_count_anew(self, live, loopback, sink):
        made, begun = endpoint(sink.url), clock.now()
        for after, code in ((0, 500), (2, 204), (3, 500), (7, 500)):
            sink.code = code
            with clock.frozen(begun + timedelta(days=after)):
                happen(made)
                send_due()
        assert of(made).state is EndpointState.ON
        with clock.frozen(begun + timedelta(days=3) + GIVEN_UP_AFTER):
            send_due()
        kept = of(made)
        assert (kept.state, kept.given_up_at - begun) == (EndpointState.GIVEN_UP, timedelta(days=3) + GIVEN_UP_AFTER)
        assert SendingState.WAITING not in {one.state for one in deliveries()}

    def test_a_key_that_is_gone_is_said_and_keeps_no_other_endpoint_waiting(self, live, loopback, sink):
        broken, fine = endpoint(sink.url, "壊れた"), endpoint(sink.url)
        with system() as tx:
            tx.get(WebhookEndpoint, broken.id).secret = b"RK1xxxx" + b"y" * 40
        for one in (broken, fine):
            happen(one)
        send_due()
        assert [one.state for one in deliveries()] == [SendingState.WAITING, SendingState.TAKEN]
        assert "key of this installation" in deliveries()[0].word


def test_old_deliveries_are_forgotten(live):
    happen(endpoint("https://example.jp/"))
    with clock.frozen(clock.now() + KEPT - timedelta(minutes=1)):
        forget()
    assert len(deliveries()) == 1
    with clock.frozen(clock.now() + KEPT):
        forget()
    assert deliveries() == []
