"""Question forms and their builder as a page (pages/broadcasts/forms.py, D08)."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from services import broadcasts
from services.broadcasts import QuestionKind


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
