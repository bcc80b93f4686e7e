"""The coasts as a page (pages/safety/coasts.py)."""

from core.actor import Actor
from core.database import transaction
from data.reference.coasts import coasts
from services.safety.coasts import municipalities_on

PAGE = "safety/coasts.py"
KAMAISHI, MORIOKA = "0321100", "0320100"


def on_iwate():
    """Return the municipalities on the coast of Iwate."""
    with transaction(Actor.system("test")) as tx:
        return set(tx.execute(municipalities_on(["210"])).scalars())


def test_shows_every_coast_and_that_it_is_ours(open_page):
    app = open_page(PAGE)
    assert "当システムが地図をもとに作成" in app.info[0].value
    assert any(f"{len(coasts())}件" in one.value for one in app.markdown)
    assert set(app.dataframe[0].value["mark"]) == {"当システムが作成"}


def test_a_municipality_is_added(open_page):
    app = open_page(PAGE, tsunami_area="210")
    app.get_by_key("put.0.tsunami_area").set_value(210)
    app.get_by_key("put.0.municipalities").set_value(["岩手県盛岡市"]).run()
    app.get_by_key("put.0.submit").click().run()
    assert MORIOKA in on_iwate()
    assert "修正で追加" in list(app.dataframe[0].value["mark"])


def test_one_is_taken_away_after_a_question_and_put_back(open_page, agreeing):
    app = open_page(PAGE, text="釜石", id=f"210-{KAMAISHI}")
    app.button(key="away").click().run()
    assert "釜石市を「岩手県」から外しますか" in agreeing[0]
    assert KAMAISHI not in on_iwate()
    assert list(app.dataframe[0].value["mark"]) == ["修正で除外"]
    app.button(key="back").click().run()
    assert KAMAISHI in on_iwate()


def test_who_may_not_is_told(open_page, stage):
    assert open_page(PAGE, stage.manager).warning
