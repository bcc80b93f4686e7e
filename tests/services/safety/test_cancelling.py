"""A cancel (取消) sends nothing, stops what waits, and says what cannot be called back."""

import re

import pytest
from sqlalchemy import select, update

from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Delivery, DeliveryState, Mailing, MailingState
from data.models.safety import Verdict
from services import broadcasts
from services.safety import TakeTelegram, decisions
from services.safety.telegrams import WhyNot
from tests.services.safety.conftest import only, people_of, sample, take, taken_in

FIRST, CANCEL = "b1_VXSE51_cancelled_later.xml", "b2_VXSE51_cancel.xml"


def issued(content: bytes, hour: str) -> bytes:
    """Return a telegram as if it had been issued in another hour."""
    return re.sub(rb"(<ReportDateTime>\d{4}-\d\d-\d\dT)\d\d", rb"\g<1>" + hour.encode(), content)


def take_issued(tx, name, hour):
    """Take in one of our telegrams as if it had been issued in another hour."""
    return only(taken_in(tx, TakeTelegram(content=issued(sample(name), hour))))


@pytest.fixture
def broadcast_id(tx, rule):
    """A broadcast that is being sent to two people."""
    rule("5-")
    people_of(tx, ["520", "2710300"])
    return only(take(tx, FIRST)).broadcast_id


class TestCancel:
    """After the report that it cancels."""

    def test_D07_what_waits_is_stopped_and_the_reason_says_so(self, tx, broadcast_id):
        taken = take(tx, CANCEL)
        assert (taken.verdict, only(taken).message) == (Verdict.STOPPED, decisions.CANCEL_STOPPED)
        assert only(taken).values == {"broadcast": broadcast_id, "waiting": 2, "gone": 0}
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.STOPPED
        assert set(tx.execute(select(Mailing.state)).scalars()) == {MailingState.STOPPED}

    def test_what_went_out_is_counted(self, tx, broadcast_id):
        first = tx.scalar(select(Delivery.id).order_by(Delivery.id).limit(1))
        tx.execute(update(Delivery).where(Delivery.id == first).values(state=DeliveryState.ACCEPTED))
        assert only(take(tx, CANCEL)).values == {"broadcast": broadcast_id, "waiting": 1, "gone": 1}

    def test_when_all_went_out_nothing_is_stopped_and_somebody_has_to_tell_them(self, tx, broadcast_id):
        tx.execute(update(Delivery).values(state=DeliveryState.ACCEPTED))
        tx.execute(update(Mailing).values(state=MailingState.FINISHED))
        tx.execute(update(Broadcast).values(state=BroadcastState.OPEN))
        tx.session.expire_all()
        taken = take(tx, CANCEL)
        assert (taken.verdict, only(taken).message) == (Verdict.SILENT, decisions.CANCEL_GONE)
        assert only(taken).values["gone"] == 2
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.OPEN

    def test_what_a_person_stopped_stays_stopped_and_must_not_go_on(self, tx, broadcast_id):
        broadcasts.stop(tx, broadcasts.Which(id=broadcast_id))
        assert only(take(tx, CANCEL)).message == decisions.CANCEL_HELD

    def test_a_cancel_of_nothing_we_know_stops_nothing(self, tx, rule):
        rule("5-")
        people_of(tx, ["520"])
        assert only(take(tx, CANCEL)).message == WhyNot.CANCEL.message

    def test_a_cancel_of_a_drill_stops_nothing(self, tx, broadcast_id):
        drill = sample(CANCEL).replace("通常".encode(), "訓練".encode())
        assert taken_in(tx, TakeTelegram(content=drill)).verdict is Verdict.SILENT
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.SENDING


class TestTheOrder:
    """Telegrams that overtake each other."""

    def test_what_was_cancelled_before_it_came_opens_nothing(self, tx, rule):
        rule("5-")
        people_of(tx, ["520"])
        take(tx, CANCEL)
        assert only(take(tx, FIRST)).message == decisions.OVERTAKEN

    def test_a_cancel_that_comes_after_a_newer_report_stops_nothing(self, tx, broadcast_id):
        take_issued(tx, FIRST, "20")
        assert only(take(tx, CANCEL)).message == decisions.CANCEL_OVERTAKEN
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.SENDING


class TestANewerReport:
    """After a cancel, JMA may report the earthquake anew."""

    def test_the_broadcast_goes_on_and_asks_who_is_new(self, tx, broadcast_id):
        take(tx, CANCEL)
        people_of(tx, ["2710600"])
        decision = take_issued(tx, FIRST, "20")
        assert (decision.message, decision.values["people"]) == (decisions.RESUMED, 1)
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.SENDING
        assert set(tx.execute(select(Mailing.state)).scalars()) == {MailingState.SENDING}

    def test_what_a_person_stopped_does_not_go_on_by_itself(self, tx, broadcast_id):
        broadcasts.stop(tx, broadcasts.Which(id=broadcast_id))
        take(tx, CANCEL)
        assert take_issued(tx, FIRST, "20").message == decisions.ALL_ASKED
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.STOPPED

    def test_a_second_cancel_stops_it_again(self, tx, broadcast_id):
        take(tx, CANCEL)
        take_issued(tx, FIRST, "20")
        assert take_issued(tx, CANCEL, "21").message == decisions.CANCEL_STOPPED
        assert tx.get(Broadcast, broadcast_id).state is BroadcastState.STOPPED
