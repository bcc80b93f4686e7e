"""Lists by pages (pages/kit/table.py): what is sent, and what stands in the address."""

import streamlit as st

from core.operations import find
from pages import kit
from tests.pages import grids
from tests.pages.kit import sample
from tests.pages.kit.sample import Things


def listing() -> None:
    kit.header("Things")
    picked = kit.table(
        find("sample.things"),
        kit.filters(Things),
        columns={"name": kit.Column(sort="name"), "colour": "Paint", "id": kit.Column("No.", number=True)},
        selects=True,
        empty="Nothing here.",
    )
    st.session_state["picked"] = picked.id if picked else None


def picking() -> None:
    rows = kit.pick(find("sample.things"), Things(size=10), columns=["name"], key="many")
    st.session_state["picked"] = [row.id for row in rows]


def shown(app) -> list[str]:
    return list(app.dataframe[0].value["name"])


class TestTable:
    """One page of rows, found again by its address."""

    def test_sends_one_page_of_rows_and_no_more(self, run):
        app = run(listing)
        assert shown(app) == [f"thing {n:02}" for n in range(25)]
        assert list(app.dataframe[0].value.columns) == ["name", "colour", "id"]
        assert any("60" in one.value for one in app.markdown)

    def test_writes_values_for_people(self, run):
        assert set(run(listing).dataframe[0].value["colour"]) == {"Red paint", "Blue paint"}

    def test_goes_on_and_back(self, run):
        app = run(listing)
        assert app.get_by_key("table..before").disabled
        app.get_by_key("table..after").click().run()
        assert (shown(app)[0], app.query_params) == ("thing 25", {"after": "25"})
        app.get_by_key("table..after").click().run()
        assert (len(shown(app)), app.get_by_key("table..after").disabled) == (10, True)
        app.get_by_key("table..before").click().run()
        assert (shown(app)[0], app.query_params) == ("thing 25", {"before": "50"})

    def test_a_link_shows_the_same(self, run):
        assert shown(run(listing, after="25", sort="-name"))[0] == "thing 34"

    def test_is_ordered_by_choice_from_the_first_page_on(self, run):
        app = run(listing, after="25")
        app.get_by_key("table..sort").select("-name").run()
        assert (shown(app)[0], app.query_params) == ("thing 59", {"sort": "-name"})
        app.get_by_key("table..sort").select("name").run()
        assert app.query_params == {}

    def test_is_ordered_by_the_head_of_a_column_and_turned_by_a_second_click(self, run):
        app = run(listing)
        grids.click_head(app, "name")
        assert app.query_params == {"sort": "-name"}
        grids.click_head(app, "name")
        assert shown(app)[0] == "thing 00"

    def test_a_picked_row_stands_in_the_address_and_is_returned(self, run):
        app = run(listing, after="25")
        grids.pick(app, 2)
        assert (app.query_params["id"], app.session_state["picked"]) == ("27", 27)

    def test_a_link_with_a_picked_row_picks_it(self, run):
        assert run(listing, after="25", id="30").session_state["picked"] == 30

    def test_a_row_of_another_page_is_not_picked(self, run):
        assert run(listing, id="30").session_state["picked"] is None

    def test_says_what_to_do_when_there_is_nothing(self, run):
        app = run(listing, text="nothing")
        assert [one.value for one in app.info] == ["Nothing here."]
        assert not app.dataframe

    def test_asks_once_a_run(self, run):
        run(listing)
        assert len(sample.asked) == 1


class TestPick:
    """Several rows of one page."""

    def test_returns_the_picked_rows(self, run):
        app = run(picking)
        assert app.session_state["picked"] == []
        grids.pick(app, 0, 3)
        assert app.session_state["picked"] == [0, 3]
        assert app.query_params == {}
