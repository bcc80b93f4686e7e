"""Question forms and their builder as a page (pages/broadcasts/forms.py, D08)."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from services import broadcasts
from services.broadcasts import OnlyIf, QuestionKind


@pytest.fixture
def samples(stage):
    """The forms that ship."""
    with transaction(Actor.system("test")) as tx:
        broadcasts.seed_samples(tx)
    return now()


def now():
    """Return the forms as they stand."""
    with transaction(Actor.system("test")) as tx:
        return broadcasts.forms(tx, Nothing())


def ending(widgets, name):
    """Return the widgets whose key ends so."""
    return [each for each in widgets if (each.key or "").endswith(name)]


class TestForms:
    """See, build, save."""

    def test_D08_the_samples_are_shown_with_their_questions(self, samples, open_page):
        app = open_page("broadcasts/forms.py")
        shown = "\n".join(text.value for text in app.markdown)
        assert all(question.label in shown for form in samples for question in form.questions)

    def test_a_form_is_built_with_each_kind_of_question(self, samples, open_page):
        app = open_page("broadcasts/forms.py", id="new")
        for _more in range(len(QuestionKind) - 1):
            ending(app.button, ".add")[0].click().run()
        for at, kind in enumerate(QuestionKind):
            ending(app.text_input, ".label")[at].set_value(f"質問{at}")
            ending(app.selectbox, ".kind")[at].set_value(kind).run()
        for area in ending(app.text_area, ".options"):
            area.set_value("はい\nいいえ")
        ending(app.text_input, ".unit")[0].set_value("名")
        ending(app.text_input, "form-new.name")[0].set_value("新しいフォーム").run()
        ending(app.button, ".save")[0].click().run()
        assert not app.exception
        made = next(form for form in now() if form.name == "新しいフォーム")
        assert [question.kind for question in made.questions] == list(QuestionKind)
        assert made.questions[0].options == ["はい", "いいえ"]

    def test_questions_change_places(self, samples, open_page):
        form = next(each for each in samples if len(each.questions) > 1)
        app = open_page("broadcasts/forms.py", id=str(form.id))
        ending(app.button, ".down")[0].click().run()
        ending(app.button, ".save")[0].click().run()
        after = next(each for each in now() if each.id == form.id)
        assert [q.label for q in after.questions[:2]] == [q.label for q in form.questions[1::-1]]

    def test_a_choice_without_choices_is_said_in_words_and_nothing_is_saved(self, samples, open_page):
        app = open_page("broadcasts/forms.py", id="new")
        ending(app.text_input, "form-new.name")[0].set_value("だめ")
        ending(app.text_input, ".label")[0].set_value("どちら").run()
        ending(app.button, ".save")[0].click().run()
        assert "どちら" in app.error[0].value
        assert now() == samples

    def test_every_mistake_is_said_at_once_and_where_it_is(self, samples, open_page):
        app = open_page("broadcasts/forms.py", id="new")
        ending(app.button, ".add")[0].click().run()
        ending(app.text_input, ".label")[1].set_value("どちら").run()
        ending(app.button, ".save")[0].click().run()
        said = app.error[0].value
        assert said.splitlines()[0].startswith("名前：必須項目です。")
        assert "設問1　質問：必須項目です。" in said
        assert "設問2　「どちら」には選択肢が2つ以上必要です。" in said
        assert now() == samples


class TestBuilding:
    """Branching, languages, copies, the phone."""

    def test_a_question_is_asked_after_an_answer_only_and_stays_so_when_it_moves(self, samples, open_page):
        app = open_page("broadcasts/forms.py", id="new")
        for _more in range(2):
            ending(app.button, ".add")[0].click().run()
        ending(app.text_input, "form-new.name")[0].set_value("分岐")
        for at, words in enumerate(("前置き", "無事ですか", "どこが")):
            ending(app.text_input, ".label")[at].set_value(words)
        for at, kind in enumerate((QuestionKind.TEXT, QuestionKind.CHOICE, QuestionKind.TEXT)):
            ending(app.selectbox, ".kind")[at].set_value(kind).run()
        ending(app.text_area, ".options")[0].set_value("無事\nけが").run()
        after = ending(app.selectbox, ".after")
        assert len(after) == 1  # only what stands below a choice can follow from it
        after[0].set_value(mark_of(app, 1)).run()
        next(one for one in app.multiselect if ".with." in one.key).set_value(["けが"]).run()
        ending(app.button, ".up")[1].click().run()  # the choice goes to the top
        ending(app.button, ".save")[0].click().run()
        assert not app.exception
        made = next(form for form in now() if form.name == "分岐")
        assert [one.label for one in made.questions] == ["無事ですか", "前置き", "どこが"]
        assert made.questions[2].only_if == OnlyIf(question=1, options=["けが"])

    def test_a_condition_that_now_comes_later_is_said(self, samples, open_page):
        form = next(each for each in samples if each.sample == "notice")
        app = open_page("broadcasts/forms.py", id=str(form.id))
        ending(app.button, ".down")[0].click().run()
        ending(app.button, ".save")[0].click().run()
        assert "条件が、あとの質問になっています" in app.error[0].value
        assert now() == samples

    def test_a_question_that_has_no_choices_any_more_leads_nowhere(self, samples, open_page):
        form = next(each for each in samples if each.sample == "danger")
        app = open_page("broadcasts/forms.py", id=str(form.id))
        ending(app.selectbox, ".kind")[1].set_value(QuestionKind.TEXT).run()
        ending(app.button, ".save")[0].click().run()
        assert not app.exception
        after = next(each for each in now() if each.id == form.id)
        assert (after.questions[1].kind, after.questions[3].only_if) == (QuestionKind.TEXT, None)

    def test_a_form_is_made_in_english_too_and_keeps_it(self, samples, open_page):
        form = next(each for each in samples if each.sample == "notice")
        app = open_page("broadcasts/forms.py", id=str(form.id))
        assert ending(app.text_input, ".label_en")[0].value == "Have you read the notice?"
        ending(app.text_input, ".label_en")[0].set_value("Read?").run()
        ending(app.button, ".save")[0].click().run()
        after = next(each for each in now() if each.id == form.id)
        assert (after.questions[0].label_en, after.introduction_en) == ("Read?", form.introduction_en)

    def test_a_question_is_copied(self, samples, open_page):
        form = next(each for each in samples if each.sample == "survey")
        app = open_page("broadcasts/forms.py", id=str(form.id))
        ending(app.button, ".copy")[1].click().run()
        ending(app.button, ".save")[0].click().run()
        after = next(each for each in now() if each.id == form.id)
        assert [one.label for one in after.questions[1:3]] == ["仕事に使っている機器", "仕事に使っている機器 2"]
        assert after.questions[2].options == form.questions[1].options

    def test_a_scale_is_one_click(self, samples, open_page):
        app = open_page("broadcasts/forms.py", id="new")
        ending(app.text_input, "form-new.name")[0].set_value("段階")
        ending(app.text_input, ".label")[0].set_value("満足度").run()
        ending(app.button, ".scale")[0].click().run()
        ending(app.button, ".save")[0].click().run()
        assert next(form for form in now() if form.name == "段階").questions[0].options == ["1", "2", "3", "4", "5"]

    def test_on_the_phone_a_condition_hides_and_shows(self, samples, open_page):
        form = next(each for each in samples if each.sample == "notice")
        app = open_page("broadcasts/forms.py", id=str(form.id))
        ending(app.toggle, ".looks")[0].set_value(True).run()
        asked = next(one for one in app.radio if ".phone." in one.key)
        assert not [one for one in app.text_area if ".phone." in one.key]
        asked.set_value("質問があります").run()
        assert [one for one in app.text_area if ".phone." in one.key]
        assert not app.exception


def mark_of(app, at):
    """Return the mark of the question in this place."""
    return ending(app.text_input, ".label")[at].key.removesuffix(".label")
