"""Lists by pages (pages/kit/table.py): what is sent, and what stands in the address."""

import streamlit as st

from core.operations import find
from pages import kit
from pages.kit import guard
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


def counting() -> None:
    st.session_state["computed"] = 0

    def count(row) -> object:
        st.session_state["computed"] += 1
        return row.id

    kit.table(find("sample.things"), kit.filters(Things), columns={"name": "Name", "id": kit.Column(value=count)})


def filing() -> None:
    guard.guard()
    with guard.known(guard.current_actor()):
        kit.table(
            find("sample.things"),
            kit.filters(Things),
            columns={"name": "Name", "paint": kit.Column("Paint", value=lambda row: row.colour, file="colour")},
        )


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


def titles(app) -> list[str]:
    return list(app.dataframe[0].value.columns)


def opened(app, name="display"):
    """Open what stands behind a button of the row above the list, as a click does."""
    app.session_state[f"table..{name}"] = True
    return app.run()


class TestColumns:
    """Which columns are shown, in which order: the address says it."""

    def test_a_link_shows_the_same_columns_in_the_same_order(self, run):
        assert titles(run(listing, columns=["colour", "name"])) == ["colour", "name"]

    def test_what_is_hidden_is_neither_computed_nor_sent(self, run, monkeypatch):
        app = run(counting, columns=["name"])
        assert titles(app) == ["name"]
        assert app.session_state["computed"] == 0

    def test_columns_that_the_list_does_not_have_are_left_out(self, run):
        assert titles(run(listing, columns=["gone", "name", "name"])) == ["name"]
        assert titles(run(listing, columns=["gone"])) == ["name", "colour", "id"]

    def test_are_chosen_and_reset(self, run):
        app = opened(run(listing, after="25"))
        app.get_by_key("table..columns").set_value(["id", "name"]).run()
        assert (titles(app), app.query_params) == (["id", "name"], {"after": "25", "columns": ["id", "name"]})
        app.get_by_key("table..columns.usual").click().run()
        assert (titles(app), app.query_params) == (["name", "colour", "id"], {"after": "25"})

    def test_the_list_can_still_be_ordered_by_a_hidden_column(self, run):
        app = run(listing, columns=["id"])
        app.get_by_key("table..sort").select("-name").run()
        assert app.query_params == {"columns": "id", "sort": "-name"}


class TestFiles:
    """The same list as a file, for those who may take it out."""

    def test_nobody_else_is_offered_one(self, run):
        app = opened(run(listing), "files")
        assert not app.get("link_button")

    def test_has_the_filters_and_the_columns_that_are_shown(self, run, sign_in, stage):
        sign_in(stage.administrator)
        app = opened(run(filing, text="thing", columns=["paint", "name"]), "files")
        urls = [one.proto.url for one in app.get("link_button")]
        assert urls == [
            f"/export/sample.things?text=thing&as={written}&columns=colour&columns=name"
            for written in ("xlsx", "utf8", "cp932")
        ]


class TestPick:
    """Several rows of one page."""

    def test_returns_the_picked_rows(self, run):
        app = run(picking)
        assert app.session_state["picked"] == []
        grids.pick(app, 0, 3)
        assert app.session_state["picked"] == [0, 3]
        assert app.query_params == {}
