"""JMA telegrams read as what they are, our own samples and JMA's; whatever else comes is refused in words (D07)."""

import json
import re
import socket
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.errors import Invalid
from core.i18n import using_language
from core.settings import ROOT
from services.safety.intensity import Intensity
from services.safety.telegrams import InfoType, Kind, Status, Telegram, WhyNot, parse
from services.safety.telegrams.document import LIMIT_MB

SAMPLES = ROOT / "data" / "samples" / "telegrams"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
JMA = ROOT.parent / "shared" / "data" / "jma"
JMA_FILES = [
    "15_08_05_130412_VPWW53.xml",
    "15_12_01_161130_VPWW54.xml",
    "15_15_01_220314_VPWW54.xml",
    "15_17_01_250630_VPWW56.xml",
    "20210219091451_0_VXSE53_010000.xml",
    "20231009074440_07748424_VTSE41.xml",
    "32-35_01_03_240613_VXSE53.xml",
    "32-35_07_02_100915_VXSE51.xml",
    "32-35_07_07_240613_VXSE53.xml",
    "32-35_10_01_220510_VXSE51.xml",
    "32-39_05_01_100831_VXSE53.xml",
    "32-39_11_02_250206_VTSE41.xml",
    "32-39_11_10_250206_VTSE51.xml",
    "37_01_02_240613_VXSE43.xml",
    "38-39_03_01_210805_VTSE41.xml",
]
FIVE_LOWER, SIX_LOWER = Intensity.FIVE_LOWER, Intensity.SIX_LOWER


def sample(name: str) -> bytes:
    """Return one of our own telegrams."""
    return (SAMPLES / name).read_bytes()


def dumped(telegram: Telegram) -> dict[str, Any]:
    """Return the telegram as JSON would carry it."""
    content: dict[str, Any] = json.loads(telegram.model_dump_json())
    return content


def strong(found: dict[str, Intensity], threshold: Intensity) -> dict[str, Intensity]:
    """Return the places that were reported with that intensity or more."""
    return {code: intensity for code, intensity in found.items() if intensity >= threshold}


def codes(found: dict[str, Intensity]) -> dict[str, str]:
    """Return intensities as plain text."""
    return {code: intensity.value for code, intensity in found.items()}


class TestOurSamples:
    def test_every_file_has_an_expectation(self) -> None:
        assert {path.name for path in SAMPLES.glob("*.xml")} == set(EXPECTED["telegrams"])
        assert {path.name for path in (SAMPLES / "broken").glob("*.xml")} == set(EXPECTED["broken"])

    @pytest.mark.parametrize("name", EXPECTED["telegrams"])
    def test_is_read_as_what_it_is(self, name: str) -> None:
        expected = EXPECTED["telegrams"][name]
        telegram = parse(sample(name))
        content = dumped(telegram)
        for key in ("telegram", "status", "info_type", "event_ids", "serial", "max_intensity", "distant"):
            assert content[key] == expected[key], key
        for key in ("areas", "municipalities"):
            assert content[key] == expected[key], key
        for key in ("possible_areas", "municipalities_maybe"):
            assert sorted(content[key]) == sorted(expected[key]), key
        assert len(content["unreadable"]) == expected["unreadable"]
        assert telegram.why_not_earthquake() == expected["why_not_earthquake"]
        assert codes(telegram.areas_at_least(FIVE_LOWER)) == expected["areas_5lower_up"]
        assert codes(telegram.areas_at_least(SIX_LOWER)) == expected["areas_6lower_up"]

    @pytest.mark.parametrize("name", EXPECTED["broken"])
    def test_broken_is_refused_with_a_sentence_that_says_why(self, name: str) -> None:
        with pytest.raises(Invalid) as refusal:
            parse((SAMPLES / "broken" / name).read_bytes())
        with using_language("en"):
            assert EXPECTED["broken"][name] in refusal.value.text
        with using_language("ja"):
            assert re.search(r"[ぁ-ん]", refusal.value.text)
            assert "{" not in refusal.value.text


@pytest.fixture(scope="module")
def jma_expected() -> dict[str, dict[str, Any]]:
    """Return what a right reader concludes from JMA's own telegrams; they lie beside the project, not in it."""
    if not JMA.is_dir():
        pytest.skip(f"JMA's own telegrams are not here ({JMA}); our own samples were read")
    listed = json.loads((JMA / "expected.json").read_text(encoding="utf-8"))["telegrams"]
    return {one["file"]: one for one in listed}


class TestTelegramsOfJma:
    def test_none_is_left_out(self, jma_expected: dict[str, dict[str, Any]]) -> None:
        assert sorted(jma_expected) == sorted(JMA_FILES) == sorted(path.name for path in JMA.glob("*.xml"))

    @pytest.mark.parametrize("name", JMA_FILES)
    def test_is_read_as_what_it_is(self, name: str, jma_expected: dict[str, dict[str, Any]]) -> None:
        expected = jma_expected[name]
        telegram = parse((JMA / name).read_bytes())
        content = dumped(telegram)
        for key in ("telegram", "status", "info_type", "event_ids", "serial", "max_intensity"):
            assert content[key] == expected[key], key
        for key in ("report_time", "target_time"):
            assert content[key] == expected[key], key
        assert content["title"] == expected["control_title"]
        assert content["office"] == expected["publishing_office"]
        assert content["unreadable"] == []

    @pytest.mark.parametrize("name", JMA_FILES)
    def test_gives_every_place_its_intensity(self, name: str, jma_expected: dict[str, dict[str, Any]]) -> None:
        expected = jma_expected[name]
        telegram = parse((JMA / name).read_bytes())
        for key, threshold in (("5lower", FIVE_LOWER), ("6lower", SIX_LOWER)):
            assert codes(strong(telegram.areas, threshold)) == by_code(expected[f"areas_{key}_up"])
            assert codes(strong(telegram.municipalities, threshold)) == by_code(expected[f"municipalities_{key}_up"])
        maybe = expected["municipalities_not_reporting_maybe_5lower_up"]
        assert telegram.municipalities_maybe == [one["code"] for one in maybe]

    @pytest.mark.parametrize("name", JMA_FILES)
    def test_may_start_what_it_should_and_nothing_else(
        self, name: str, jma_expected: dict[str, dict[str, Any]]
    ) -> None:
        expected = jma_expected[name]["auto_broadcast_if_first_seen"]
        telegram = parse((JMA / name).read_bytes())
        for key, threshold in (("5lower", FIVE_LOWER), ("6lower", SIX_LOWER)):
            starts = telegram.why_not_earthquake() is None and bool(telegram.areas_at_least(threshold))
            assert starts is expected[f"earthquake_threshold_{key}"]

    @pytest.mark.parametrize("name", JMA_FILES)
    def test_names_the_earthquakes(self, name: str, jma_expected: dict[str, dict[str, Any]]) -> None:
        telegram = parse((JMA / name).read_bytes())
        found = [(one.name, one.code, one.origin_time) for one in telegram.hypocentres]
        assert found == [
            (one["name"], one["code"], datetime.fromisoformat(one["origin_time"]))
            for one in jma_expected[name]["hypocentres"]
        ]

    def test_reads_municipalities_that_no_longer_exist(self, jma_expected: dict[str, dict[str, Any]]) -> None:
        assert jma_expected
        telegram = parse((JMA / "32-35_07_07_240613_VXSE53.xml").read_bytes())
        assert len(telegram.municipalities) == 897
        assert telegram.municipalities["2236100"]


def by_code(places: list[dict[str, str]]) -> dict[str, str]:
    """Return code → intensity of a list in expected.json."""
    return {place["code"]: place["intensity"] for place in places}


class TestModel:
    def test_keeps_times_with_their_offset(self) -> None:
        telegram = parse(sample("a1_VXSE51_first.xml"))
        assert telegram.report_time.utcoffset() == timedelta(hours=9)
        assert dumped(telegram)["report_time"] == "2031-05-14T09:13:00+09:00"
        assert dumped(telegram)["target_time"] == "2031-05-14T09:12:00+09:00"

    def test_says_what_a_page_needs(self) -> None:
        telegram = parse(sample("a3_VXSE53_detail.xml"))
        assert telegram.title == "震源・震度に関する情報"
        assert telegram.head_title == "震源・震度情報"
        assert telegram.office == "気象庁"
        assert "架空の電文" in telegram.headline
        assert [(one.name, one.code, one.magnitude) for one in telegram.hypocentres] == [("東京湾", "477", "M7.0")]
        assert telegram.origin_time == datetime.fromisoformat("2031-05-14T09:12:00+09:00")

    def test_a_magnitude_may_be_words(self) -> None:
        telegram = parse(sample("t1_VTSE41_major_warning.xml"))
        assert [one.magnitude for one in telegram.hypocentres] == ["M8を超える巨大地震"]

    def test_a_cancel_says_why_in_its_text(self) -> None:
        assert parse(sample("b2_VXSE51_cancel.xml")).text == "先ほどの、震度速報を取り消します。"

    def test_a_target_time_may_be_absent(self) -> None:
        xml = re.sub(rb"<TargetDateTime>.*?</TargetDateTime>", b"", sample("a1_VXSE51_first.xml"))
        assert parse(xml).target_time is None

    def test_survives_json_and_back(self) -> None:
        telegram = parse(sample("c1_VXSE53_unreported.xml"))
        assert Telegram.model_validate_json(telegram.model_dump_json()) == telegram


class TestWhatItMayStart:
    def test_drills_and_tests_start_nothing(self) -> None:
        for name in ("d1_VXSE51_drill.xml", "d2_VXSE53_drill.xml", "d3_VXSE53_test.xml", "d4_VXSE51_drill_cancel.xml"):
            assert parse(sample(name)).why_not_earthquake() in {WhyNot.DRILL, WhyNot.TEST}

    def test_a_forecast_starts_nothing(self) -> None:
        assert parse(sample("e2_VXSE43_early_warning.xml")).why_not_earthquake() is WhyNot.FORECAST

    def test_only_a_real_cancel_of_intensities_cancels(self) -> None:
        cancelling = [name for name in EXPECTED["telegrams"] if parse(sample(name)).cancels_earthquake]
        assert cancelling == ["b2_VXSE51_cancel.xml"]

    def test_without_the_possible_ones_fewer_places_are_asked(self) -> None:
        telegram = parse(sample("c1_VXSE53_unreported.xml"))
        assert codes(strong(telegram.areas, FIVE_LOWER)) == {"443": "6-"}
        assert codes(telegram.areas_at_least(Intensity.FIVE_UPPER)) == {"443": "6-"}
        assert codes(strong(telegram.municipalities, FIVE_LOWER)) == {"2213800": "6-"}
        assert set(telegram.municipalities_maybe) == {"2222100", "2221300", "2320100", "2220700"}

    def test_a_telegram_with_only_missing_reports_may_start(self) -> None:
        xml = re.sub(rb"<(MaxInt|Int)>[1-7][-+]?</\1>", b"", sample("c1_VXSE53_unreported.xml"))
        telegram = parse(xml)
        assert telegram.areas == {}
        assert telegram.why_not_earthquake() is None
        assert sorted(telegram.areas_at_least(FIVE_LOWER)) == ["441", "443", "450"]

    def test_no_intensity_at_all_starts_nothing(self) -> None:
        xml = re.sub(rb"<Intensity>.*</Intensity>", b"", sample("a3_VXSE53_detail.xml"), flags=re.DOTALL)
        assert parse(xml).why_not_earthquake() is WhyNot.NO_INTENSITY

    def test_a_report_without_a_body_starts_nothing(self) -> None:
        xml = re.sub(rb"<Body .*</Body>", b"", sample("a3_VXSE53_detail.xml"), flags=re.DOTALL)
        assert parse(xml).why_not_earthquake() is WhyNot.NO_INTENSITY

    @pytest.mark.parametrize("reason", WhyNot)
    def test_every_reason_is_a_sentence_in_both_languages(self, reason: WhyNot) -> None:
        with using_language("en"):
            english = reason.sentence
        with using_language("ja"):
            assert reason.sentence.endswith("。")
            assert reason.sentence != english

    def test_drills_are_called_drills(self) -> None:
        with using_language("ja"):
            assert "訓練" in WhyNot.DRILL.sentence


class TestShapes:
    def test_a_code_that_comes_twice_keeps_the_stronger(self) -> None:
        xml = sample("a1_VXSE51_first.xml").replace(b"<Code>341</Code>", b"<Code>350</Code>")
        assert parse(xml).areas["350"] is SIX_LOWER

    def test_a_place_without_a_code_is_passed_over(self) -> None:
        xml = re.sub(rb"(<Area><Name>[^<]*</Name>)<Code>350</Code>(<MaxInt>)", rb"\1\2", sample("a1_VXSE51_first.xml"))
        assert set(parse(xml).areas) == {"341", "360", "331", "301"}

    def test_comments_and_blanks_inside_values_do_no_harm(self) -> None:
        xml = sample("a1_VXSE51_first.xml").replace("<Status>通常".encode(), "<Status> 通<!-- x -->常\n ".encode())
        assert parse(xml).status is Status.NORMAL

    def test_ids_may_be_parted_by_any_blank(self) -> None:
        xml = sample("f2_VXSE53_two_events.xml").replace(b"20311108032011 20", "20311108032011　\n20".encode())
        assert parse(xml).event_ids == ["20311108032011", "20311108032130"]

    def test_utf_16_with_its_mark_is_read(self) -> None:
        text = sample("a1_VXSE51_first.xml").decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
        assert parse(text.encode("utf-16")).max_intensity is SIX_LOWER

    def test_a_byte_order_mark_does_no_harm(self) -> None:
        assert parse(b"\xef\xbb\xbf" + sample("a1_VXSE51_first.xml")).telegram is Kind.INTENSITY_FLASH

    def test_a_late_issue_is_an_issue(self) -> None:
        xml = sample("u1_unknown_kind.xml").replace("発表</InfoType>".encode(), "遅延</InfoType>".encode())
        assert parse(xml).info_type is InfoType.ISSUE


class TestHostileInput:
    def test_too_large_is_refused_before_it_is_read(self) -> None:
        with pytest.raises(Invalid, match=f"{LIMIT_MB} MB"):
            parse(b"<Report>" + b" " * (LIMIT_MB * 1024 * 1024))

    def test_just_below_the_limit_is_read(self) -> None:
        xml = sample("a1_VXSE51_first.xml")
        padded = xml + b"\n" * (LIMIT_MB * 1024 * 1024 - len(xml))
        assert parse(padded).max_intensity is SIX_LOWER

    def test_deep_nesting_is_no_crash(self) -> None:
        deep = b"<a>" * 200_000 + b"</a>" * 200_000
        xml = sample("a1_VXSE51_first.xml").replace(b"</Body>", deep + b"</Body>")
        assert parse(xml).max_intensity is SIX_LOWER

    def test_nothing_is_fetched_from_elsewhere(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.05)
            address = f"http://127.0.0.1:{server.getsockname()[1]}/report.dtd"
            xml = b'<?xml version="1.0"?><!DOCTYPE Report SYSTEM "' + address.encode() + b'"><Report/>'
            with pytest.raises(Invalid):
                parse(xml)
            with pytest.raises(TimeoutError):
                server.accept()

    def test_a_time_beyond_the_calendar_is_refused(self) -> None:
        xml = sample("a1_VXSE51_first.xml").replace(b"<ReportDateTime>2031-05-14T09", b"<ReportDateTime>0001-01-01T00")
        with pytest.raises(Invalid, match="no time with an offset"):
            parse(xml)

    def test_braces_in_a_value_stay_what_they_are(self) -> None:
        xml = sample("a1_VXSE51_first.xml").replace("<Status>通常".encode(), b"<Status>{found} {0}")
        with pytest.raises(Invalid) as refusal:
            parse(xml)
        assert "{found} {0}" in refusal.value.text


def test_the_samples_say_that_they_are_invented() -> None:
    unmarked = [path.name for path in SAMPLES.glob("*.xml") if "架空の電文" not in path.read_text("utf-8")]
    assert unmarked == []
