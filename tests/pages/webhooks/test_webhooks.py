"""Webhooks as pages: endpoints.py, endpoint.py, deliveries.py."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from pages import kit
from services.webhooks import NewEndpoint, Told, WhichEndpoint, add_endpoint, send_test
from services.webhooks.endpoints import drop_waiting


def system():
    return transaction(Actor.system("test"))


def kept(model):
    """Return the one row as it stands."""
    with system() as tx:
        return tx.execute(select(model)).scalar_one()


@pytest.fixture
def made(stage):
    """Another system."""
    with system() as tx:
        return add_endpoint(tx, NewEndpoint(name="給与", url="https://example.jp/hook", events=[Told.PERSON_ADDED])).id


def test_one_is_added_and_its_secret_shown_once(open_page, stage):
    app = open_page("webhooks/endpoints.py")
    fields = {field.key.rpartition(".")[2]: field for field in [*app.text_input, *app.multiselect] if field.key}
    fields["name"].set_value("給与")
    fields["url"].set_value("https://10.0.0.1/")
    fields["events"].set_value([Told.PERSON_ADDED])
    submit = next(button for button in app.button if (button.key or "").endswith(".submit"))
    submit.click().run()
    assert "送信先のURL" in app.error[0].value
    next(field for field in app.text_input if field.key.endswith(".url")).set_value("https://example.jp/hook")
    next(button for button in app.button if (button.key or "").endswith(".submit")).click().run()
    assert not app.exception
    assert app.code[0].value.startswith("whsec_")
    app = open_page("webhooks/endpoints.py")
    assert not app.code
    assert list(app.dataframe[0].value["state"]) == ["利用中"]


def test_a_test_a_new_secret_off_and_on(open_page, made, monkeypatch):
    monkeypatch.setattr(kit, "confirm", lambda _title, _will, *, yes, then: then())
    app = open_page("webhooks/endpoint.py", id=str(made))
    app.button(key="test").click().run()
    assert kept(WebhookDelivery).event == "webhook.test"
    app.button(key="renew").click().run()
    assert app.code[0].value.startswith("whsec_")
    app.button(key="off").click().run()
    assert (kept(WebhookEndpoint).state, kept(WebhookDelivery).state) == (EndpointState.OFF, SendingState.FAILED)
    app = open_page("webhooks/endpoint.py", id=str(made))
    assert "停止中" in app.warning[0].value
    assert "古いシークレットでも" in app.info[0].value
    app.button(key="on").click().run()
    assert not app.exception
    assert kept(WebhookEndpoint).state is EndpointState.ON


def test_one_that_was_given_up_says_so(open_page, made):
    with system() as tx:
        found = tx.get(WebhookEndpoint, made)
        found.state, found.given_up_at = EndpointState.GIVEN_UP, tx.now
    assert "5日間" in open_page("webhooks/endpoint.py", id=str(made)).error[0].value


def test_a_delivery_is_seen_and_sent_again(open_page, made):
    with system() as tx:
        sent = send_test(tx, WhichEndpoint(id=made))
        drop_waiting(tx, made)
    app = open_page("webhooks/deliveries.py", id=str(sent.id), endpoint_id=str(made))
    assert list(app.dataframe[0].value["word"]) == ["送信する前に送信先が停止されました。"]
    assert "webhook.test" in app.code[0].value
    app.button(key="resend").click().run()
    assert not app.exception
    assert kept(WebhookDelivery).state is SendingState.WAITING
    assert not open_page("webhooks/deliveries.py", state="failed").dataframe


@pytest.mark.parametrize("page", ["endpoints", "endpoint", "deliveries"])
def test_nobody_sees_it_without_permission(open_page, stage, page):
    assert open_page(f"webhooks/{page}.py", stage.manager).warning
