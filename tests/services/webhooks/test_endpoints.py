"""Endpoints: entered, changed, secrets renewed, switched off and on; and the rows that show them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import rotation, secrets
from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import validated
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.webhooks import (
    DeliveriesAsk,
    EditedEndpoint,
    EndpointsAsk,
    NewEndpoint,
    Told,
    WhichDelivery,
    WhichEndpoint,
    add_endpoint,
    edit_endpoint,
    list_deliveries,
    list_endpoints,
    renew_secret,
    resend,
    send_test,
    switch_off,
    switch_on,
)
from services.webhooks.signing import living_secrets

NEW = NewEndpoint(name="給与", url="https://example.jp/hook", events=[Told.PERSON_ADDED])


@pytest.fixture
def made(administrator):
    return add_endpoint(administrator, NEW)


def row(tx, number):
    return tx.session.get(WebhookEndpoint, number, populate_existing=True)


def waiting(tx):
    return tx.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()


class TestAdd:
    def test_the_secret_is_shown_once_and_kept_encrypted(self, administrator, made, tx):
        kept = row(tx, made.id)
        assert made.secret.startswith("whsec_")
        assert made.secret.encode() not in kept.secret
        assert living_secrets(kept, tx.now) == [made.secret]
        shown = list_endpoints(administrator, EndpointsAsk()).rows[0]
        assert (shown.name, shown.events, shown.state) == ("給与", [Told.PERSON_ADDED], EndpointState.ON)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "webhooks.add_endpoint")).scalar_one()
        assert made.secret not in str((record.input, record.changes))

    def test_a_name_is_taken_once(self, administrator, made):
        with pytest.raises(Invalid):
            add_endpoint(administrator, NEW)

    @pytest.mark.parametrize(
        "wrong", [{"url": "http://example.jp"}, {"url": "https://192.168.0.1/"}, {"events": []}, {"events": ["x.y"]}]
    )
    def test_what_cannot_be(self, wrong):
        with pytest.raises(Invalid) as refused:
            validated(NewEndpoint, {"name": "給与", "url": "https://example.jp", "events": ["person.added"], **wrong})
        assert list(refused.value.fields) == list(wrong)


class TestEdit:
    def test_two_at_once(self, administrator, made, tx):
        changed = EditedEndpoint(**{**NEW.model_dump(), "url": "https://example.com/"}, id=made.id, version=1)
        edit_endpoint(administrator, changed)
        assert row(tx, made.id).url == "https://example.com/"
        with pytest.raises(Conflict):
            edit_endpoint(administrator, changed)

    def test_one_that_is_not_there(self, administrator):
        with pytest.raises(NotFound):
            switch_off(administrator, WhichEndpoint(id=10**9))


class TestSecret:
    def test_both_are_good_for_a_day(self, administrator, made, tx):
        fresh = renew_secret(administrator, WhichEndpoint(id=made.id)).secret
        kept = row(tx, made.id)
        until = administrator.now + timedelta(hours=24)
        assert living_secrets(kept, tx.now) == [fresh, made.secret]
        assert living_secrets(kept, until) == [fresh]
        assert list_endpoints(administrator, EndpointsAsk()).rows[0].old_secret_until == until
        administrator.now = until
        assert list_endpoints(administrator, EndpointsAsk()).rows[0].old_secret_until is None

    def test_newer_keys_take_over(self):
        names = {f"{one.table.name}.{one.column.name}" for one in rotation._columns}
        assert {"webhook_endpoint.secret", "webhook_endpoint.old_secret"} <= names

    def test_is_unreadable_in_another_row(self, made, tx):
        with pytest.raises(secrets.Unavailable):
            secrets.decrypt("webhook secret", row(tx, made.id).secret, f"webhook_endpoint:{made.id + 1}")


class TestSwitch:
    def test_off_drops_what_waits_and_it_can_be_sent_again(self, administrator, made, tx):
        which = WhichEndpoint(id=made.id)
        sent = send_test(administrator, which)
        switch_off(administrator, which)
        tx.session.expire_all()
        assert [(one.state, one.next_at) for one in waiting(tx)] == [(SendingState.FAILED, None)]
        for refused in (switch_off, send_test):
            with pytest.raises(Refused):
                refused(administrator, which)
        with pytest.raises(Refused, match="switched off"):
            resend(administrator, WhichDelivery(id=sent.id))
        switch_on(administrator, which)
        with pytest.raises(Refused):
            switch_on(administrator, which)
        before = waiting(tx)[0].message_id
        resend(administrator, WhichDelivery(id=sent.id))
        with pytest.raises(Refused, match="waiting"):
            resend(administrator, WhichDelivery(id=sent.id))
        shown = list_deliveries(administrator, DeliveriesAsk(endpoint_id=made.id, state=SendingState.WAITING)).rows
        assert [(one.message_id, one.attempts) for one in shown] == [(before, 0)]
        assert list_deliveries(administrator, DeliveriesAsk(event=Told.PERSON_ADDED)).rows == []
