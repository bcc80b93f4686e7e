"""Special warnings (特別警報): one case a kind from the first municipality to the last, old form and new form alike."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import PersonRegion
from data.models.safety import Case, CaseArea, Verdict
from services.safety import TakeTelegram, decisions
from services.safety.telegrams import SpecialWarning
from tests.services.safety.conftest import (
    JMA,
    asked,
    broadcast_ids,
    only,
    people_of,
    sample,
    take,
    taken_in,
    warning_rule,
)

ISSUED, SAME, EXTENDED = "w1_VPWW54_special_warning.xml", "w5_VPWW55_same_as_w1.xml", "w6_VPWW54_extended.xml"
LIFTED, CANCEL, CORRECTION = "w21_VPWW55_lifted.xml", "w20_VPWW54_cancel.xml", "w8_VPWW54_correction.xml"
HAMADA, GOTSU, ONAN, ODA = "3220200", "3220700", "3244900", "3220500"


@pytest.fixture
def rule(tx):
    """A rule for all special warnings, with somebody in each municipality."""
    people_of(tx, [HAMADA, GOTSU, ONAN, ODA])
    return warning_rule(tx)


def in_force(tx):
    """Return where special warnings hold, as (kind, municipality)."""
    found = select(Case.code, CaseArea.area_code).join(Case, Case.id == CaseArea.case_id).where(CaseArea.in_force)
    return {tuple(row) for row in tx.execute(found)}


def cases(tx):
    """Return how many cases there are, and how many of them go on."""
    found = select(func.count(), func.count().filter(Case.ended_at.is_(None))).select_from(Case)
    return tuple(tx.execute(found).one())


def reported(name, time):
    """Return a telegram with another report time."""
    xml = sample(name)
    start = xml.index(b"<ReportDateTime>") + len(b"<ReportDateTime>")
    return TakeTelegram(content=xml[:start] + time.encode() + xml[start + 25 :])


class TestOneCase:
    """From the first municipality to the last."""

    def test_D07_asks_the_people_of_its_municipalities_only(self, tx, rule):
        taken = take(tx, ISSUED)
        assert taken.verdict is Verdict.OPENED
        assert asked(tx, only(taken).broadcast_id) == {HAMADA, GOTSU}
        title = tx.get(Broadcast, only(taken).broadcast_id).title
        assert title == "島根県に大雨特別警報（08/03 00:44）"

    def test_the_new_form_of_the_same_warning_asks_nobody_again(self, tx, rule):
        first, then = take(tx, ISSUED), take(tx, SAME)
        assert only(then).message == decisions.ALL_ASKED
        assert broadcast_ids(first) == broadcast_ids(then)
        assert cases(tx) == (1, 1)

    def test_municipalities_that_are_added_ask_their_people_only(self, tx, rule):
        first, then = take(tx, ISSUED), take(tx, EXTENDED)
        assert (only(then).message, only(then).values["people"]) == (decisions.EXTENDED, 1)
        assert asked(tx, broadcast_ids(first)[0]) == {HAMADA, GOTSU, ONAN}

    def test_what_is_lifted_sends_nothing_and_ends_the_case(self, tx, rule):
        take(tx, ISSUED)
        assert only(take(tx, LIFTED)).message == decisions.WEATHER_LIFTED
        assert (in_force(tx), cases(tx)) == (set(), (1, 0))
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1

    def test_what_was_lifted_before_it_came_opens_nothing(self, tx, rule):
        take(tx, LIFTED)
        assert only(take(tx, ISSUED)).message == decisions.OVERTAKEN
        assert cases(tx) == (0, 0)

    def test_what_begins_again_after_it_was_lifted_is_a_new_case_that_asks_again_after_six_hours(self, tx, rule):
        take(tx, ISSUED), take(tx, LIFTED)
        again = taken_in(tx, reported(ISSUED, "2031-08-03T14:00:00+09:00")).decisions[0]
        assert again.message == decisions.ALL_SPARED
        assert cases(tx) == (2, 1)
        with clock.frozen(tx.now + timedelta(hours=7)):
            tx2 = type(tx)(tx.session, tx.actor)
            later = only(taken_in(tx2, reported(SAME, "2031-08-03T15:00:00+09:00")))
        assert (later.message, later.values["people"]) == (decisions.OPENED, 2)

    def test_of_what_nothing_is_heard_for_a_day_a_new_case_begins(self, tx, rule):
        take(tx, ISSUED)
        taken_in(tx, reported(SAME, "2031-08-04T03:00:00+09:00"))
        assert cases(tx) == (2, 1)

    def test_other_kinds_within_six_hours_do_not_ask_the_same_people_again(self, tx, rule):
        take(tx, ISSUED)
        landslide = take(tx, "w4_VPWW56_landslide_level5.xml")
        assert landslide.decisions[0].message == decisions.ALL_SPARED
        assert cases(tx) == (2, 2)
        assert tx.scalar(select(func.count()).select_from(Recipient)) == 2


class TestTakenBack:
    """Corrections and cancels, which name no event."""

    def test_a_correction_ends_what_it_leaves_out(self, tx, rule):
        take(tx, ISSUED)
        take(tx, CORRECTION)
        assert in_force(tx) == {("33", HAMADA)}

    def test_what_was_corrected_before_it_came_starts_nothing(self, tx, rule):
        take(tx, CORRECTION)
        assert only(take(tx, ISSUED)).message == decisions.OVERTAKEN

    def test_a_cancel_stops_what_only_the_cancelled_telegram_asked_for(self, tx, rule):
        opened = only(take(tx, ISSUED)).broadcast_id
        cancelled = only(take(tx, CANCEL))
        assert (cancelled.message, cancelled.broadcast_id) == (decisions.CANCEL_STOPPED, opened)
        assert (in_force(tx), cases(tx)) == (set(), (1, 0))

    def test_what_the_other_form_says_as_well_is_not_stopped_but_told(self, tx, rule):
        take(tx, ISSUED), take(tx, SAME)
        assert only(take(tx, CANCEL)).message == decisions.CANCEL_SHARED
        assert in_force(tx) == {("33", HAMADA), ("33", GOTSU)}


class TestWhat:
    """Which of them a rule waits for, and where."""

    def test_a_rule_waits_for_the_kinds_that_it_names(self, tx):
        people_of(tx, [HAMADA])
        warning_rule(tx, warnings=[SpecialWarning.STORM])
        assert only(take(tx, ISSUED)).message == decisions.BELOW_UNKNOWN
        assert take(tx, "w11_VPWW58_wind.xml").verdict is Verdict.OPENED

    @pytest.mark.parametrize(
        "name",
        ["w3_VPWW56_landslide_level4.xml", "w14_VPWW61_other.xml", "w15_VPWS50_summary.xml",
         "w16_VPWP50_timeline.xml", "w18_VXKO_flood.xml", "w19_VPWW55_drill.xml"],
    )  # fmt: skip
    def test_level_four_summaries_forecasts_and_drills_send_nothing(self, tx, rule, name):
        assert take(tx, name).verdict is Verdict.SILENT
        assert cases(tx) == (0, 0)

    def test_kinds_that_nobody_knows_send_nothing_and_are_told(self, tx, rule):
        told = take(tx, "w17_VPWW55_unknown_code.xml").decisions[-1]
        assert told.message == decisions.UNKNOWN_KINDS

    def test_wards_are_asked_by_the_units_whose_warnings_hold_there(self, tx):
        people_of(tx, ["1410100", "1413100", "14", "1420400"])
        warning_rule(tx)
        strange = sample("w9_VPWW53_abolished_and_split.xml").replace(b"<Code>2222200<", b"<Code>2299900<")
        taken = taken_in(tx, TakeTelegram(content=strange))
        people = {code for one in broadcast_ids(taken) for code in asked(tx, one)}
        assert people == {"1410100", "14"}
        assert decisions.UNKNOWN_AREAS in {one.message for one in taken.decisions}

    def test_whoever_gave_only_the_prefecture_or_area_may_be_there(self, tx):
        people_of(tx, ["32", "570", "571", "31"])
        warning_rule(tx)
        found = asked(tx, only(take(tx, ISSUED)).broadcast_id)
        assert "32" in found
        assert "31" not in found
        assert len(found & {"570", "571"}) == 1

    def test_without_a_rule_that_is_on_it_is_decided_again_once_there_is_one(self, tx):
        people_of(tx, [HAMADA])
        assert only(take(tx, ISSUED)).message == decisions.NO_WARNING_RULE
        warning_rule(tx)
        assert take(tx, ISSUED).verdict is Verdict.OPENED
        assert tx.scalar(select(func.count()).select_from(PersonRegion)) == 1


@pytest.mark.parametrize(("name", "opens"), [
    ("15_12_01_161130_VPWW54.xml", True), ("15_08_05_130412_VPWW53.xml", False), ("15_17_01_250630_VPWW56.xml", False),
    ("15_15_01_220314_VPWW54.xml", False),
])  # fmt: skip
def test_jmas_own_telegrams(tx, name, opens):
    if not (JMA / name).is_file():
        pytest.skip(f"JMA's own telegrams are not here ({JMA}); our own samples were taken")
    people_of(tx, [HAMADA, GOTSU, ONAN, ODA, "2920100", "3220900"])
    warning_rule(tx)
    taken = taken_in(tx, TakeTelegram(content=(JMA / name).read_bytes()))
    assert (taken.verdict is Verdict.OPENED) is opens
    if opens:
        assert asked(tx, only(taken).broadcast_id) == {HAMADA, GOTSU, ONAN}
