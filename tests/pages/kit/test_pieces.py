"""The small pieces of the kit: steps, dialog, messages, charts, tables to read, addresses."""

import json

import pytest
import streamlit as st

from core.actor import Actor
from core.database import transaction
from core.errors import Refused
from core.progress import begin, fail, finish, report
from pages import kit
from pages.kit import charts as drawn
from pages.kit.address import way_back
from pages.kit.confirm import question
from pages.kit.edge import show
from pages.kit.filled import show_errors
from pages.kit.form_state import FormState


def stepping() -> None:
    steps = [kit.Step("one", "First"), kit.Step("two", "Second <b>"), kit.Step("three", "Third")]
    wizard = kit.wizard(steps, reached=st.session_state.get("reached", "three"))
    st.session_state["current"] = wizard.current
    wizard.buttons(
        ready=st.session_state.get("ready", True), why="Fill it in.", then=lambda: st.session_state.get("ok", True)
    )


class TestWizard:
    """Where one stands among the steps."""

    def test_begins_with_the_first_and_names_the_next(self, run):
        app = run(stepping)
        assert app.session_state["current"] == "one"
        assert [one.label for one in app.button] == ["次へ：Second <b>"]
        assert 'aria-current="step"' in app.html[0].value
        assert "<b>First" not in app.html[0].value
        assert "Second &lt;b&gt;" in app.html[0].value

    def test_goes_on_and_back_in_the_address(self, run):
        app = run(stepping)
        app.button[0].click().run()
        assert (app.query_params, app.session_state["current"]) == ({"step": "two"}, "two")
        app.get_by_key("wizard.step.back").click().run()
        assert app.session_state["current"] == "one"

    def test_a_link_leads_to_its_step_but_not_beyond_what_is_open(self, run):
        assert run(stepping, step="three").session_state["current"] == "three"
        app = run(stepping)
        app.session_state["reached"] = "two"
        app.query_params["step"] = "three"
        app.run()
        assert app.session_state["current"] == "two"
        app.query_params["step"] = "nonsense"
        assert app.run().session_state["current"] == "one"

    def test_waits_until_it_is_ready_and_until_its_work_is_done(self, run):
        app = run(stepping)
        app.session_state["ready"] = False
        app.run()
        assert app.button[0].disabled
        assert [one.value for one in app.caption] == ["Fill it in."]
        app.session_state["ready"], app.session_state["ok"] = True, False
        app.run()
        app.button[0].click().run()
        assert app.session_state["current"] == "one"


def asking_first() -> None:
    def done() -> bool:
        st.session_state["tries"] = st.session_state.get("tries", 0) + 1
        if st.session_state["tries"] == 1:
            st.error("Not now.")
        return st.session_state["tries"] > 1

    question("All *gone*.", "Delete", done)


class TestConfirm:
    """What stands in the dialog."""

    def test_says_what_will_happen_and_does_it_only_when_told_to(self, run):
        app = run(asking_first)
        assert app.markdown[0].value == r"All \*gone\*."
        app.get_by_key("confirm.no").click().run()
        assert "tries" not in app.session_state

    def test_stays_with_what_was_refused(self, run):
        app = run(asking_first)
        app.get_by_key("confirm.yes").click().run()
        assert [one.value for one in app.error] == ["Not now."]
        app.get_by_key("confirm.yes").click().run()
        assert app.session_state["tries"] == 2


def telling() -> None:
    kit.header("Title [x](http://example.jp)", "What it is for.")
    if st.button("Do", key="do"):
        kit.flash("山田 *太郎* was added.")
        kit.flash("Look out.", "warning")
        st.rerun()


class TestHeader:
    """The head of a page."""

    def test_says_what_the_page_is_without_taking_it_for_markup(self, run):
        app = run(telling)
        assert app.title[0].value == r"Title \[x\](http://example.jp)"
        assert app.caption[0].value == "What it is for."

    def test_messages_survive_one_rerun_and_are_gone_with_the_next(self, run):
        app = run(telling)
        app.get_by_key("do").click().run()
        assert [one.value for one in (*app.success, *app.warning)] == [r"山田 \*太郎\* was added.", "Look out."]
        app.run()
        assert not app.success


def drawing() -> None:
    kit.bars({"東京": 12, "大阪": 1000}, title="人数", unit="人", key="bars")
    kit.shares({"本社": (3, 1), "支社": (0, 0)}, ["回答済み", "未回答"], title="回答率", unit="人", key="shares")
    kit.facts({"名": "<script>", "空": "", "数": 1200})
    kit.bars({"<b>太字</b>": 1}, title="題", unit="人", key="typed")


class TestCharts:
    """Charts stand beside the figures that they show."""

    def test_draws_and_tells_the_figures(self, run):
        app = run(drawing)
        charts = app.get("plotly_chart")
        assert [one.proto.alt for one in charts] == ["人数", "回答率", "題"]
        assert "1,000" in app.html[0].value
        assert "<td class=number>3</td>" in app.html[1].value
        assert [one.label for one in app.expander] == ["表で見る"] * 3

    def test_the_title_of_an_axis_stands_clear_of_its_marks_and_takes_nothing_from_the_bars(self, run):
        titled, untitled, one_bar = (json.loads(one.proto.spec)["layout"] for one in run(drawing).get("plotly_chart"))
        assert titled["xaxis"]["title"] == {"text": "人", "standoff": drawn.BELOW_MARKS}
        assert titled["xaxis"]["automargin"]
        assert "title" not in untitled["xaxis"]
        assert titled["font"]["size"] <= drawn.BELOW_MARKS, "the marks are a line of this size"
        assert titled["height"] - one_bar["height"] == drawn.BAR
        assert one_bar["height"] == drawn.MARGINS + drawn.TITLE + drawn.BAR

    def test_a_share_of_nothing_is_no_fault(self, run):
        spec = run(drawing).get("plotly_chart")[1].proto.spec
        assert "nan" not in spec.lower()

    def test_what_people_typed_is_never_markup(self, run):
        app = run(drawing)
        facts = app.html[2].value
        assert "&lt;b&gt;太字" in json.loads(app.get("plotly_chart")[2].proto.spec)["data"][0]["y"][0]
        assert "&lt;script&gt;" in facts
        assert "<td>—</td>" in facts
        assert "<td>1,200</td>" in facts


def refusing() -> None:
    show(Refused("“**山田** [x](http://example.jp)” は変更できません。"))
    fail = FormState(summary="*a*", slots={"": st.empty()})
    show_errors(fail)


class TestErrors:
    """What went wrong, in words."""

    def test_names_in_a_sentence_are_never_markup(self, run):
        said = [one.value for one in run(refusing).error]
        assert said == [r"“\*\*山田\*\* \[x\](http://example.jp)” は変更できません。", r"\*a\*"]


def opened_without_number() -> None:
    st.session_state["id"] = kit.number_in_address("id")


class TestAddress:
    """Numbers come from the address, or the page says so."""

    def test_reads_a_number(self, run):
        assert run(opened_without_number, id="12").session_state["id"] == 12

    @pytest.mark.parametrize("value", ["", "x", "1e9", "-1", "１２", "9" * 30])
    def test_says_so_when_there_is_none(self, run, value):
        app = run(opened_without_number, id=value)
        assert len(app.info) == 1
        assert "id" not in app.session_state


def listed() -> None:
    kit.header("List")
    st.session_state["shown"] = st.query_params.to_dict()
    st.session_state["back"] = way_back("people/list.py")


class TestWayBack:
    """The list that a page was opened from is found again as it was."""

    def look(self, run, url: str, **address: str):
        app = run(listed)
        app.context = {"url": url}
        app.query_params.update(address)
        return app.run().session_state

    def test_the_back_button_restores_what_was_shown(self, run):
        state = self.look(run, "http://x/people-list", id="3", **{"from": "people-list?text=a&kinds=1&kinds=2"})
        assert state["shown"] == {"text": "a", "kinds": "2"}

    def test_the_page_that_was_opened_knows_the_way_back(self, run):
        state = self.look(run, "http://x/people-person", id="3", **{"from": "people-list?text=a&kinds=1&kinds=2"})
        assert state["shown"]["id"] == "3"
        assert state["back"] == {"text": ["a"], "kinds": ["1", "2"]}

    def test_another_list_is_not_restored(self, run):
        state = self.look(run, "http://x/people-lists", id="3", **{"from": "people-list?text=a"})
        assert state["shown"]["id"] == "3"


def waiting() -> None:
    if "work" in st.session_state:
        st.session_state["over"] = kit.progress(st.session_state["work"])


class TestProgress:
    """Long work as people see it."""

    @pytest.fixture
    def work(self, stage):
        with transaction(Actor.system("test")) as tx:
            return begin(tx, "test.work", total=10)

    def test_shows_how_far_it_is_and_that_nobody_works(self, run, sign_in, stage, work):
        report(work, "Reading", 4, 10)
        app = run(waiting)
        sign_in(stage.administrator)
        app.session_state["work"] = work
        app.run()
        assert not app.session_state["over"]
        assert app.get("progress")[0].value == 40
        assert "4 / 10" in app.get("progress")[0].proto.text
        assert len(app.warning) == 1

    def test_says_when_it_is_over(self, run, sign_in, stage, work):
        finish(work)
        app = run(waiting)
        sign_in(stage.administrator)
        app.session_state["work"] = work
        assert app.run().session_state["over"]
        assert not app.warning

    def test_says_why_it_failed(self, run, sign_in, stage, work):
        fail(work, "The file is gone.")
        app = run(waiting)
        sign_in(stage.administrator)
        app.session_state["work"] = work
        app.run()
        assert "The file is gone." in app.error[0].value

    def test_shows_nobody_the_work_of_others(self, run, work):
        app = run(waiting)
        app.session_state["work"] = work
        app.run()
        assert app.error
        assert "over" not in app.session_state
