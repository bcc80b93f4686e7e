"""Fields that hang on others (pages/kit/linked.py): choices that follow, and fields that are filled in."""

import pytest
import streamlit as st

from core.inputs import Choice, Input, Of, Row, field
from core.operations import query
from pages import kit

SHOPS = {1: {10: "Sendai East", 11: "Sendai West"}, 2: {20: "Osaka"}}


class Visit(Input):
    """A shop of a town, and what its code says."""

    town: int | None = field("Town", default=None, of="sample.towns")
    shop: int | None = field("Shop", default=None, of="sample.shops", depends="town")
    code: str = field("Code", default="", fills="sample.named")
    name: str = field("Name", default="")


class Typed(Input):
    """What was typed."""

    value: str = field("Code")


class Named(Row):
    """What it stands for."""

    name: str


@pytest.fixture(autouse=True)
def shops(room):
    @query("sample.towns", "Towns", own=True)
    def towns(tx, ask: Of) -> list[Choice]:
        """List the towns."""
        return [Choice(value=1, label="Sendai"), Choice(value=2, label="Osaka")]

    @query("sample.shops", "Shops", own=True)
    def shops(tx, ask: Of) -> list[Choice]:
        """List the shops of a town."""
        return [Choice(value=key, label=label) for key, label in SHOPS[int(ask.of or 0)].items()]

    @query("sample.named", "Names", own=True)
    def named(tx, ask: Typed) -> Named:
        """Say what a code stands for."""
        return Named(name={"A": "Apple", "B": "Pear"}.get(ask.value, ""))


def visit():
    entered = kit.form(Visit, "visit", initial=st.session_state.get("initial"), submit="Send")
    if entered:
        st.session_state["sent"] = entered


def test_choices_follow_the_field_before_and_a_choice_that_is_none_any_more_is_undone(run):
    app = run(visit)
    assert app.get_by_key("visit.0.shop").options == []
    app.get_by_key("visit.0.town").set_value(1).run()
    assert app.get_by_key("visit.0.shop").options == ["Sendai East", "Sendai West"]
    app.get_by_key("visit.0.shop").set_value(11).run()
    app.get_by_key("visit.0.town").set_value(2).run()
    assert (app.get_by_key("visit.0.shop").options, app.get_by_key("visit.0.shop").value) == (["Osaka"], None)
    app.get_by_key("visit.0.shop").set_value(20)
    app.get_by_key("visit.0.submit").click().run()
    assert (app.session_state["sent"].town, app.session_state["sent"].shop) == (2, 20)


def test_a_code_fills_what_is_empty_and_what_it_filled_itself_and_nothing_else(run):
    app = run(visit)
    app.get_by_key("visit.0.code").set_value("A").run()
    assert app.get_by_key("visit.0.name").value == "Apple"
    app.get_by_key("visit.0.code").set_value("B").run()
    assert app.get_by_key("visit.0.name").value == "Pear"
    app.get_by_key("visit.0.code").set_value("unknown").run()
    assert app.get_by_key("visit.0.name").value == "Pear"
    app.get_by_key("visit.0.name").set_value("mine").run()
    app.get_by_key("visit.0.code").set_value("A").run()
    assert app.get_by_key("visit.0.name").value == "mine"


def test_what_stands_in_a_record_stays(run):
    st.session_state.clear()
    app = run(opened)
    assert (app.get_by_key("visit.0.shop").value, app.get_by_key("visit.0.name").value) == (11, "")


def opened():
    st.session_state["initial"] = {"town": 1, "shop": 11, "code": "A", "name": ""}
    visit()
