"""How values are written for people and into files (core/shown.py, words.py, csvout.py)."""

import csv
import io
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import csvout
from core.i18n import using_language
from core.shown import NONE, literal, moment, number, percent, said
from core.words import named, word


class Mood(StrEnum):
    """Two states, one without a word."""

    GOOD = "good"
    BAD = "bad"


named(Mood, good="Yes")


class TestSaid:
    """Any value as people write it."""

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (None, NONE), ("", NONE), ("text", "text"), (True, "はい"), (False, "いいえ"),
            (0, "0"), (1234567, "1,234,567"), (1234.56, "1,234.6"),
            (date(2026, 4, 1), "2026/04/01"), (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "2026/11/22 09:05"),
            (["a", "b"], "a、b"), ([], NONE), (Mood.GOOD, "はい"), (Mood.BAD, "bad"),
        ],
    )  # fmt: skip
    def test_writes(self, value, written):
        assert said(value) == written

    def test_midnight_in_japan_is_the_next_day(self):
        assert moment(datetime(2026, 11, 22, 15, 0, 1, tzinfo=UTC), seconds=True) == "2026/11/23 00:00:01"

    def test_numbers_have_their_unit(self):
        assert (number(12000, "円"), number(None, "円")) == ("12,000 円", NONE)

    def test_a_share_of_nothing_is_a_dash(self):
        assert (percent(1, 3), percent(0, 0)) == ("33.3%", NONE)


class TestWord:
    """Words of an enumeration."""

    def test_speaks_the_language_of_the_moment(self):
        with using_language("en"):
            assert word(Mood.GOOD) == "Yes"

    def test_a_member_that_is_not_there_is_a_mistake_of_ours(self):
        with pytest.raises(RuntimeError, match="ugly"):
            named(Mood, ugly="No")


class TestLiteral:
    """What people typed does nothing in Markdown."""

    def test_leaves_ordinary_sentences_alone(self):
        text = "10:30 に 50% (約 3,000 人) 送信しました。a@example.jp http://example.jp"
        assert literal(text) == text

    def test_disarms_links_emphasis_and_directives(self):
        assert literal("[a](b) *c* :red[d] :material/home: $x$") == r"\[a\](b) \*c\* \:red\[d\] \:material/home: \$x\$"


class TestCsv:
    """Cells that no spreadsheet runs."""

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
    def test_defuses(self, text):
        assert csvout.cell(text) == f"'{text}"

    def test_a_dash_that_somebody_wrote_stays_and_nothing_is_empty(self):
        assert [csvout.cell(value) for value in ("—", "", None, [])] == ["—", "", "", ""]

    def test_numbers_stay_numbers(self):
        assert [csvout.cell(value) for value in (-1, 2.5, None, "", True)] == ["-1", "2.5", "", "", "はい"]

    @given(st.lists(st.text(), min_size=1, max_size=4), st.sampled_from(list(csvout.ENCODINGS)))
    def test_no_text_becomes_a_formula_or_breaks_the_encoding(self, row, encoding):
        file = b"".join(csvout.encoded([csvout.lines([["見出し"], row])], encoding))
        text = file.decode(csvout.ENCODINGS[encoding])
        _head, *lines = csv.reader(io.StringIO(text, newline=""))
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines for cell in line)

    def test_what_cp932_lacks_becomes_a_mark(self):
        assert b"".join(csvout.encoded(["髙😀"], "cp932")).decode("cp932") == "髙〓"

    def test_the_byte_order_mark_stands_once(self):
        assert b"".join(csvout.encoded(["a", "b"], "utf8")) == b"\xef\xbb\xbfab"
