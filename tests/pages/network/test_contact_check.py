"""Contact checks as a page (pages/network/contact_check.py, D09)."""

import pytest
import streamlit as st
from sqlalchemy import select, update

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import Delivery, DeliveryState
from pages import kit
from services.network import contact_check
from tests.factories import make_person

PAGE = "network/contact_check.py"
SYSTEM = Actor.system("test")


@pytest.fixture
def agreeing(monkeypatch):
    """Answer every question with yes at once; returns what was asked."""
    asked = []

    def agree(title, will, *, yes, then):
        asked.append(f"{title} {will} {yes}")
        if then():
            st.rerun()

    monkeypatch.setattr(kit, "confirm", agree)
    return asked


@pytest.fixture
def reachable(stage):
    """Somebody with a mail address."""
    with transaction(SYSTEM) as tx:
        return make_person(tx, mail="a@example.jp")


def said(app):
    """Return what the page says."""
    return "\n".join(one.value for one in [*app.markdown, *app.info, *app.success, *app.error, *app.warning])


def test_D09_is_off_at_first_and_switched_on_with_a_date(open_page):
    app = open_page(PAGE)
    assert "定期的な送信は設定されていません" in said(app)
    app.get_by_key("contact-check-0.0.enabled").set_value(True)
    app.get_by_key("contact-check-0.0.every_months").set_value(3)
    app.get_by_key("contact-check-0.0.submit").click().run()
    assert "以後3か月ごと" in said(app)
    with transaction(SYSTEM) as tx:
        assert contact_check(tx, Nothing()).enabled


def test_check_now_says_how_many_mails_and_stands_in_the_list(open_page, reachable, agreeing):
    app = open_page(PAGE)
    app.button(key="now").click().run()
    assert "1人に1通のメール" in agreeing[0]
    shown = app.dataframe[0].value
    assert (list(shown["by"]), list(shown["people"]), list(shown["waiting"])) == (["管理 花子"], ["1"], ["1"])
    app.button(key="now").click().run()
    assert "送信中または停止中" in said(app)


def test_results_of_past_checks_are_listed(open_page, reachable, agreeing):
    open_page(PAGE).button(key="now").click().run()
    with transaction(SYSTEM) as tx:
        tx.execute(update(Delivery).values(state=DeliveryState.DELIVERED))
        tx.execute(update(Broadcast).values(state=BroadcastState.OPEN))
        assert tx.scalar(select(Broadcast.kind)) is BroadcastKind.CONTACT_CHECK
    app = open_page(PAGE)
    shown = app.dataframe[0].value
    assert (list(shown["sent"]), list(shown["confirmed"]), list(shown["failed"])) == (["1"], ["1"], ["0"])
    links = {link.proto.page: link.proto.query_string for link in app.get("page_link")}
    assert any("finding=failing" in query for query in links.values())


def test_the_sending_of_a_check_is_a_broadcast_as_any_other(open_page, reachable, agreeing):
    open_page(PAGE).button(key="now").click().run()
    with transaction(SYSTEM) as tx:
        made = tx.scalar(select(Broadcast.id))
    for page in ("broadcasts/show.py", "broadcasts/monitor.py"):
        assert "連絡先の確認" in open_page(page, id=str(made)).title[0].value
    assert list(open_page("broadcasts/list.py", kind="contact_check").dataframe[0].value["kind"]) == [
        "連絡先の確認通知"
    ]


def test_nobody_to_ask_is_said(open_page, agreeing):
    app = open_page(PAGE)
    app.button(key="now").click().run()
    assert "対象になるメールアドレスがありません" in said(app)


def test_who_may_not_is_told(open_page, stage):
    assert open_page(PAGE, stage.manager).warning
