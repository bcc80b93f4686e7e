"""Tsunamis: by the grade of the forecast, or by the height that was measured; whoever has a region on the coast."""

import pytest
from sqlalchemy import func, select

from data.models.areas import Coast
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.safety import Verdict
from services.safety import TakeTelegram, decisions
from tests.services.safety.conftest import (
    JMA,
    asked,
    broadcast_ids,
    only,
    people_of,
    sample,
    take,
    taken_in,
    tsunami_rule,
)

FIRST, RAISED, LIFTED = "t1_VTSE41_major_warning.xml", "t4_VTSE41_raised.xml", "t5_VTSE41_lifted.xml"
CORRECTION, OBSERVED = "t6_VTSE41_correction.xml", "t2_VTSE51_observed.xml"


@pytest.fixture
def on_coast(tx):
    """Somebody on each coast of our samples: the municipality by the code of the coast, none of which lies on two."""
    alone = (
        select(Coast.municipality_code).where(Coast.lies).group_by(Coast.municipality_code).having(func.count() == 1)
    )
    found = select(Coast.tsunami_code, func.min(Coast.municipality_code)).where(
        Coast.tsunami_code.in_(["201", "210", "220", "300", "310", "311"]),
        Coast.municipality_code.in_(alone),
        Coast.lies,
    )
    towns = dict(tx.execute(found.group_by(Coast.tsunami_code)).all())
    people_of(tx, towns.values())
    return towns


def coasts_asked(tx, on_coast, broadcast_id):
    """Return the coasts of those whom a broadcast asked."""
    towns = asked(tx, broadcast_id)
    return {coast for coast, town in on_coast.items() if town in towns}


class TestByGrade:
    """As soon as JMA warns."""

    @pytest.mark.parametrize(("grade", "coasts"), [
        ("major_warning", {"210", "220"}), ("warning", {"201", "210", "220"}),
        ("advisory", {"201", "210", "220", "300"}),
    ])  # fmt: skip
    def test_D07_asks_the_people_of_the_coasts_of_that_grade_or_a_graver_one(self, tx, on_coast, grade, coasts):
        tsunami_rule(tx, grade=grade)
        taken = take(tx, FIRST)
        assert taken.verdict is Verdict.OPENED
        assert coasts_asked(tx, on_coast, only(taken).broadcast_id) == coasts
        assert "大津波警報（12/15 02:06）" in tx.get(Broadcast, only(taken).broadcast_id).title

    def test_raised_asks_those_newly_included(self, tx, on_coast):
        tsunami_rule(tx)
        first, then = take(tx, FIRST), take(tx, RAISED)
        assert (only(then).message, only(then).values["people"]) == (decisions.EXTENDED, 2)
        assert coasts_asked(tx, on_coast, broadcast_ids(first)[0]) == {"201", "210", "220", "300", "310"}

    def test_lifted_sends_nothing_and_nothing_after_it_that_was_issued_before(self, tx, on_coast):
        tsunami_rule(tx)
        assert take(tx, LIFTED).verdict is Verdict.SILENT
        assert take(tx, FIRST).verdict is Verdict.SILENT
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0

    def test_what_a_correction_took_back_before_it_came_starts_nothing(self, tx, on_coast):
        tsunami_rule(tx)
        take(tx, CORRECTION)
        assert only(take(tx, RAISED)).message == decisions.OVERTAKEN

    def test_the_grades_that_an_observation_repeats_are_no_new_warnings(self, tx, on_coast):
        tsunami_rule(tx)
        assert only(take(tx, OBSERVED)).message == decisions.OTHER_POLICY

    def test_a_cancel_stops_what_is_being_sent(self, tx, on_coast):
        tsunami_rule(tx, grade="advisory")
        event = b"20311220124811"
        issued = sample(FIRST).replace(b"20311215020344", event).replace(b"2031-12-15T02:06", b"2031-12-20T12:50")
        opened = only(taken_in(tx, TakeTelegram(content=issued))).broadcast_id
        assert only(take(tx, "t3_VTSE41_cancel.xml")).message == decisions.CANCEL_STOPPED
        assert tx.get(Broadcast, opened).state is BroadcastState.STOPPED

    def test_a_cancel_of_observations_stops_no_warning(self, tx, on_coast):
        tsunami_rule(tx)
        opened = only(take(tx, FIRST)).broadcast_id
        cancel = sample("t3_VTSE41_cancel.xml").replace("津波警報・注意報・予報a".encode(), "津波情報a".encode())
        cancel = cancel.replace(b"20311220124811", b"20311215020344")
        assert take_content(tx, cancel).verdict is Verdict.SILENT
        assert tx.get(Broadcast, opened).state is BroadcastState.SENDING

    def test_a_drill_sends_nothing(self, tx, on_coast):
        tsunami_rule(tx)
        assert take(tx, "t8_VTSE41_drill.xml").verdict is Verdict.SILENT

    def test_a_coast_that_no_table_has_is_told(self, tx, on_coast):
        tsunami_rule(tx)
        strange = sample(FIRST).replace(b"<Code>201</Code>", b"<Code>999</Code>")
        taken = take_content(tx, strange)
        assert decisions.UNKNOWN_AREAS in {one.message for one in taken.decisions}
        assert coasts_asked(tx, on_coast, broadcast_ids(taken)[0]) == {"210", "220"}


class TestByHeight:
    """As soon as a tide gauge has measured it."""

    @pytest.mark.parametrize(("metres", "coasts"), [(0.3, {"210"}), (3.1, {"210"}), (3.2, set())])
    def test_D07_asks_the_people_of_the_coasts_where_it_was_measured(self, tx, on_coast, metres, coasts):
        tsunami_rule(tx, height=metres)
        taken = take(tx, OBSERVED)
        assert (taken.verdict is Verdict.OPENED) is bool(coasts)
        if coasts:
            assert coasts_asked(tx, on_coast, only(taken).broadcast_id) == coasts

    def test_strange_heights_are_none(self, tx, on_coast):
        tsunami_rule(tx, height=0.3)
        taken = take(tx, "t7_VTSE51_strange_heights.xml")
        assert coasts_asked(tx, on_coast, only(taken).broadcast_id) == {"210"}

    def test_a_warning_alone_sends_nothing(self, tx, on_coast):
        tsunami_rule(tx, height=0.3)
        assert only(take(tx, FIRST)).message == decisions.OTHER_POLICY


def take_content(tx, content):
    """Take in the bytes of a telegram."""
    return taken_in(tx, TakeTelegram(content=content))


@pytest.mark.parametrize(("policy", "word"), [
    ({"grade": "warning"}, "tsunami_by_grade_warning_or_higher"),
    ({"grade": "advisory"}, "tsunami_by_grade_advisory_or_higher"),
    ({"height": 0.3}, "tsunami_by_observed_height_0_3m"),
])  # fmt: skip
@pytest.mark.parametrize("name", sorted(path.name for path in JMA.glob("*VTSE*.xml")) or ["none"])
def test_jmas_own_telegrams(tx, name, policy, word):
    import json  # noqa: PLC0415 - only where the telegrams are

    if not (JMA / name).is_file():
        pytest.skip(f"JMA's own telegrams are not here ({JMA}); our own samples were taken")
    listed = json.loads((JMA / "expected.json").read_text(encoding="utf-8"))["telegrams"]
    expected = next(one for one in listed if one["file"] == name)["auto_broadcast_if_first_seen"][word]
    people_of(tx, tx.execute(select(Coast.municipality_code).where(Coast.lies).distinct()).scalars().all())
    tsunami_rule(tx, **policy)
    assert (take_content(tx, (JMA / name).read_bytes()).verdict is Verdict.OPENED) is expected
