"""Somebody else saved the record meanwhile (pages/kit/conflicts.py): nothing is overwritten, nothing typed is lost."""

import streamlit as st

from core.operations import find
from pages import kit
from tests.pages.kit import sample
from tests.pages.kit.sample import Colour


def editing() -> None:
    kit.header("A thing")
    row = sample.kept[-1]
    saved = kit.operate(
        find("sample.edit"), f"thing-{row.id}-{row.version}", initial=row,
        fills={"id": row.id, "version": row.version}, submit="Save", done="Saved.",
    )  # fmt: skip
    if saved:
        st.rerun()


def widget(app, name, version=1):
    return app.get_by_key(f"thing-1-{version}.0.{name}")


def submit(app, version=1):
    return widget(app, "submit", version).click().run()


def shown(app) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


class TestConflict:
    """Both typed in the same record."""

    def test_shows_before_theirs_and_mine_and_saves_nothing(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(name="sofa")
        submit(app)
        assert len(app.warning) == 1
        assert all(f"<td>{name}</td>" in shown(app) for name in ("chair", "sofa", "stool"))
        assert sample.kept[-1].name == "sofa"
        assert widget(app, "name", 2).value == "sofa"

    def test_is_not_saved_before_somebody_chose(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(name="sofa")
        submit(submit(app), 2)
        assert sample.kept[-1].version == 2
        assert app.error

    def test_mine_is_saved_on_the_new_version(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(name="sofa", note="theirs")
        submit(app)
        widget(app, "choice.name", 2).set_value("mine").run()
        assert widget(app, "name", 2).value == "stool"
        submit(app, 2)
        assert (sample.kept[-1].version, sample.kept[-1].name, sample.kept[-1].note) == (3, "stool", "theirs")
        assert not app.warning

    def test_theirs_can_be_chosen_for_all(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        widget(app, "note").set_value("mine").run()
        sample.saved_elsewhere(name="sofa", note="theirs")
        submit(app)
        widget(app, "all.mine", 2).click().run()
        assert (widget(app, "name", 2).value, widget(app, "note", 2).value) == ("stool", "mine")
        widget(app, "all.theirs", 2).click().run()
        submit(app, 2)
        assert (sample.kept[-1].name, sample.kept[-1].note) == ("sofa", "theirs")

    def test_what_only_one_of_both_changed_is_chosen_already(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(colour=Colour.BLUE)
        submit(submit(app), 2)
        assert (sample.kept[-1].name, sample.kept[-1].colour) == ("stool", Colour.BLUE)

    def test_a_third_value_may_be_typed_instead(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(name="sofa")
        submit(app)
        widget(app, "name", 2).set_value("bench").run()
        submit(app, 2)
        assert sample.kept[-1].name == "bench"

    def test_is_seen_in_any_run_not_only_when_it_is_sent(self, run):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        sample.saved_elsewhere(name="sofa")
        app.run()
        assert "<td>stool</td>" in shown(app)

    def test_comes_up_when_the_other_one_saves_between_the_page_and_the_operation(self, run, monkeypatch):
        app = run(editing)
        widget(app, "name").set_value("stool").run()
        function = find("sample.edit").function

        def beaten(tx, ask):
            if sample.kept[-1].version == 1:
                sample.saved_elsewhere(name="sofa")
            return function(tx, ask)

        monkeypatch.setitem(find("sample.edit").__dict__, "function", beaten)
        submit(app)
        assert "<td>stool</td>" in shown(app)
        assert sample.kept[-1].name == "sofa"

    def test_who_typed_nothing_sees_the_new_version_and_a_sentence(self, run):
        app = run(editing)
        sample.saved_elsewhere(name="sofa")
        submit(app)
        assert widget(app, "name", 2).value == "sofa"
        assert not app.warning
        assert app.error

    def test_the_same_typed_by_both_is_no_difference(self, run):
        app = run(editing)
        widget(app, "name").set_value("sofa").run()
        sample.saved_elsewhere(name="sofa")
        submit(app)
        assert not app.warning
