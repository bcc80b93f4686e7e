"""Questions that are asked of some only, and in two languages."""

import random

import pytest

from core.errors import Invalid
from core.i18n import using_language
from core.inputs import Nothing
from data.models.broadcasts import QuestionKind
from services.broadcasts import OnlyIf, QuestionRow, condition, edit_form, forms, is_asked, read_answer
from services.broadcasts.tally import tally_of
from tests.services.broadcasts.asks import drafted
from tests.services.broadcasts.test_forms import new

SAFE = {
    "kind": "choice", "label": "ご無事ですか？", "options": ["無事", "けが", "助けて"],
    "label_en": "Are you safe?", "options_en": ["Yes", "Hurt", "Help"],
}  # fmt: skip
HOW = {"kind": "choices", "label": "けが", "options": ["手", "足"], "only_if": {"question": 1, "options": ["けが"]}}
WHERE = {"kind": "text", "label": "どこ", "only_if": {"question": 2, "options": ["足"]}}
CHAIN = [SAFE, HOW, WHERE]
SEED = 20261123


def rows(*questions):
    """Return questions as a broadcast asks them."""
    return [QuestionRow(id=at, required=True, unit="", **{"options": [], **one}) for at, one in enumerate(questions, 1)]


class TestBranching:
    def test_what_is_not_asked_is_neither_required_nor_kept(self):
        asked = rows(*CHAIN)
        assert read_answer(asked, {"1": ["無事"], "2": ["足"], "3": ["駅"]}) == ({"1": "無事"}, {})
        answer, wrong = read_answer(asked, {"1": ["けが"]})
        assert (answer, set(wrong)) == ({"1": "けが"}, {"2"})
        assert read_answer(asked, {"1": ["けが"], "2": ["手", "足"], "3": ["駅"]})[0] == {
            "1": "けが", "2": ["手", "足"], "3": "駅",
        }  # fmt: skip

    def test_behind_what_is_not_asked_nothing_is_asked(self):
        asked = rows(*CHAIN)
        assert not is_asked(asked[2], asked, {"1": "無事"})
        # An answer that came in for the middle question, which was hidden, leads nowhere.
        assert read_answer(asked, {"1": ["助けて"], "2": ["足"], "3": ["駅"]})[0] == {"1": "助けて"}

    @pytest.mark.parametrize("seed", [SEED])
    def test_whatever_comes_in_only_what_is_asked_is_kept(self, seed):
        chance, asked = random.Random(seed), rows(*CHAIN)
        for _round in range(300):
            given = {
                one.key: chance.choices([*one.options, "", "x"], k=2) for one in asked if chance.random() < 0.8
            }  # fmt: skip
            answer, wrong = read_answer(asked, given)
            for one in asked:
                if not is_asked(one, asked, answer):
                    assert one.key not in answer
                    assert one.key not in wrong
            assert tally_of(asked, answer).count(",") == 2

    @pytest.mark.parametrize(
        "only_if",
        [
            {"question": 2, "options": ["手"]},
            {"question": 3, "options": ["手"]},
            {"question": 0, "options": ["無事"]},
            {"question": 1, "options": []},
            {"question": 1, "options": ["ない"]},
        ],
        ids=["itself", "later", "none", "no choice", "another choice"],
    )
    def test_a_condition_that_cannot_be_met_is_refused(self, only_if):
        with pytest.raises(Invalid) as caught:
            new(SAFE, HOW | {"only_if": only_if})
        assert set(caught.value.fields) == {"questions"}

    def test_is_kept_with_the_form_copied_into_a_draft_and_said(self, administrator):
        made = edit_form(administrator, new(*CHAIN))
        (form,) = forms(administrator, Nothing())
        assert [one.only_if for one in form.questions] == [
            None, OnlyIf(question=1, options=["けが"]), OnlyIf(question=2, options=["足"]),
        ]  # fmt: skip
        copied = [QuestionRow.model_validate(one) for one in drafted(administrator, form_id=made.id).questions]
        assert copied == form.questions
        with using_language("ja"):
            assert condition(copied[1], copied) == "「ご無事ですか？」で「けが」を選んだ方のみ"
        with using_language("en"):
            assert condition(copied[1], copied) == "Only if you chose “Hurt” at “Are you safe?”"


class TestLanguages:
    def test_shows_the_english_words_and_keeps_the_answer_as_it_is_counted(self):
        (asked,) = rows(SAFE)
        with using_language("en"):
            assert (asked.shown_label, asked.choices[1]) == ("Are you safe?", ("けが", "Hurt"))
            assert asked.said("けが") == "Hurt"
        with using_language("ja"):
            assert (asked.shown_label, asked.said("けが")) == ("ご無事ですか？", "けが")
        assert read_answer([asked], {"1": ["けが"]}) == ({"1": "けが"}, {})
        assert read_answer([asked], {"1": ["Hurt"]})[1]

    def test_without_english_words_everybody_reads_the_others(self):
        (asked,) = rows({**SAFE, "label_en": "", "options_en": []})
        with using_language("en"):
            assert (asked.shown_label, asked.choices[0]) == ("ご無事ですか？", ("無事", "無事"))

    def test_as_many_choices_are_asked_for_in_english(self):
        with pytest.raises(Invalid):
            new(SAFE | {"options_en": ["Yes", "Hurt"]})


class TestDays:
    @pytest.mark.parametrize("typed", ["2026-04-01", "2026/4/1", "２０２６年４月１日"])
    def test_a_day_is_read_in_usual_writings(self, typed):
        (asked,) = rows({"kind": QuestionKind.DATE, "label": "いつ"})
        assert read_answer([asked], {"1": [typed]}) == ({"1": "2026-04-01"}, {})
        assert asked.said("2026-04-01") == "2026/04/01"

    @pytest.mark.parametrize("typed", ["2026-02-30", "明日", "2026-04", "99999-01-01"])
    def test_what_is_no_day_is_said(self, typed):
        (asked,) = rows({"kind": QuestionKind.DATE, "label": "いつ"})
        answer, wrong = read_answer([asked], {"1": [typed]})
        assert (answer, set(wrong)) == ({}, {"1"})
