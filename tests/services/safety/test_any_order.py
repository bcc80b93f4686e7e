"""Telegrams in any order, twice, and from two processes at once: one broadcast, nobody asked twice, nobody left out."""

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import PersonRegion
from data.models.safety import Asking, CaseArea, TelegramRecord, Verdict
from services.safety import Source, TakeTelegram
from tests.services.safety.conftest import (
    asked,
    make_rule,
    opened,
    people_of,
    sample,
    take,
    taken_in,
    tsunami_rule,
    warning_rule,
)

FIRST, DETAIL, RAISED, CORRECTION = (
    "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml", "a4_VXSE53_raised.xml", "a5_VXSE53_correction.xml",
)  # fmt: skip
LATER, CANCEL = "b1_VXSE51_cancelled_later.xml", "b2_VXSE51_cancel.xml"
EVENT, CANCELLED_EVENT = "20310514091203", "20310602163944"
IN_ANY_ORDER = [
    FIRST, DETAIL, RAISED, CORRECTION, LATER, CANCEL, "a2_VXSE52_hypocentre.xml", "a6_VXSE62_long_period.xml",
    "d1_VXSE51_drill.xml", "d3_VXSE53_test.xml", "e1_VXSE53_distant.xml", "e2_VXSE43_early_warning.xml",
    "t1_VTSE41_major_warning.xml", "t4_VTSE41_raised.xml", "t2_VTSE51_observed.xml",
    "w1_VPWW54_special_warning.xml", "w5_VPWW55_same_as_w1.xml", "w6_VPWW54_extended.xml", "w21_VPWW55_lifted.xml",
]  # fmt: skip
TSUNAMI = "20311215020344"
ISSUED_WEATHER = ["w1_VPWW54_special_warning.xml", "w5_VPWW55_same_as_w1.xml", "w6_VPWW54_extended.xml"]
LIFTED_WEATHER = "w21_VPWW55_lifted.xml"
COASTS = ["0220700", "0320300", "0420200", "0820200", "1221500"]
IN_SHIMANE = ["3220200", "3220700", "3244900", "3220500"]
AREAS = ["350", "341", "360", "331", "351", "301", "520"]


@given(order=st.permutations(IN_ANY_ORDER), again=st.lists(st.sampled_from(IN_ANY_ORDER), max_size=4))
@settings(max_examples=20)
def test_D07_in_any_order_and_twice(shared_engine, order: Sequence[str], again: Sequence[str]) -> None:
    with shared_engine.connect() as connection, connection.begin() as outer, Session(connection) as session:
        tx = Transaction(session, Actor.system("test"))
        five, six, wave, weather = make_rule(tx, "5-"), make_rule(tx, "6-"), tsunami_rule(tx), warning_rule(tx)
        people_of(tx, [*AREAS, *COASTS, *IN_SHIMANE])
        taken = [take(tx, name) for name in [*order, *again]]
        assert [one.before for one in taken] == [False] * len(order) + [True] * len(again)
        ours = {(event, rule): broadcast for event, rule, broadcast in opened(tx)}
        always, sometimes = {"350", "341", "360", "331"}, {"351"}
        whole = asked(tx, ours[EVENT, five.id])
        assert always <= whole <= always | sometimes
        assert ("351" in whole) is (order.index(RAISED) < order.index(CORRECTION))
        assert asked(tx, ours[EVENT, six.id]) == {"350", "331"}
        assert ((CANCELLED_EVENT, five.id) in ours) is (order.index(LATER) < order.index(CANCEL))
        for (event, rule_id), broadcast_id in ours.items():
            if rule_id not in {five.id, six.id}:
                continue
            assert asked(tx, broadcast_id) <= ({"520"} if event == CANCELLED_EVENT else {*always, *sometimes})
            state = tx.get(Broadcast, broadcast_id).state
            assert state is (BroadcastState.STOPPED if event == CANCELLED_EVENT else BroadcastState.SENDING)
        assert asked(tx, ours[TSUNAMI, wave.id]) == {*COASTS, "301"}  # an area with a municipality on that coast
        assert warned(tx, weather.id, order) == 1
        assert mails(tx) == recipients(tx)
        outer.rollback()


def warned(tx: Transaction, rule_id: int, order: Sequence[str]) -> int:
    """Return how often each person was asked about special warnings, which must be the same for all who were."""
    broadcasts = select(Asking.broadcast_id).where(Asking.rule_id == rule_id)
    found = (
        select(PersonRegion.area_code, func.count())
        .join(Recipient, Recipient.person_id == PersonRegion.person_id)
        .where(Recipient.broadcast_id.in_(broadcasts))
        .group_by(PersonRegion.area_code)
    )
    times = dict(tx.execute(found).all())
    lifted = order.index(LIFTED_WEATHER)
    before = [name for name in ISSUED_WEATHER if order.index(name) < lifted]
    assert set(times) == {"3244900", *(["3220200", "3220700"] if before else [])}
    assert tx.scalar(select(func.count()).select_from(CaseArea).where(CaseArea.in_force)) == 1
    return max(times.values())


def mails(tx: Transaction) -> int:
    """Return how many mails there are in all."""
    return tx.scalar(select(func.count()).select_from(Delivery))


def recipients(tx: Transaction) -> int:
    """Return how many people were asked in all."""
    return tx.scalar(select(func.count()).select_from(Recipient))


class TestAtOnce:
    """Two and more processes with telegrams of one earthquake at the same moment."""

    @pytest.fixture
    def ready(self, live):
        with transaction(Actor.system("test")) as tx:
            make_rule(tx, "5-")
            people_of(tx, AREAS)

    @staticmethod
    def all_at_once(names: Sequence[str]) -> list:
        """Take in telegrams from as many threads, each with its own connection, and return what each was told."""
        together, results = threading.Barrier(len(names)), []

        def run(name: str) -> None:
            together.wait(10)
            try:
                with transaction(Actor.system(name)) as tx:
                    results.append(taken_in(tx, TakeTelegram(content=sample(name), source=Source.COMMAND_LINE)))
            except Exception as error:  # noqa: BLE001 - whatever went wrong is the result
                results.append(error)

        threads = [threading.Thread(target=run, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return results

    def test_the_same_bytes_are_taken_once(self, ready):
        taken = self.all_at_once([FIRST] * 6)
        assert sorted(one.before for one in taken) == [False] + [True] * 5
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(TelegramRecord)) == 1
            assert tx.scalar(select(func.count()).select_from(Mailing)) == 1

    def test_telegrams_without_event_id_are_taken_once_too(self, ready):
        with transaction(Actor.system("test")) as tx:
            warning_rule(tx)
        taken = self.all_at_once(["w1_VPWW54_special_warning.xml"] * 6)
        assert sorted(one.before for one in taken) == [False] + [True] * 5

    @pytest.mark.parametrize("turn", range(6))
    def test_reports_of_one_earthquake_open_one_broadcast(self, ready, turn):
        names = [FIRST, DETAIL, RAISED, FIRST, DETAIL, RAISED]
        taken = self.all_at_once(names[turn:] + names[:turn])
        with transaction(Actor.system("test")) as tx:
            assert sorted(one.verdict for one in taken if not one.before).count(Verdict.OPENED) == 1
            ((_event, _rule, broadcast_id),) = opened(tx)
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1
            assert asked(tx, broadcast_id) == {"350", "341", "360", "331", "351"}
            assert mails(tx) == recipients(tx) == 5

    @pytest.mark.parametrize("turn", range(4))
    def test_a_cancel_at_the_same_moment_never_leaves_it_being_sent(self, ready, turn):
        names = [LATER, CANCEL]
        taken = self.all_at_once(names if turn % 2 else names[::-1])
        with transaction(Actor.system("test")) as tx:
            states = set(tx.execute(select(Broadcast.state)).scalars())
        assert all(one.before is False for one in taken)
        assert states <= {BroadcastState.STOPPED}
