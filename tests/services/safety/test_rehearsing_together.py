"""Several events rehearsed together know of each other's people, exactly as real ones do (N02, D07)."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.i18n import using_language
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import Person, PersonRegion
from data.models.safety import RuleWho
from services.safety import RehearsedRulePeople, RehearsedTelegrams, TakeTelegram, decisions, rehearse, rehearse_people
from services.safety.rehearsing import lines
from services.safety.telegrams import parse
from tests.services.safety.conftest import make_rule, people_of, quake, sample, taken_in, warning_rule

HOURS = 60
SAID = st.sampled_from(["4", "5-", "5+", "6-"])
REPORTS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from([1, 100, 359, 361]), SAID, SAID, SAID), min_size=1, max_size=6
)


@pytest.fixture
def people(tx):
    """Somebody in each of three areas, and one in two of them."""
    found = people_of(tx, ["350", "341", "360", "1310800"])
    tx.add(PersonRegion(person_id=found["1310800"].id, area_code="341"))
    tx.session.flush()
    return found


def rehearsed(tx, files):
    """Return whom each broadcast would ask: how many by each round, and who they are."""
    found = rehearse(tx, RehearsedTelegrams(files=files))
    asked = []
    for one in found.rules:
        ask = RehearsedRulePeople(rule_id=one.rule_id, number=one.number, rounds=one.rounds)
        asked.append(([each.people for each in one.asks], {row.code for row in rehearse_people(tx, ask).rows}))
        assert one.people == sum(asked[-1][0]) == len(asked[-1][1])
    return asked


def really(tx, files):
    """Return whom each broadcast has asked, when the same telegrams came in, each when it was issued."""
    with tx.session.begin_nested() as savepoint:
        for file in sorted(files, key=lambda one: parse(one).report_time):
            tx.now = parse(file).report_time
            taken_in(tx, TakeTelegram(content=file))
        asked = []
        for broadcast_id in tx.execute(select(Broadcast.id).order_by(Broadcast.id)).scalars().all():
            codes = select(Person.code).join(Recipient, Recipient.person_id == Person.id)
            asked.append(set(tx.execute(codes.where(Recipient.broadcast_id == broadcast_id)).scalars()))
        savepoint.rollback()
    tx.session.expire_all()
    return asked


FIRST = quake(1)
BOTH = quake(1, 20).replace(b"20310514090001", b"20310514090001 20310514090002")
CASES = {
    "an equal one asks nobody": ([FIRST, quake(2, 10)], [[4], [0]]),
    "a stronger one asks those for whom it is": ([FIRST, quake(2, 10, _341="6+")], [[4], [2]]),
    "after six hours everybody again": ([FIRST, quake(2, 6 * HOURS + 1)], [[4], [4]]),
    "six hours from the last asking": ([FIRST, quake(1, 300), quake(2, 361)], [[4, 0], [4]]),
    "those elsewhere": ([quake(1, _341="4", _360="4"), quake(2, 10)], [[2], [2]]),
    "a third one by the stronger of two": ([FIRST, quake(2, 10, _341="7"), quake(3, 20, _341="6+")], [[4], [2], [0]]),
    "the first goes on after the second": (
        [quake(1, _341="4"), quake(2, 10, _350="4", _360="4"), quake(1, 20)], [[3, 0], [1]],
    ),
    "both in one, after one that asked nobody": (
        [quake(1, _341="4"), quake(2, 10, _341="4"), BOTH], [[3, 1], [0]],
    ),
    "nobody at first, then stronger": ([FIRST, quake(2, 10), quake(2, 20, _360="7")], [[4], [0, 1]]),
}  # fmt: skip


class TestTogether:
    @pytest.mark.parametrize("name", CASES)
    def test_N02_each_event_asks_whom_the_real_one_would(self, tx, people, name):
        files, counts = CASES[name]
        make_rule(tx, "5-")
        found = rehearsed(tx, files)
        assert [people for people, _codes in found] == counts
        assert [codes for _people, codes in found if codes] == really(tx, files)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(reports=REPORTS, who=st.sampled_from([RuleWho.REGIONS, RuleWho.EVERYBODY]))
    def test_whatever_comes_it_is_as_the_real_thing(self, tx, people, reports, who):
        files, minutes = [], 0
        for number, after, *said in reports:
            minutes += after
            files.append(quake(number, minutes, **dict(zip(("_350", "_341", "_360"), said, strict=True))))
        with tx.session.begin_nested() as savepoint:
            make_rule(tx, "5-", who=who)
            found, real = rehearsed(tx, files), really(tx, files)
            savepoint.rollback()
        tx.session.expire_all()
        assert sorted(sorted(codes) for _people, codes in found if codes) == sorted(map(sorted, real))

    def test_events_of_one_telegram_share_a_broadcast_and_later_ones_know_of_it(self, tx):
        warning_rule(tx)
        people_of(tx, ["3220200", "3220700", "3244900", "3220500"])
        issued = sample("w1_VPWW54_special_warning.xml")
        later = [sample(name) for name in ("w5_VPWW55_same_as_w1.xml", "w6_VPWW54_extended.xml")]
        found = rehearsed(tx, [issued, *later])
        assert [codes for _people, codes in found if codes] == really(tx, [issued, *later])

    def test_another_rule_knows_nothing_of_it(self, tx, people):
        make_rule(tx, "5-")
        make_rule(tx, "5-", name="別の設定")
        files = [FIRST, quake(2, 10)]
        found = rehearse(tx, RehearsedTelegrams(files=files)).rules
        assert [(one.name, one.number, one.people) for one in found] == [
            ("震度5-以上", 1, 4), ("震度5-以上", 2, 0), ("別の設定", 1, 4), ("別の設定", 2, 0),
        ]  # fmt: skip

    def test_events_that_wait_are_asked_each_at_its_own_time(self, tx, people):
        make_rule(tx, "5-", wait_5_lower=30, wait_5_upper=30, wait_6_lower=30)
        found = rehearse(tx, RehearsedTelegrams(files=[FIRST, quake(2, 5, _341="6+")]))
        first = found.telegrams[0].report_time
        assert [[(ask.at, ask.telegram, ask.people) for ask in one.asks] for one in found.rules] == [
            [(first + timedelta(minutes=5), 2, 4)], [(first + timedelta(minutes=30), 1, 0)],
        ]  # fmt: skip
        at_once = rehearse(tx, RehearsedTelegrams(files=[FIRST, quake(2)]))
        assert [[ask.people for ask in one.asks] for one in at_once.rules] == [[4], [0]]

    def test_it_is_said_beside_the_telegram_and_which_broadcast_is_meant(self, tx, people):
        make_rule(tx, "5-")
        found = rehearse(tx, RehearsedTelegrams(files=[FIRST, quake(2, 10, _341="6+")]))
        assert decisions.SPARED not in [one.message for one in found.telegrams[0].decisions]
        spared = found.telegrams[1].decisions[-1]
        assert (spared.message, spared.values["people"]) == (decisions.SPARED, 2)
        with using_language("ja"):
            said = lines(found)
        assert any("（一斉送信2件目）" in line for line in said)
