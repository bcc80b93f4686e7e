"""One broadcast while it is sent, as a page (pages/broadcasts/show.py, D13)."""

from streamlit.testing.v1 import AppTest

from core.actor import Actor
from core.database import transaction
from services.broadcasts import Which, close, stop
from tests.services.broadcasts import asks


def keys(app):
    """Return the keys of the buttons on a page."""
    return {button.key for button in app.button}


def test_D13_shows_counts_and_each_contact_point_with_its_reason(prepare, open_page):
    row = prepare(asks.sent)
    app = open_page("broadcasts/show.py", id=str(row.id))
    counts = {metric.label: metric.value for metric in app.metric}
    assert (counts["送信待ち"], counts["非送信"]) == ("4 件", "1 件")
    ledger = app.dataframe[0].value
    far = ledger[ledger["name"].str.endswith("遠方 四郎")].iloc[0]
    assert (far["state"], far["address"]) == ("非送信", "—")
    assert "メール" in far["reason"]


def test_says_so_when_no_worker_is_alive(prepare, open_page):
    app = open_page("broadcasts/show.py", id=str(prepare(asks.sent).id))
    assert any("ワーカー" in warning.value for warning in app.warning)


def test_offers_what_can_be_done_in_each_state(prepare, open_page):
    sending, stopped, opened, closed = (prepare(bring) for bring in (asks.sent, asks.sent, asks.opened, asks.opened))
    with transaction(Actor.system("test")) as tx:
        stop(tx, Which(id=stopped.id))
        close(tx, Which(id=closed.id))
    steps = {"broadcasts.stop", "broadcasts.resume", "broadcasts.remind", "broadcasts.close"}
    for row, offered in (
        (sending, {"broadcasts.stop", "broadcasts.close"}),
        (stopped, {"broadcasts.resume", "broadcasts.close"}),
        (opened, {"broadcasts.remind", "broadcasts.close"}),
        (closed, set()),
    ):
        assert keys(open_page("broadcasts/show.py", id=str(row.id))) & steps == offered


def test_a_step_is_taken_and_said(prepare, people, sign_in, stored):
    row = prepare(asks.sent)
    sign_in(people.administrator)
    assert AppTest.from_function(take_step, args=("STOP", row.id)).run().success
    assert stored(asks.state_of, row.id) == "stopped"
    again = AppTest.from_function(take_step, args=("STOP", row.id)).run()
    assert not again.success
    assert again.error


def take_step(name, broadcast_id):
    """Do what the body of the dialog does, and show what is said."""
    from pages.broadcasts import _steering  # noqa: PLC0415 - the body of a script of its own
    from pages.kit.flash import show_flashes  # noqa: PLC0415

    _steering.take(getattr(_steering, name), broadcast_id)
    show_flashes()


def test_who_did_not_make_it_cannot_stop_it(prepare, people, open_page):
    app = open_page("broadcasts/show.py", people.manager, id=str(prepare(asks.sent).id))
    assert "broadcasts.stop" not in keys(app)
    assert "monitor" in keys(app)


def test_what_asked_nobody_within_reach_is_not_there(prepare, people, open_page):
    row = prepare(asks.sent, audience={"people": [people.far.id]})
    app = open_page("broadcasts/show.py", people.manager, id=str(row.id))
    assert app.error
    assert not app.metric


def test_the_list_can_be_narrowed_to_a_state(prepare, open_page):
    app = open_page("broadcasts/show.py", id=str(prepare(asks.sent).id), ledger__state="not_sent")
    assert [name.rpartition(": ")[2] for name in app.dataframe[0].value["name"]] == ["遠方 四郎"]


def test_without_a_number_in_the_address_it_says_so(people, open_page):
    assert open_page("broadcasts/show.py").info
