"""Forms out of input models (pages/kit/forms.py, widgets.py)."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from core import clock
from core.operations import find
from pages import kit
from tests.pages.kit import sample
from tests.pages.kit.sample import Order


def asking() -> None:
    entered = kit.form(Order, "order", initial={"note": "before", "count": 3}, fills={"id": 5}, rows=[("on", "at")])
    if entered is not None:
        st.session_state["got"] = entered
        st.session_state["times"] = st.session_state.get("times", 0) + 1


def operating() -> None:
    kit.header("Orders")
    if kit.operate(find("sample.order"), "order", fills={"id": 5}, done="Ordered."):
        st.rerun()


def with_departed_choice() -> None:
    kit.form(Order, "order", initial={"kind": 9}, also={"kind": {9: "gone"}})


def submit(app):
    return app.button[-1].click().run()


def widget(app, name: str, generation: int = 0):
    return app.get_by_key(f"order.{generation}.{name}")


def fill(app, name="chair", generation=0):
    widget(app, "name", generation).set_value(name)
    widget(app, "colour", generation).set_value(sample.Colour.BLUE)
    return app


class TestForm:
    """What a form asks, and what it makes of the answers."""

    def test_has_a_fitting_widget_for_each_field(self, run):
        app = run(asking)
        kinds = {
            name: type(widget(app, name)).__name__
            for name in sample.Order.model_fields
            if name not in {"id", "secret_kind"}
        }
        assert kinds == {
            "name": "TextInput", "colour": "Selectbox", "count": "NumberInput", "kind": "Selectbox",
            "kinds": "Multiselect", "size": "Selectbox", "on": "DateInput", "at": "DateTimeInput", "note": "TextArea",
            "lines": "TextArea", "word": "TextInput", "agreed": "Checkbox",
        }  # fmt: skip
        assert widget(app, "word").proto.type == widget(app, "word").proto.PASSWORD
        assert (widget(app, "count").min, widget(app, "count").max) == (1, 9)
        assert "boxes" in widget(app, "count").label
        assert "必須" in widget(app, "name").label
        assert "必須" not in widget(app, "note").label
        assert widget(app, "name").help == "What it is called."

    def test_shows_words_and_choices_of_queries(self, run):
        app = run(asking)
        assert widget(app, "colour").options == ["Red paint", "Blue paint"]
        assert widget(app, "kinds").options == ["small", "large"]
        assert widget(app, "size").options == ["日本語", "English"]

    def test_starts_with_the_present_values(self, run):
        app = run(asking)
        assert (widget(app, "note").value, widget(app, "count").value) == ("before", 3)

    def test_leaves_out_what_is_filled_in_by_the_page_and_choices_one_may_not_see(self, run):
        app = run(asking)
        labels = [one.label for one in (*app.number_input, *app.selectbox)]
        assert not any("Number" in label or "Secret kind" in label for label in labels)

    def test_gives_the_input_once(self, run):
        app = fill(run(asking))
        widget(app, "kinds").set_value([2])
        widget(app, "on").set_value(date(2026, 4, 1))
        widget(app, "at").set_value(datetime(2026, 4, 1, 9, 0))  # noqa: DTZ001 - a clock on a wall
        widget(app, "lines").set_value(" one \n\ntwo")
        got = submit(app).session_state["got"]
        assert (got.name, got.colour, got.kinds, got.id) == ("chair", sample.Colour.BLUE, [2], 5)
        assert (got.on, got.at.astimezone(UTC)) == (date(2026, 4, 1), datetime(2026, 4, 1, 0, 0, tzinfo=UTC))
        assert got.lines == ["one", "two"]
        app.run()
        assert app.session_state["times"] == 1

    def test_says_beside_each_field_what_is_wrong_and_keeps_what_was_typed(self, run):
        app = run(asking)
        widget(app, "name").set_value("far too long")
        submit(app)
        said = [one.value for one in app.markdown]
        assert any("5" in text and ":red[" in text for text in said)
        assert any("必須" in text or "入力" in text for text in said if ":red[" in text)
        assert app.error
        assert widget(app, "name").value == "far too long"
        assert "got" not in app.session_state
        app.run()
        assert any(":red[" in one.value for one in app.markdown), "still there when the page runs again"

    def test_a_second_click_is_not_a_second_time(self, run):
        app = fill(run(asking))
        with clock.frozen(clock.now()):
            submit(app)
            submit(app)
        assert app.session_state["times"] == 1

    def test_the_same_again_later_is_meant(self, run):
        app = fill(run(asking))
        submit(app)
        with clock.frozen(clock.now() + timedelta(seconds=10)):
            submit(app)
        assert app.session_state["times"] == 2

    def test_keeps_a_present_choice_that_is_offered_no_more(self, run):
        app = run(with_departed_choice)
        assert (widget(app, "kind").value, widget(app, "kind").options[-1]) == (9, "gone")


class TestOperate:
    """A form together with its operation."""

    def test_does_it_says_so_and_starts_afresh(self, run):
        app = submit(fill(run(operating)))
        assert [one.name for one in sample.done] == ["chair"]
        assert [one.value for one in app.success] == ["Ordered."]
        assert widget(app, "name", 1).value == ""

    def test_puts_a_refusal_beside_its_field_and_keeps_what_was_typed(self, run):
        app = submit(fill(run(operating), "taken"))
        assert any("Somebody else has this name." in one.value for one in app.markdown)
        assert widget(app, "name").value == "taken"
        assert sample.done == []

    def test_shows_any_other_refusal_and_can_be_sent_again_at_once(self, run):
        app = submit(fill(run(operating), "never"))
        assert [one.value for one in app.error] == ["Never do that."]
        submit(app)
        assert [one.value for one in app.error] == ["Never do that."], "not mistaken for a second click"
        submit(fill(app, "table"))
        assert [one.name for one in sample.done] == ["table"]
