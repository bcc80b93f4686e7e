"""Tsunami and weather telegrams: grades and heights of coasts, special warnings of municipalities (D07)."""

import json
import re
from typing import Any

import pytest

from core.i18n import using_language
from core.settings import ROOT
from services.safety.telegrams import Kind, SpecialWarning, Telegram, TsunamiGrade, WhyNot, in_force, parse
from services.safety.telegrams.kinds import WEATHER_TRIGGERS
from services.safety.telegrams.weather import OTHERS, SPECIAL

SAMPLES = ROOT / "data" / "samples" / "telegrams"
JMA = ROOT.parent / "shared" / "data" / "jma"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["telegrams"]
OURS = [name for name in EXPECTED if name[0] in "tw"]
SAID = ("tsunami", "tsunami_raised", "tsunami_observed", "special_warnings", "unknown_kinds")
MAJOR, WARNING, ADVISORY = TsunamiGrade.MAJOR_WARNING, TsunamiGrade.WARNING, TsunamiGrade.ADVISORY
SLIGHT, LIFTED = TsunamiGrade.SLIGHT, TsunamiGrade.LIFTED
# The grades by the names that JMA gives them in LastKind.
NAMED = {"大津波警報": 4, "津波警報": 3, "津波注意報": 2, "津波予報（若干の海面変動）": 1, "津波なし": 0}


def sample(name: str) -> bytes:
    """Return one of our own telegrams."""
    return (SAMPLES / name).read_bytes()


def starts_tsunami(telegram: Telegram, grade: TsunamiGrade) -> bool:
    """Tell whether this telegram, the first one seen, is news for a rule from this grade on."""
    news = set(telegram.tsunami_at_least(grade)) & set(telegram.tsunami_raised)
    return telegram.why_not_tsunami() is None and bool(news)


class TestOurSamples:
    @pytest.mark.parametrize("name", OURS)
    def test_says_what_it_should(self, name: str) -> None:
        telegram = parse(sample(name))
        content = json.loads(telegram.model_dump_json())
        assert {key: content[key] for key in SAID} == {key: EXPECTED[name][key] for key in SAID}
        assert telegram.special_in_force() == EXPECTED[name]["special_in_force"]
        assert telegram.why_not_tsunami() == EXPECTED[name]["why_not_tsunami"]
        assert telegram.why_not_special_warning() == EXPECTED[name]["why_not_special_warning"]

    @pytest.mark.parametrize("name", [name for name in EXPECTED if name not in OURS])
    def test_other_telegrams_say_nothing_of_it(self, name: str) -> None:
        telegram = parse(sample(name))
        assert not any(getattr(telegram, key) for key in SAID)
        assert telegram.why_not_tsunami() is not None
        assert telegram.why_not_special_warning() is not None

    def test_every_form_and_every_kind_has_a_sample(self) -> None:
        read = [parse(sample(name)) for name in OURS]
        assert {telegram.telegram for telegram in read} >= WEATHER_TRIGGERS
        kinds = {kind for telegram in read for found in telegram.special_in_force().values() for kind in found}
        assert kinds == SPECIAL

    def test_what_no_telegram_of_jma_shows_is_called_synthetic(self) -> None:
        for name in OURS:
            telegram = parse(sample(name))
            forms = WEATHER_TRIGGERS - {Kind.WARNING_2013, Kind.WARNING_2015}
            if telegram.telegram in forms and (telegram.special_warnings or telegram.unknown_kinds):
                assert "Synthetic" in sample(name).decode(), name


class TestTsunami:
    def test_a_change_to_slight_ends_a_warning_only_if_there_was_one(self) -> None:
        def read(code: str, before: str) -> TsunamiGrade | None:
            xml = re.sub(
                rb"<Code>53</Code></Kind>", f"<Code>{code}</Code></Kind>".encode(), sample("t8_VTSE41_drill.xml")
            )
            xml = xml.replace(b"<Code>00</Code></LastKind>", f"<Code>{before}</Code></LastKind>".encode())
            return parse(xml).tsunami.get("210")

        assert [read("72", before) for before in ("62", "51", "72", "71", "00")] == [
            LIFTED,
            LIFTED,
            SLIGHT,
            SLIGHT,
            SLIGHT,
        ]
        assert [read("71", before) for before in ("62", "71", "00")] == [LIFTED, SLIGHT, SLIGHT]
        assert [read("00", before) for before in ("62", "71", "00")] == [LIFTED, None, None]
        assert [read("62", before) for before in ("51", "00")] == [ADVISORY, ADVISORY]

    def test_lowered_is_not_raised(self) -> None:
        xml = sample("t4_VTSE41_raised.xml").replace(b"<Code>51</Code></LastKind>", b"<Code>53</Code></LastKind>")
        assert "201" not in parse(xml).tsunami_raised

    def test_information_repeats_grades_and_raises_nothing(self) -> None:
        xml = sample("t2_VTSE51_observed.xml").replace(b"<Code>52</Code></LastKind>", b"<Code>00</Code></LastKind>")
        telegram = parse(xml)
        assert telegram.tsunami == {"210": MAJOR, "220": MAJOR}
        assert telegram.tsunami_raised == []

    def test_the_head_is_not_read(self) -> None:
        union = b"<Item><Kind><Code>53</Code></Kind><Areas><Area><Code>291</Code></Area></Areas></Item>"
        head = b"<Information type='x'>" + union + b"</Information></Headline>"
        xml = sample("t4_VTSE41_raised.xml").replace(b"</Headline>", head)
        assert parse(xml) == parse(sample("t4_VTSE41_raised.xml"))

    def test_both_policies_can_ask(self) -> None:
        telegram = parse(sample("t7_VTSE51_strange_heights.xml"))
        assert telegram.observed_at_least(0.3) == {"210": 0.4}
        assert telegram.observed_at_least(0.2) == {"210": 0.4, "300": 0.2}
        telegram = parse(sample("t1_VTSE41_major_warning.xml"))
        assert set(telegram.tsunami_at_least(WARNING)) == {"210", "220", "201"}

    def test_stations_are_kept_with_jmas_words(self) -> None:
        stations = parse(sample("t2_VTSE51_observed.xml")).tide_stations
        assert [(one.name, one.metres, one.note, one.condition) for one in stations] == [
            ("釜石", 3.1, "上昇中", "重要"),
            ("石巻市鮎川", None, "", "観測中"),
        ]

    @pytest.mark.parametrize("height", ["-1", "1e9", "inf", "三", "1,5"])
    def test_a_height_that_is_none_is_noted_not_believed(self, height: str) -> None:
        telegram = parse(sample("t2_VTSE51_observed.xml").replace(b">3.1<", f">{height}<".encode()))
        assert telegram.tsunami_observed["210"] is None
        assert telegram.unreadable == [f"21003 TsunamiHeight: {height}"]


class TestSpecialWarnings:
    def test_level_4_and_ordinary_warnings_are_none(self) -> None:
        assert not SPECIAL & OTHERS
        assert {"43", "48", "49", "03"} <= OTHERS

    def test_only_the_list_of_municipalities_is_read(self) -> None:
        assert set(parse(sample("w1_VPWW54_special_warning.xml")).special_warnings) == {"3220200", "3220700"}

    def test_old_and_new_form_say_the_same(self) -> None:
        old, new = parse(sample("w1_VPWW54_special_warning.xml")), parse(sample("w5_VPWW55_same_as_w1.xml"))
        assert old.special_warnings == new.special_warnings
        assert old.telegram is not new.telegram

    @pytest.mark.parametrize(
        ("status", "holds"),
        [
            ("発表", True),
            ("継続", True),
            ("", True),
            ("新しい言葉", True),
            ("解除", False),
            ("特別警報から警報", False),
        ],
    )
    def test_holds_unless_jma_says_that_it_ended(self, status: str, holds: bool) -> None:
        assert in_force(status) is holds

    def test_what_is_called_special_under_an_ordinary_code_is_shown_to_people(self) -> None:
        xml = sample("w14_VPWW61_other.xml").replace("雷注意報".encode(), "レベル５雷特別警報".encode())
        telegram = parse(xml)
        assert telegram.unknown_kinds == {"14": "レベル５雷特別警報"}
        assert telegram.special_warnings == {}


@pytest.mark.parametrize("member", [*TsunamiGrade, *SpecialWarning])
def test_grades_and_kinds_have_words_in_both_languages(member: TsunamiGrade | SpecialWarning) -> None:
    with using_language("en"):
        english = member.label
    with using_language("ja"):
        assert re.search(r"[一-龠]", member.label)
        assert member.label != english


@pytest.fixture(scope="module")
def jma_expected() -> list[dict[str, Any]]:
    """Return what a right reader concludes from JMA's own telegrams; they lie beside the project, not in it."""
    if not JMA.is_dir():
        pytest.skip(f"JMA's own telegrams are not here ({JMA}); our own samples were read")
    listed: list[dict[str, Any]] = json.loads((JMA / "expected.json").read_text(encoding="utf-8"))["telegrams"]
    return listed


class TestTelegramsOfJma:
    def test_every_coast_has_its_grade(self, jma_expected: list[dict[str, Any]]) -> None:
        grades = {
            "major_warning": MAJOR, "warning": WARNING, "advisory": ADVISORY, "forecast_slight": SLIGHT,
            "lifted": LIFTED,
        }  # fmt: skip
        for one in jma_expected:
            listed = {
                place["code"]: (grades[grade], place["previous"])
                for grade, places in one["tsunami_grades"].items() for place in places
            }  # fmt: skip
            telegram = parse((JMA / one["file"]).read_bytes())
            assert telegram.tsunami == {code: grade for code, (grade, _before) in listed.items()}, one["file"]
            issues = telegram.telegram is Kind.TSUNAMI_WARNING
            raised = {code for code, (grade, before) in listed.items() if issues and grade.rank > NAMED[before]}
            assert set(telegram.tsunami_raised) == raised, one["file"]

    def test_every_gauge_has_its_height(self, jma_expected: list[dict[str, Any]]) -> None:
        for one in jma_expected:
            stations = parse((JMA / one["file"]).read_bytes()).tide_stations
            found = [(at.area_code, at.name, at.metres, at.note or None, at.condition) for at in stations]
            names = ("area_code", "station", "height_m", "height_note", "condition")
            assert found == [tuple(at[name] for name in names) for at in one["tsunami_observed"]], one["file"]

    def test_every_special_warning_has_its_municipalities(self, jma_expected: list[dict[str, Any]]) -> None:
        for one in jma_expected:
            listed: dict[str, dict[str, str]] = {}
            for kind, active in one["special_warnings_active"].items():
                for status, places in active["status"].items():
                    for place in places:
                        listed.setdefault(place["code"], {})[kind] = status
            for kind, lifted in one["special_warnings_lifted"].items():
                for place in lifted["areas"]:
                    listed.setdefault(place["code"], {})[kind] = "解除"
            telegram = parse((JMA / one["file"]).read_bytes())
            assert telegram.special_warnings == listed, one["file"]
            assert telegram.unknown_kinds == {}

    def test_may_start_what_it_should_and_nothing_else(self, jma_expected: list[dict[str, Any]]) -> None:
        for one in jma_expected:
            telegram = parse((JMA / one["file"]).read_bytes())
            observed = telegram.why_not_tsunami() is None and bool(telegram.observed_at_least(0.3))
            special = telegram.why_not_special_warning() is None
            newly = special and any("発表" in kinds.values() for kinds in telegram.special_warnings.values())
            found = {
                "tsunami_by_grade_warning_or_higher": starts_tsunami(telegram, WARNING),
                "tsunami_by_grade_advisory_or_higher": starts_tsunami(telegram, ADVISORY),
                "tsunami_by_observed_height_0_3m": observed,
                "special_warning_newly_issued": newly,
                "special_warning_in_force": special,
            }
            expected = one["auto_broadcast_if_first_seen"]
            assert found == {key: expected[key] for key in found}, one["file"]

    def test_codes_are_those_of_jmas_table(self, jma_expected: list[dict[str, Any]]) -> None:
        assert jma_expected
        lines = (JMA / "codes" / "WeatherWarning.csv").read_text(encoding="utf-8").splitlines()
        rows = [line.split(",") for line in lines if line.strip()]
        named = {row[0].zfill(2): row[1] for row in rows if row[1]}
        assert set(named) == SPECIAL | OTHERS
        assert {code for code, name in named.items() if "特別警報" in name} == SPECIAL

    def test_cancels_are_of_their_own_event(self, jma_expected: list[dict[str, Any]]) -> None:
        assert jma_expected
        telegram = parse((JMA / "38-39_03_01_210805_VTSE41.xml").read_bytes())
        assert telegram.cancels_tsunami
        assert telegram.why_not_tsunami() is WhyNot.CANCEL
        assert not telegram.cancels_earthquake
