"""Telegrams are taken in: what each one starts, whom it asks, and why nothing is sent otherwise (D07)."""

import hashlib
import json

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import Invalid, NotAllowed
from core.i18n import using_language
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, MailTemplate, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import PersonRegion
from data.models.safety import Source, TelegramRecord, Verdict
from services.safety import Intensity, TakeTelegram, decisions
from services.safety.telegrams import WhyNot
from tests.factories import actor_of, make_person
from tests.services.safety.conftest import (
    JMA,
    SAMPLES,
    asked,
    broadcast_ids,
    only,
    opened,
    people_of,
    sample,
    take,
    taken_in,
)
from tests.statements import statements

EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
ALL_AREAS = sorted({code for one in EXPECTED["telegrams"].values() for code in [*one["areas"], *one["possible_areas"]]})
FIRST = "a1_VXSE51_first.xml"


def reached(expected: dict, threshold: str) -> set[str]:
    """Return the areas that an expectation says have reached a threshold."""
    likely = dict(expected["areas"])
    for code in expected["possible_areas"]:
        likely[code] = max(Intensity(likely.get(code, "5-")), Intensity.FIVE_LOWER)
    return {code for code, intensity in likely.items() if Intensity(intensity) >= threshold}


class TestOurSamples:
    """Each telegram alone, under a rule, with one person in every area that any of them names."""

    @pytest.mark.parametrize("threshold", ["3", "4", "5-", "6-", "7"])
    @pytest.mark.parametrize("name", EXPECTED["telegrams"])
    def test_D07_asks_whom_it_should_or_says_why_not(self, tx, rule, name, threshold):
        expected = EXPECTED["telegrams"][name]
        rule(threshold)
        people_of(tx, ALL_AREAS)
        taken = take(tx, name)
        wanted = set() if expected["why_not_earthquake"] else reached(expected, threshold)
        if wanted:
            assert taken.verdict is Verdict.OPENED
            assert asked(tx, only(taken).broadcast_id) == wanted
            assert only(taken).values["people"] == only(taken).values["areas"] == len(wanted)
        else:
            assert taken.verdict is Verdict.SILENT
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0
            if name[0] in "tw":
                assert all(one.text for one in taken.decisions)
            elif expected["why_not_earthquake"]:
                assert only(taken).message == WhyNot(expected["why_not_earthquake"]).message
            else:
                assert only(taken).message == decisions.BELOW

    @pytest.mark.parametrize("name", EXPECTED["telegrams"])
    def test_every_reason_is_a_whole_sentence_in_both_languages(self, tx, rule, name):
        rule("5-")
        people_of(tx, ALL_AREAS)
        for decision in take(tx, name).decisions:
            for language in ("ja", "en"):
                with using_language(language):
                    assert decision.text
                    assert "{" not in decision.text
                    assert decision.text.endswith("。" if language == "ja" else ".")

    @pytest.mark.parametrize("name", EXPECTED["broken"])
    def test_what_cannot_be_read_is_refused_and_nothing_is_kept(self, tx, rule, name):
        rule("3")
        people_of(tx, ALL_AREAS)
        with pytest.raises(Invalid):
            taken_in(tx, TakeTelegram(content=(SAMPLES / "broken" / name).read_bytes()))
        assert tx.scalar(select(func.count()).select_from(TelegramRecord)) == 0


@pytest.fixture(scope="module")
def jma_expected():
    """Return what a live system should do with each of JMA's own telegrams; they lie beside the project."""
    if not JMA.is_dir():
        pytest.skip(f"JMA's own telegrams are not here ({JMA}); our own samples were taken")
    listed = json.loads((JMA / "expected.json").read_text(encoding="utf-8"))["telegrams"]
    return {one["file"]: one for one in listed}


class TestTelegramsOfJma:
    """JMA's own telegrams, each first seen, with one person in every area of Shizuoka, Nagano and Iwate."""

    @pytest.mark.parametrize("policy", [("5-", "5lower"), ("6-", "6lower")])
    @pytest.mark.parametrize("name", sorted(path.name for path in JMA.glob("*.xml")) or ["none"])
    def test_opens_what_it_should(self, tx, rule, jma_expected, name, policy):
        expected, (threshold, word) = jma_expected[name], policy
        rule(threshold)
        people_of(tx, ["212", "420", "421", "422", "440", "441", "442", "443"])
        taken = taken_in(tx, TakeTelegram(content=(JMA / name).read_bytes()))
        assert (taken.verdict is Verdict.OPENED) is expected["auto_broadcast_if_first_seen"][
            f"earthquake_threshold_{word}"
        ]
        if taken.verdict is Verdict.OPENED:
            assert asked(tx, only(taken).broadcast_id) == {one["code"] for one in expected[f"areas_{word}_up"]}

    def test_intensity_4_in_iwate_opens_under_a_rule_of_4_only(self, tx, rule, jma_expected):
        rule("4"), rule("5-")
        people_of(tx, ["212", "442"])
        taken = taken_in(tx, TakeTelegram(content=(JMA / "20210219091451_0_VXSE53_010000.xml").read_bytes()))
        assert [decision.verdict for decision in taken.decisions] == [Verdict.OPENED, Verdict.SILENT]
        assert asked(tx, broadcast_ids(taken)[0]) == {"212"}

    def test_the_detail_after_the_first_report_asks_only_who_is_new(self, tx, rule, jma_expected):
        five, six = rule("5-"), rule("6-")
        people_of(tx, ["422", "440", "441", "442", "443"])
        first = taken_in(tx, TakeTelegram(content=(JMA / "32-35_07_02_100915_VXSE51.xml").read_bytes()))
        then = taken_in(tx, TakeTelegram(content=(JMA / "32-35_07_07_240613_VXSE53.xml").read_bytes()))
        assert [decision.verdict for decision in first.decisions] == [Verdict.OPENED] * 2
        assert [decision.message for decision in then.decisions] == [decisions.ALL_ASKED, decisions.EXTENDED]
        assert then.decisions[1].values["people"] == 1
        assert broadcast_ids(first) == broadcast_ids(then)
        assert asked(tx, broadcast_ids(first)[1]) == {"440", "442", "443"}
        assert opened(tx) == [
            ("20090811050711", five.id, broadcast_ids(first)[0]),
            ("20090811050711", six.id, broadcast_ids(first)[1]),
        ]


class TestWhom:
    """Who lives in an area that reached the threshold."""

    @pytest.mark.parametrize(
        ("region", "is_asked"),
        [
            ("1310800", True),  # 東京江東区, which the first report does not name: it names areas only
            ("1310300", True),  # another ward of the same area
            ("350", True),  # 東京都２３区
            ("13", True),  # 東京都: may be in the area
            ("1320200", False),  # 立川市, in an area of the same prefecture that stayed below
            ("351", False),
            ("331", False),  # 埼玉県南部, intensity 4
            ("11", False),
            ("27", False),
        ],
    )
    def test_a_region_counts_as_municipality_area_or_prefecture(self, tx, rule, region, is_asked):
        rule("5-")
        people_of(tx, [region, "341"])
        taken = take(tx, FIRST)
        assert (region in asked(tx, only(taken).broadcast_id)) is is_asked

    def test_who_has_several_regions_is_asked_once_and_counted_where_it_shook(self, tx, rule):
        rule("5-")
        person = people_of(tx, ["0110100"])["0110100"]
        tx.add_all([PersonRegion(person_id=person.id, area_code=code) for code in ("1310800", "350", "1413100")])
        taken = take(tx, FIRST)
        row = tx.execute(select(Recipient).where(Recipient.broadcast_id == only(taken).broadcast_id)).scalar_one()
        assert row.person_id == person.id
        assert row.area_code in {"1310800", "350", "1413100"}

    def test_who_left_or_has_no_region_is_not_asked(self, tx, rule):
        rule("5-")
        people_of(tx, ["350"])
        gone = people_of(tx, ["341"])["341"]
        gone.retired_at = tx.now
        make_person(tx, mail="nowhere@example.jp")
        taken = take(tx, FIRST)
        assert only(taken).values["people"] == 1

    def test_places_without_a_report_count_as_5_lower_and_no_more(self, tx, rule):
        five, upper = rule("5-"), rule("5+")
        people_of(tx, ["443", "441", "450", "442"])
        take(tx, "c1_VXSE53_unreported.xml")
        broadcasts = {rule_id: broadcast_id for _event, rule_id, broadcast_id in opened(tx)}
        assert asked(tx, broadcasts[five.id]) == {"443", "441", "450"}
        assert asked(tx, broadcasts[upper.id]) == {"443"}

    def test_areas_that_no_table_has_ask_nobody_and_are_told(self, tx, rule):
        rule("5-"), rule("6+")
        people_of(tx, ["331", "441"])
        unknown = sample("f1_VXSE53_abolished_municipalities.xml").replace(b"<Code>441</Code>", b"<Code>999</Code>")
        taken = taken_in(tx, TakeTelegram(content=unknown))
        assert asked(tx, broadcast_ids(taken)[0]) == {"331"}
        assert [one.message for one in taken.decisions] == [decisions.OPENED, decisions.BELOW, decisions.UNKNOWN_AREAS]
        assert "999" in taken.decisions[-1].text


class TestSilence:
    """What sends nothing although a person might expect it."""

    def test_no_rule_is_switched_on(self, tx, rule):
        rule("5-", enabled=False)
        people_of(tx, ["350"])
        assert only(take(tx, FIRST)).message == decisions.NO_RULE

    def test_nobody_lives_there(self, tx, rule):
        rule("5-")
        people_of(tx, ["442"])
        taken = take(tx, FIRST)
        assert only(taken).message == decisions.NOBODY
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0

    def test_it_is_below_the_threshold_of_one_rule_but_not_of_another(self, tx, rule):
        rule("7"), rule("6-")
        people_of(tx, ["350"])
        below, enough = take(tx, FIRST).decisions
        assert (below.message, below.values["intensity"]) == (decisions.BELOW, "6-")
        assert enough.message == decisions.OPENED

    def test_a_telegram_without_event_id_opens_nothing(self, tx, rule):
        rule("5-")
        people_of(tx, ["350"])
        anonymous = sample(FIRST).replace(b"<EventID>20310514091203</EventID>", b"<EventID/>")
        assert only(taken_in(tx, TakeTelegram(content=anonymous))).message == decisions.NO_EVENT

    @pytest.mark.parametrize("ids", ["9" * 65, " ".join(str(number) for number in range(21))])
    def test_event_ids_that_jma_does_not_write_are_refused(self, tx, rule, ids):
        rule("5-")
        strange = sample(FIRST).replace(b"20310514091203", ids.encode())
        with pytest.raises(Invalid):
            taken_in(tx, TakeTelegram(content=strange))


class TestTwice:
    """The same bytes."""

    def test_the_second_time_nothing_opens_and_the_first_decision_is_told(self, tx, rule):
        rule("5-")
        people_of(tx, ["350"])
        first, again = take(tx, FIRST), take(tx, FIRST)
        assert (first.before, again.before) == (False, True)
        assert (again.id, again.decisions) == (first.id, first.decisions)
        assert tx.scalar(select(func.count()).select_from(Mailing)) == 1

    def test_a_rule_switched_on_later_opens_by_the_same_bytes_once(self, tx, rule):
        people_of(tx, ["350"])
        kept = take(tx, FIRST)
        rule("5-")
        again = take(tx, FIRST)
        assert (again.id, again.before, only(again).message) == (kept.id, False, decisions.OPENED)
        assert take(tx, FIRST).before
        assert len(opened(tx)) == 1

    def test_a_rule_switched_on_later_does_not_open_by_bytes_that_another_rule_decided(self, tx, rule):
        people_of(tx, ["350"])
        rule("7")
        take(tx, FIRST)
        rule("5-")
        assert take(tx, FIRST).before
        assert opened(tx) == []


class TestWhatIsKept:
    """The broadcast, the record, the audit trail."""

    def test_the_broadcast_is_automatic_with_the_texts_of_the_rule_and_is_being_sent(self, tx, rule):
        made = rule("5-")
        people_of(tx, ["350", "341"])
        broadcast = tx.get(Broadcast, only(take(tx, FIRST)).broadcast_id)
        template = tx.get(MailTemplate, made.template_id)
        assert (broadcast.kind, broadcast.state) == (BroadcastKind.AUTOMATIC, BroadcastState.SENDING)
        assert broadcast.title == "東京都で震度6弱の地震（05/14 09:12）"
        assert (broadcast.subject, broadcast.body) == (template.subject, template.body)
        assert broadcast.form_id == made.form_id
        assert (broadcast.created_by, broadcast.asked) == (None, 2)
        assert broadcast.audience["areas"] == ["341", "350", "360"]
        assert tx.scalar(select(func.count()).select_from(Delivery)) == 2

    def test_the_telegram_is_kept_as_it_came_and_as_it_was_read(self, tx, rule):
        rule("5-")
        taken = taken_in(tx, TakeTelegram(content=sample(FIRST), source=Source.COMMAND_LINE))
        row = tx.get(TelegramRecord, taken.id)
        assert (row.xml, row.digest) == (sample(FIRST), hashlib.sha256(sample(FIRST)).digest())
        assert (row.source, row.kind, row.status, row.max_intensity) == ("command_line", "VXSE51", "normal", "6-")
        assert row.content["areas"]["350"] == "6-"

    def test_the_audit_trail_has_the_digest_and_the_decision_but_not_the_bytes(self, tx, rule):
        rule("5-")
        taken = take(tx, FIRST)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "safety.take_telegram")).scalar_one()
        assert record.subject == f"telegram:{taken.id}"
        assert record.input == {"source": "upload", "late": False}
        assert record.changes[-1]["after"]["sha256"] == hashlib.sha256(sample(FIRST)).hexdigest()

    def test_the_number_of_statements_does_not_grow_with_the_people(self, tx, rule):
        rule("5-")
        people_of(tx, ["350"])
        with statements() as few:
            take(tx, FIRST)
        for number in range(40):
            make_person(tx, code=f"N{number}", mail=f"n{number}@example.jp", area="331")
        with statements() as many:
            take(tx, "a3_VXSE53_detail.xml")
        assert len(many) <= len(few) + 6

    def test_is_refused_without_permission(self, tx, acting, cast, rule):
        rule("5-")
        with pytest.raises(NotAllowed):
            taken_in(acting(actor_of(tx, cast.manager)), TakeTelegram(content=sample(FIRST)))
