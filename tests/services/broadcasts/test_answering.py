"""From what was typed to an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import using_language
from services.broadcasts import QuestionKind, QuestionRow, read_answer
from services.broadcasts.answering import TEXT_LIMIT
from services.broadcasts.tally import numbers_in, parts_of, tally_of


def question(number, kind, *options, required=False):
    """Return a question."""
    return QuestionRow(
        id=number, kind=kind, label=f"問{number}", required=required, options=list(options), unit=""
    )  # fmt: skip


CHOICE = question(1, QuestionKind.CHOICE, "無事", "けが")
CHOICES = question(2, QuestionKind.CHOICES, "水", "毛布", "薬")
TEXT = question(3, QuestionKind.TEXT)
NUMBER = question(4, QuestionKind.NUMBER)
ALL = [CHOICE, CHOICES, TEXT, NUMBER]


class TestReadAnswer:
    def test_reads_each_kind(self):
        typed = {"1": ["けが"], "2": ["薬", "水"], "3": [" 痛い\r\nです "], "4": ["３"], "csrf": ["x"]}
        assert read_answer(ALL, typed) == ({"1": "けが", "2": ["水", "薬"], "3": "痛い\nです", "4": 3}, {})

    def test_what_is_left_out_is_left_out(self):
        assert read_answer(ALL, {"1": [""], "3": ["  "], "4": []}) == ({}, {})

    @pytest.mark.parametrize("kind", QuestionKind)
    def test_what_is_required_is_asked_for(self, kind):
        answer, wrong = read_answer([question(1, kind, "a", "b", required=True)], {"1": ["  "]})
        assert (answer, set(wrong)) == ({}, {"1"})

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("1", "死亡"),
            ("2", "<script>"),
            ("3", "あ" * (TEXT_LIMIT + 1)),
            ("4", "三"),
            ("4", "1.5"),
            ("4", "--1"),
            ("4", "9" * 5000),
        ],
    )
    def test_what_breaks_a_rule_is_said_and_not_taken(self, key, value):
        answer, wrong = read_answer(ALL, {key: [value]})
        assert (answer, set(wrong)) == ({}, {key})

    @pytest.mark.parametrize(("typed", "read"), [("1,000", 1000), ("-2", -2), ("０", 0)])
    def test_numbers_as_people_write_them(self, typed, read):
        assert read_answer([NUMBER], {"4": [typed]}) == ({"4": read}, {})

    def test_control_characters_do_not_reach_the_database(self):
        assert read_answer([TEXT], {"3": ["a\x00b\x1b\ud800c"]}) == ({"3": "abc"}, {})

    def test_says_it_in_the_language_of_the_person(self):
        with using_language("en"):
            assert "choices" in read_answer([CHOICE], {"1": ["?"]})[1]["1"]

    @given(st.dictionaries(st.sampled_from("12345"), st.lists(st.text(max_size=20), max_size=4)))
    def test_anything_typed_is_taken_or_said(self, typed):
        answer, wrong = read_answer(ALL, typed)
        assert not set(answer) & set(wrong)
        assert set(answer) | set(wrong) <= {one.key for one in ALL}
        tally_of(ALL, answer)


class TestTally:
    def test_comes_back_as_it_was(self):
        answer = {"1": "けが", "2": ["水", "薬"], "3": "x"}
        short = tally_of(ALL, answer)
        assert (short, parts_of(short)) == ("1,0+2,x,", [(0, "1"), (1, "0+2"), (2, "x")])
        assert [numbers_in(part) for _position, part in parts_of(short)] == [[1], [0, 2], []]
        assert tally_of([NUMBER, NUMBER], {"4": 12}) == "12,12"
        assert tally_of([NUMBER], {"4": -1}) == tally_of([NUMBER], {"4": 1000}) == "x"

    def test_a_broadcast_without_questions_has_nothing_to_count(self):
        assert parts_of(tally_of([], {})) == []
