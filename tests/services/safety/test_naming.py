"""What a broadcast about an earthquake is called: place, intensity, time; nothing out of the telegram does harm."""

import re

import pytest

from core.i18n import using_language
from data.models.broadcasts import Broadcast
from data.models.delivery import Mailing
from data.models.safety import Rule, RuleKind
from services.broadcasts import filled
from services.safety import TakeTelegram
from services.safety.intensity import Intensity
from services.safety.naming import title_of
from services.safety.reaching import reached
from services.safety.telegrams import parse
from tests.services.safety.conftest import JMA, only, people_of, sample, taken_in

EARTHQUAKE = Rule(kind=RuleKind.EARTHQUAKE, threshold="5-")


def title(tx, content: bytes, threshold: str = "5-") -> str:
    """Return the title of a telegram under a rule."""
    telegram = parse(content)
    rule = Rule(kind=RuleKind.EARTHQUAKE, threshold=threshold)
    return title_of(tx, rule, telegram, reached(rule, telegram))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a1_VXSE51_first.xml", "東京都で震度6弱の地震（05/14 09:12）"),
        ("a3_VXSE53_detail.xml", "東京湾の地震：東京都で震度6弱（05/14 09:12）"),
        ("c1_VXSE53_unreported.xml", "遠州灘の地震：静岡県で震度6弱（07/20 22:01）"),
        ("f2_VXSE53_two_events.xml", "遠州灘の地震：静岡県で震度5弱（11/08 03:20）"),
    ],
)
def test_names_place_intensity_and_time(tx, name, expected):
    assert title(tx, sample(name)) == expected


def test_jmas_own_first_report(tx):
    file = JMA / "32-35_07_02_100915_VXSE51.xml"
    if not file.is_file():
        pytest.skip(f"JMA's own telegrams are not here ({JMA})")
    assert title(tx, file.read_bytes()) == "静岡県で震度6弱の地震（08/11 05:07）"


def test_what_is_only_possible_is_said_to_be_possible(tx):
    content = sample("c1_VXSE53_unreported.xml").replace(b"<MaxInt>6-</MaxInt>", b"<MaxInt>4</MaxInt>")
    content = content.replace(b"<Int>6-</Int>", b"<Int>4</Int>")
    assert "震度5弱以上の可能性" in title(tx, content)


def test_many_prefectures_become_a_few_and_elsewhere(tx):
    areas = dict.fromkeys(["440", "350", "331", "341", "360", "520"], Intensity.SEVEN)
    telegram = parse(sample("a1_VXSE51_first.xml")).model_copy(update={"max_intensity": Intensity.SEVEN})
    assert title_of(tx, EARTHQUAKE, telegram, areas) == "埼玉県・千葉県・東京都などで震度7の地震（05/14 09:12）"


def test_an_area_that_no_table_has_is_said_to_be_unknown(tx):
    telegram = parse(sample("a1_VXSE51_first.xml"))
    assert title_of(tx, EARTHQUAKE, telegram, {"999": Intensity.SIX_LOWER}).startswith("不明な地域で震度6弱")


def test_is_in_the_organisations_language_whoever_takes_the_telegram_in(tx):
    with using_language("en"):
        assert title(tx, sample("a1_VXSE51_first.xml")).endswith("の地震（05/14 09:12）")


@pytest.mark.parametrize(
    "place", ["{reply_url}", "東京\n湾", "東京&#10;Bcc: all@example.jp", "{" * 50, "東" * 500, "&#x2028;湾"]
)
def test_a_place_from_outside_stays_one_short_plain_line(tx, rule, place):
    rule("5-")
    people_of(tx, ["350"])
    content = re.sub("東京湾(?=</Name>)", place, sample("a3_VXSE53_detail.xml").decode()).encode()
    broadcast = tx.get(Broadcast, only(taken_in(tx, TakeTelegram(content=content))).broadcast_id)
    assert not re.search(r"[{}\x00-\x1f\u2028]", broadcast.title)
    assert len(broadcast.title) < 100
    mailing = tx.session.query(Mailing).one()
    assert mailing.constants["title"] == broadcast.title
    assert broadcast.title in filled(broadcast.subject, {"title": broadcast.title})
