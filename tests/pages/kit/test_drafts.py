"""What is typed is kept until it is saved (pages/kit/drafts.py): after reload, sign-out, restart."""

from datetime import UTC, date, datetime

import streamlit as st
from sqlalchemy import func, select

from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.inputs import Nothing
from core.operations import find
from pages import kit
from services import desk
from tests.factories import actor_of
from tests.pages.kit import sample
from tests.pages.kit.sample import Colour
from tests.pages.kit.test_conflicts import editing, shown, submit, widget


def ordering() -> None:
    kit.header("Orders")
    if kit.operate(find("sample.order"), "order", fills={"id": 5}, done="Ordered."):
        st.rerun()


def field(app, name):
    return app.get_by_key(f"order.0.{name}")


def drafts(person) -> list[desk.DraftRow]:
    with transaction(Actor.system("test")) as tx:
        actor = actor_of(tx, person)
    with transaction(actor) as tx:
        return desk.drafts(tx, Nothing())


def type_all(app):
    field(app, "name").set_value("chair").run()
    field(app, "colour").set_value(Colour.BLUE).run()
    field(app, "kinds").set_value([2]).run()
    field(app, "on").set_value(date(2026, 4, 1)).run()
    field(app, "at").set_value(datetime(2026, 4, 1, 9, 0)).run()  # noqa: DTZ001 - a clock on a wall
    field(app, "lines").set_value("one\ntwo").run()
    field(app, "agreed").check().run()
    return app


def has_offer(app) -> bool:
    return any(str(one.key).endswith(".resume") for one in app.button)


class TestDraft:
    """Kept at every field that is left, offered again to whoever typed it."""

    def test_nothing_is_kept_before_something_was_typed(self, run, stage):
        run(ordering).run()
        assert drafts(stage.staff) == []

    def test_is_offered_after_a_reload_and_taken_up_in_every_kind_of_field(self, run, stage):
        type_all(run(ordering))
        app = run(ordering)
        assert field(app, "name").value == ""
        field(app, "resume").click().run()
        assert [field(app, name).value for name in ("name", "colour", "kinds", "on", "lines", "agreed")] == [
            "chair", Colour.BLUE, [2], date(2026, 4, 1), "one\ntwo", True,
        ]  # fmt: skip
        field(app, "submit").click().run()
        (order,) = sample.done
        assert (order.name, order.at.astimezone(UTC)) == ("chair", datetime(2026, 4, 1, 0, 0, tzinfo=UTC))

    def test_is_gone_once_it_was_saved(self, run, stage):
        app = type_all(run(ordering))
        field(app, "submit").click().run()
        assert drafts(stage.staff) == []
        assert not has_offer(run(ordering))

    def test_is_gone_once_it_was_discarded(self, run, stage):
        field(run(ordering), "name").set_value("chair").run()
        app = run(ordering)
        field(app, "discard").click().run()
        assert not has_offer(app)
        assert drafts(stage.staff) == []

    def test_is_gone_once_everything_was_put_back(self, run, stage):
        app = run(ordering)
        field(app, "name").set_value("chair").run()
        assert len(drafts(stage.staff)) == 1
        field(app, "name").set_value("").run()
        assert drafts(stage.staff) == []

    def test_what_is_offered_stays_until_somebody_answered(self, run, stage):
        field(run(ordering), "name").set_value("chair").run()
        app = run(ordering)
        field(app, "name").set_value("table").run()
        assert [one.values for one in drafts(stage.staff)] == [{"name": "chair"}]

    def test_a_secret_is_never_kept(self, run, stage):
        app = run(ordering)
        field(app, "word").set_value("open sesame").run()
        assert drafts(stage.staff) == []
        field(app, "name").set_value("chair").run()
        assert [one.values for one in drafts(stage.staff)] == [{"name": "chair"}]

    def test_is_nobody_elses(self, run, stage, sign_in):
        field(run(ordering), "name").set_value("chair").run()
        assert drafts(stage.manager) == []

    def test_leaves_nothing_in_the_audit_trail(self, run, stage):
        field(run(ordering), "name").set_value("chair").run()
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(AuditRecord)) == 0

    def test_one_write_a_field_that_was_changed(self, run, stage, monkeypatch):
        times = []
        function = desk.keep_draft.function
        monkeypatch.setitem(
            desk.keep_draft.__dict__, "function", lambda tx, ask: (times.append(ask), function(tx, ask))
        )  # fmt: skip
        app = run(ordering)
        field(app, "name").set_value("chair").run()
        app.run()
        app.run()
        assert len(times) == 1

    def test_says_what_it_is_for_the_list_of_what_was_begun(self, run, stage):
        field(run(ordering), "name").set_value("chair").run()
        assert [(one.form, one.title) for one in drafts(stage.staff)] == [("order", "Orders – Order things")]


class TestDraftOfARecord:
    """What was typed over a version of a record."""

    def test_is_offered_on_the_same_version(self, run):
        widget(run(editing), "note").set_value("new").run()
        app = run(editing)
        widget(app, "resume").click().run()
        submit(app)
        assert sample.kept[-1].note == "new"

    def test_of_an_older_version_it_is_a_conflict(self, run):
        widget(run(editing), "note").set_value("mine").run()
        sample.saved_elsewhere(note="theirs", name="sofa")
        app = run(editing)
        widget(app, "resume", 2).click().run()
        assert all(f"<td>{text}</td>" in shown(app) for text in ("old", "theirs", "mine"))
        widget(app, "choice.note", 2).set_value("mine").run()
        submit(app, 2)
        assert (sample.kept[-1].note, sample.kept[-1].name) == ("mine", "sofa")

    def test_what_stands_in_the_record_by_now_is_not_offered(self, run, stage):
        widget(run(editing), "note").set_value("new").run()
        sample.saved_elsewhere(note="new")
        assert not has_offer(run(editing))
        assert drafts(stage.staff) == []

    def test_a_conflict_that_was_left_alone_is_offered_again(self, run):
        app = run(editing)
        widget(app, "note").set_value("mine").run()
        sample.saved_elsewhere(note="theirs")
        submit(app)
        app = run(editing)
        widget(app, "resume", 2).click().run()
        assert "<td>mine</td>" in shown(app)
