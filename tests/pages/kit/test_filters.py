"""Filters out of a list's question (pages/kit/filters.py): they live in the address."""

from datetime import date

import streamlit as st

from pages import kit
from tests.pages.kit import sample
from tests.pages.kit.sample import Things


def listing() -> None:
    st.session_state["question"] = kit.filters(Things)


def two_lists() -> None:
    st.session_state["one"] = kit.filters(Things, key="one")
    st.session_state["two"] = kit.filters(Things, key="two", fills={"text": "fixed"})


def question(app) -> sample.Things:
    return app.session_state["question"]


class TestFilters:
    """From the address to the question and back."""

    def test_nothing_in_the_address_asks_for_everything(self, run):
        assert question(run(listing)) == sample.Things(size=25)

    def test_reads_the_address(self, run):
        app = run(listing, text="chair", colour="red", kinds=["1", "2"], since="2026-04-01", marked="1", number="3",
                  sort="-name", after="25")  # fmt: skip
        assert question(app) == sample.Things(
            size=25, text="chair", colour=sample.Colour.RED, kinds=[1, 2], since=date(2026, 4, 1), marked=True,
            number=3, sort="-name", after="25",
        )  # fmt: skip
        assert app.get_by_key("filter..text").value == "chair"
        assert app.get_by_key("filter..kinds").value == [1, 2]

    def test_a_change_goes_into_the_address_and_back_to_the_first_page(self, run):
        app = run(listing, after="25", id="7", sort="-name")
        app.get_by_key("filter..colour").select(sample.Colour.BLUE).run()
        assert app.query_params == {"sort": "-name", "colour": "blue"}
        assert question(app).colour is sample.Colour.BLUE
        app.get_by_key("filter..kinds").set_value([2, 1]).run()
        app.get_by_key("filter..marked").check().run()
        app.get_by_key("filter..since").set_value(date(2026, 5, 1)).run()
        assert app.query_params["kinds"] == ["2", "1"]
        assert (app.query_params["marked"], app.query_params["since"]) == ("1", "2026-05-01")

    def test_a_filter_that_is_emptied_leaves_the_address(self, run):
        app = run(listing, text="chair", colour="red")
        app.get_by_key("filter..text").set_value("").run()
        app.get_by_key("filter..colour").set_value(None).run()
        assert app.query_params == {}

    def test_all_can_be_cleared_at_once(self, run):
        app = run(listing, text="chair", colour="red", after="25", sort="-name")
        app.get_by_key("filter..clear").click().run()
        assert app.query_params == {"sort": "-name"}
        assert question(app).text == ""
        assert not [one for one in app.button if one.key == "filter..clear"]

    def test_what_cannot_be_used_is_left_out_and_said(self, run):
        app = run(listing, colour="green", text="chair")
        assert question(app) == sample.Things(size=25, text="chair")
        assert len(app.warning) == 1

    def test_a_choice_that_this_person_does_not_have_is_left_out_and_said(self, run):
        app = run(listing, kinds=["1", "9"], text="chair")
        assert question(app) == sample.Things(size=25, text="chair")
        assert len(app.warning) == 1

    def test_several_lists_on_a_page_do_not_touch_each_other(self, run):
        app = run(two_lists, one__text="chair")
        assert (app.session_state["one"].text, app.session_state["two"].text) == ("chair", "fixed")
        app.get_by_key("filter.two.colour").select(sample.Colour.RED).run()
        assert app.query_params == {"one-text": "chair", "two-colour": "red"}
