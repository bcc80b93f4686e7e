"""The scale of seismic intensity: its order, its words, how telegrams write it (D07)."""

import itertools
import random

import pytest

from core.i18n import using_language
from services.safety.intensity import Intensity, Reading, read

WEAKEST_FIRST = ["1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"]


class TestOrder:
    def test_goes_by_strength_and_not_by_letters(self) -> None:
        shuffled = [Intensity(value) for value in WEAKEST_FIRST]
        random.Random(7).shuffle(shuffled)
        assert [one.value for one in sorted(shuffled)] == WEAKEST_FIRST
        assert max(shuffled) is Intensity.SEVEN

    @pytest.mark.parametrize(("weaker", "stronger"), list(itertools.combinations(WEAKEST_FIRST, 2)))
    def test_every_pair_compares_all_ways(self, weaker: str, stronger: str) -> None:
        low, high = Intensity(weaker), Intensity(stronger)
        assert low < high
        assert low <= high
        assert high > low
        assert high >= low
        assert not low > high
        assert not high <= low

    def test_is_as_strong_as_itself(self) -> None:
        assert Intensity.FIVE_LOWER <= Intensity.FIVE_LOWER
        assert Intensity.FIVE_LOWER >= Intensity.FIVE_LOWER
        assert not Intensity.FIVE_LOWER < Intensity.FIVE_LOWER

    def test_compares_with_the_text_of_a_rule(self) -> None:
        assert Intensity.SIX_LOWER >= "5+"
        assert Intensity("5-") == "5-"

    def test_does_not_compare_with_what_is_no_intensity(self) -> None:
        with pytest.raises(ValueError, match="不明"):
            _ = Intensity.FOUR < "不明"


class TestLabel:
    def test_is_what_people_in_japan_read(self) -> None:
        with using_language("ja"):
            labels = [one.label for one in Intensity]
        assert labels == ["震度1", "震度2", "震度3", "震度4", "震度5弱", "震度5強", "震度6弱", "震度6強", "震度7"]

    def test_is_english_for_readers_of_english(self) -> None:
        with using_language("en"):
            assert Intensity.FIVE_LOWER.label == "seismic intensity 5 lower"


class TestRead:
    @pytest.mark.parametrize(
        ("text", "intensity"),
        [
            ("4", Intensity.FOUR),
            (" 4 ", Intensity.FOUR),
            ("5-", Intensity.FIVE_LOWER),
            ("６＋", Intensity.SIX_UPPER),
            ("震度５弱", Intensity.FIVE_LOWER),
            ("5強", Intensity.FIVE_UPPER),
            ("震度６強", Intensity.SIX_UPPER),
            ("震度７", Intensity.SEVEN),
        ],
    )
    def test_takes_a_report(self, text: str, intensity: Intensity) -> None:
        assert read(text) == Reading(intensity, reported=True)

    def test_takes_a_missing_report_as_possible(self) -> None:
        assert read("震度５弱以上未入電") == Reading(Intensity.FIVE_LOWER, reported=False)

    @pytest.mark.parametrize("text", ["", "0", "5", "8", "不明", "4-", "7+", "震度", "55-", "5-5-", "NaN"])
    def test_is_silent_about_anything_else(self, text: str) -> None:
        assert read(text) is None
