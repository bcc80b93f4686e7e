"""Whatever bytes come as a telegram, they are read or refused with a sentence; nothing else ever happens (D07)."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.settings import ROOT
from services.safety.intensity import Intensity
from services.safety.telegrams import SpecialWarning, Telegram, TsunamiGrade, WhyNot, parse
from services.safety.telegrams.tsunami import HIGHEST

SAMPLES = ROOT / "data" / "samples" / "telegrams"
WHOLE = [path.read_bytes() for path in sorted(SAMPLES.glob("*.xml"))]
ANY = [*WHOLE, *(path.read_bytes() for path in sorted((SAMPLES / "broken").glob("*.xml")))]

BYTES = st.sampled_from(
    [
        *(b"<", b">", b"/", b"&", b"&#0;", b"&#x41;", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a>", b"<?x?>"),
        *(b"\x00", b"\xff\xfe", b"\xe3\x81", b"xmlns=''", b"<MaxInt>", b"</Area>"),
    ]
)
VALUES = st.sampled_from(
    [
        *("", "0", "7", "5-", "5弱", "NaN", "不明", "震度５弱以上未入電", "{0}", "350", "1310800", "２０３１"),
        *("53", "72", "00", "33", "39", "99", "解除", "特別警報から警報", "観測中", "-1", "1e999", "氾濫特別警報"),
        *("取消", "訓練", "震度速報", "緊急地震速報（警報）", "遠地地震に関する情報"),
        *("0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-23:59", "2031-05-14T09:13:00", "20310514T0913+0900"),
    ]
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return one of our samples with bytes cut out, doubled or put in: mostly no XML any more."""
    xml = draw(st.sampled_from(ANY))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(xml)))
        end = start + draw(st.integers(0, 400))
        between = draw(st.sampled_from([b"", xml[start:end] * 2]) | BYTES | st.binary(max_size=8))
        xml = xml[:start] + between + xml[end:]
    return xml


@st.composite
def altered(draw: st.DrawFn) -> bytes:
    """Return one of our samples with other texts, without some elements, with some twice: still XML."""
    root = ET.fromstring(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 6))):
        element = draw(st.sampled_from([one for one in root.iter() if one is root or len(one) or one.text]))
        parts = list(element)
        if not parts:
            element.text = draw(VALUES | TEXT)
        elif draw(st.booleans()):
            element.append(draw(st.sampled_from(parts)))
        else:
            element.remove(draw(st.sampled_from(parts)))
    return ET.tostring(root, encoding="utf-8")


def read_or_refuse(xml: bytes) -> None:
    """Read bytes that may be anything: a telegram that can be kept as JSON comes out, or a sentence."""
    try:
        telegram = parse(xml)
    except Invalid:
        return
    assert Telegram.model_validate_json(telegram.model_dump_json()) == telegram
    for why_not in (telegram.why_not_earthquake(), telegram.why_not_tsunami(), telegram.why_not_special_warning()):
        assert why_not in {None, *WhyNot}
    assert set(telegram.tsunami_raised) <= set(telegram.tsunami_at_least(TsunamiGrade.SLIGHT))
    assert all(0 <= metres <= HIGHEST for metres in telegram.tsunami_observed.values() if metres is not None)
    held = {kind for kinds in telegram.special_in_force().values() for kind in kinds}
    assert held <= {*SpecialWarning}
    assert set(telegram.areas_at_least(Intensity.ONE)) == {*telegram.areas, *telegram.possible_areas}
    if telegram.municipalities or telegram.areas:
        strongest = max([*telegram.areas.values(), *telegram.municipalities.values()])
        assert telegram.max_intensity is not None
        assert telegram.max_intensity >= strongest


class TestAnyBytes:
    @given(altered())
    @settings(max_examples=400)
    def test_altered_telegrams_are_read_or_refused(self, xml: bytes) -> None:
        read_or_refuse(xml)

    @given(damaged())
    @settings(max_examples=300)
    def test_damaged_telegrams_are_read_or_refused(self, xml: bytes) -> None:
        read_or_refuse(xml)

    @given(st.binary(max_size=300))
    @settings(max_examples=150)
    def test_noise_is_refused(self, xml: bytes) -> None:
        with pytest.raises(Invalid):
            parse(xml)

    @pytest.mark.long
    @given(altered() | damaged())
    @settings(max_examples=20_000)
    def test_any_of_it_for_a_long_time(self, xml: bytes) -> None:
        read_or_refuse(xml)
