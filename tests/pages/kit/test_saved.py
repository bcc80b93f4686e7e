"""Saved views above a list (pages/kit/saved.py, display.py): opened, kept, changed; what is shown is in the address."""

from datetime import UTC, date, datetime

import streamlit as st

from core import clock
from core.actor import Actor
from core.database import transaction
from core.operations import find
from pages import kit
from services import desk
from tests.factories import actor_of
from tests.pages.kit.sample import Things

LISTING = "sample.things"
THEN = datetime(2026, 4, 10, 3, 0, tzinfo=UTC)


def listing() -> None:
    kit.header("Things")
    st.session_state["question"] = question = kit.filters(Things)
    kit.table(
        find("sample.things"), question, columns={"name": kit.Column(sort="name"), "colour": "Paint", "id": "No."}
    )


def keep(stage, name="Red", *, usual=False, **address):
    """Keep a view for the person who looks at the page."""
    with transaction(desk_owner(stage)) as tx:
        values = {key: value if isinstance(value, list) else [value] for key, value in address.items()}
        view = desk.save_view(tx, desk.SavedView(listing=LISTING, name=name, address=values))
        if usual:
            desk.choose_usual(tx, desk.UsualChoice(listing=LISTING, id=view.id))
    return view


def desk_owner(stage):
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, stage.staff)


def views(stage):
    with transaction(desk_owner(stage)) as tx:
        return desk.views(tx, desk.ViewsAsk(listing=LISTING))


def opened(app):
    app.session_state["table..display"] = True
    return app.run()


def titles(app) -> list[str]:
    return list(app.dataframe[0].value.columns)


class TestOpen:
    """From the view to the address."""

    def test_puts_filters_order_and_columns_into_the_address(self, run, stage):
        view = keep(stage, colour="red", sort="-name", columns=["id", "name"])
        app = opened(run(listing, text="thing", after="25"))
        app.get_by_key("view..open").select(view.id).run()
        assert app.query_params == {
            "colour": "red", "sort": "-name", "columns": ["id", "name"], "saved": str(view.id)
        }  # fmt: skip
        assert (titles(app), app.dataframe[0].value["name"].iloc[0]) == (["id", "name"], "thing 59")

    def test_the_whole_list_is_one_choice_away(self, run, stage):
        view = keep(stage, colour="red")
        app = opened(run(listing, colour="red", saved=str(view.id)))
        app.get_by_key("view..open").select(0).run()
        assert app.query_params == {}

    def test_works_out_the_day_on_which_it_is_opened(self, run, stage):
        view = keep(stage, since="today-7")
        with clock.frozen(THEN):
            app = opened(run(listing))
            app.get_by_key("view..open").select(view.id).run()
        assert app.query_params["since"] == "2026-04-03"
        assert app.session_state["question"].since == date(2026, 4, 3)

    def test_works_out_who_opens_it(self, run, stage):
        view = keep(stage, owner="me")
        app = opened(run(listing))
        app.get_by_key("view..open").select(view.id).run()
        assert app.session_state["question"].owner == stage.staff.id

    def test_words_stay_words_where_they_mean_nothing(self, run, stage):
        view = keep(stage, text="me")
        app = opened(run(listing))
        app.get_by_key("view..open").select(view.id).run()
        assert app.session_state["question"].text == "me"

    def test_says_which_filters_the_list_has_no_more_and_opens_without_them(self, run, stage):
        view = keep(stage, colour="red", weight="5")
        app = opened(run(listing))
        app.get_by_key("view..open").select(view.id).run()
        assert app.query_params == {"colour": "red", "saved": str(view.id)}
        assert ["weight" in one.value for one in app.warning] == [True]
        app.get_by_key("view..replace").click().run()
        assert not app.warning
        assert views(stage)[0].address == {"colour": ["red"]}


class TestUsual:
    """The view in which the list opens."""

    def test_opens_where_the_address_says_nothing(self, run, stage):
        view = keep(stage, usual=True, colour="red")
        app = run(listing)
        assert app.query_params == {"colour": "red", "saved": str(view.id)}

    def test_a_link_shows_what_it_says(self, run, stage):
        keep(stage, usual=True, colour="red")
        assert run(listing, text="1").query_params == {"text": "1"}

    def test_does_not_come_back_once_it_was_left(self, run, stage):
        keep(stage, usual=True, colour="red")
        app = run(listing)
        app.get_by_key("filter..clear").click().run()
        assert app.session_state["question"].colour is None
        assert app.run().session_state["question"].colour is None

    def test_is_chosen_and_given_up(self, run, stage):
        view = keep(stage, colour="red")
        app = opened(run(listing, colour="red", saved=str(view.id)))
        app.get_by_key(f"view..usual.{view.id}").check().run()
        assert views(stage)[0].usual
        app.get_by_key(f"view..usual.{view.id}").uncheck().run()
        assert not views(stage)[0].usual


class TestKeep:
    """From the address to the view."""

    def test_keeps_what_is_shown_under_a_name(self, run, stage):
        app = opened(run(listing, colour="red", sort="-name", columns=["name"], after="5"))
        app.get_by_key("view..name.new").set_value("赤い物").run()
        app.get_by_key("view..save").click().run()
        (view,) = views(stage)
        assert (view.name, view.address) == ("赤い物", {"colour": ["red"], "sort": ["-name"], "columns": ["name"]})
        assert app.query_params["saved"] == str(view.id)
        assert any("赤い物]" in one.value for one in app.markdown), "which one is open stands above the list"
        app.get_by_key("filter..colour").select(None).run()
        assert any("赤い物（変更あり）]" in one.value for one in app.markdown)

    def test_says_why_not(self, run, stage):
        keep(stage, "赤い物")
        app = opened(run(listing, colour="red"))
        app.get_by_key("view..name.new").set_value("赤い物").run()
        app.get_by_key("view..save").click().run()
        assert app.error
        assert len(views(stage)) == 1

    def test_keeps_a_day_as_a_word_when_asked_to(self, run, stage):
        with clock.frozen(THEN):
            app = opened(run(listing, since="2026-04-13"))
            app.get_by_key("view..word.since.new").check().run()
            app.get_by_key("view..name.new").set_value("三日後").run()
            app.get_by_key("view..save").click().run()
        assert views(stage)[0].address == {"since": ["today+3"]}

    def test_a_day_that_is_none_does_no_harm(self, run):
        assert opened(run(listing, since="2026-13-45")).dataframe

    def test_is_changed_renamed_and_deleted(self, run, stage):
        view = keep(stage, colour="red")
        app = opened(run(listing, colour="blue", saved=str(view.id)))
        app.get_by_key(f"view..name.{view.id}-1").set_value("Blue").run()
        app.get_by_key("view..replace").click().run()
        assert [(one.id, one.name, one.address) for one in views(stage)] == [(view.id, "Blue", {"colour": ["blue"]})]
        app.get_by_key("view..delete").click().run()
        assert views(stage) == []
        assert app.query_params == {}

    def test_only_who_may_share_is_offered_it(self, run, stage, sign_in):
        view = keep(stage, colour="red")
        app = opened(run(listing, colour="red", saved=str(view.id)))
        assert not [one for one in app.button if one.key == "view..share"]
