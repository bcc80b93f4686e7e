"""Aftershocks (余震): a stronger one within six hours asks again, an equal or weaker one does not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from data.models.broadcasts import Recipient
from data.models.people import PersonRegion
from services.safety import TakeTelegram, decisions
from tests.services.safety.conftest import make_rule, people_of, quake, sample, take, taken_in

FIRST = "a1_VXSE51_first.xml"


def another(number, **intensities):
    """Return another earthquake with other intensities, by those of the first one."""
    return TakeTelegram(content=quake(number, **intensities))


def asked_times(tx):
    """Return how often the people of each area were asked."""
    found = select(PersonRegion.area_code, func.count()).join(Recipient, Recipient.person_id == PersonRegion.person_id)
    return dict(tx.execute(found.group_by(PersonRegion.area_code)).all())


@pytest.fixture
def rule(tx):
    """A rule of 5 lower, and somebody in each area: 350 shook by 6 lower, 341 and 360 by 5 upper."""
    people_of(tx, ["350", "341", "360"])
    return make_rule(tx, "5-")


def test_D07_an_equal_one_asks_nobody_again_and_says_so(tx, rule):
    take(tx, FIRST)
    taken = taken_in(tx, another(1))
    assert [one.message for one in taken.decisions] == [decisions.ALL_SPARED, decisions.SPARED]
    assert taken.decisions[1].values["people"] == 3
    assert asked_times(tx) == {"350": 1, "341": 1, "360": 1}


def test_D07_a_stronger_one_asks_those_again_for_whom_it_was_stronger(tx, rule):
    take(tx, FIRST)
    taken = taken_in(tx, another(2, _350="5+", _341="6+"))
    assert [one.message for one in taken.decisions] == [decisions.OPENED, decisions.SPARED]
    assert (taken.decisions[0].values["people"], taken.decisions[1].values["people"]) == (1, 2)
    assert asked_times(tx) == {"350": 1, "341": 2, "360": 1}


def test_whoever_was_not_asked_before_is_asked(tx, rule):
    take(tx, FIRST)
    people_of(tx, ["1310800"])
    assert taken_in(tx, another(3)).decisions[0].values["people"] == 1


def test_who_has_several_regions_counts_by_the_strongest(tx, rule):
    person = people_of(tx, ["1413100"])["1413100"]  # in 360
    tx.add(PersonRegion(person_id=person.id, area_code="1310800"))  # in 350
    take(tx, FIRST)
    taken_in(tx, another(4, _360="6-"))  # stronger for 360 alone, but this person had 6 lower by the other region
    assert asked_times(tx)["1413100"] == 1
    assert asked_times(tx)["360"] == 2


def test_after_six_hours_everybody_is_asked_again(tx, rule):
    take(tx, FIRST)
    with clock.frozen(tx.now + timedelta(hours=6, seconds=1)):
        taken_in(type(tx)(tx.session, tx.actor), another(5))
    assert asked_times(tx) == {"350": 2, "341": 2, "360": 2}


def test_another_rule_spares_nobody(tx, rule):
    take(tx, FIRST)
    make_rule(tx, "5-", name="別の設定")
    taken = taken_in(tx, another(6))
    assert [one.message for one in taken.decisions] == [decisions.ALL_SPARED, decisions.SPARED, decisions.OPENED]


def test_what_jma_cancelled_spares_nobody(tx, rule):
    people_of(tx, ["520"])
    take(tx, "b1_VXSE51_cancelled_later.xml"), take(tx, "b2_VXSE51_cancel.xml")
    later = sample("b1_VXSE51_cancelled_later.xml").replace(b"20310602163944", b"20310602170000")
    taken_in(tx, TakeTelegram(content=later))
    assert asked_times(tx)["520"] == 2


def test_everybody_is_asked_again_only_when_it_is_stronger_anywhere(tx):
    people_of(tx, ["520"])
    make_rule(tx, "5-", who="everybody")
    take(tx, FIRST)
    taken_in(tx, another(7))
    assert asked_times(tx) == {"520": 1}
    taken_in(tx, another(8, _350="7"))
    assert asked_times(tx) == {"520": 2}
