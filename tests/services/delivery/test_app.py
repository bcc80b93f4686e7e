"""The app as a channel (X02): its settings, its keys, and what becomes of a message that is handed in."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core import settings
from core.audit import AuditRecord
from core.errors import Conflict, Invalid
from core.inputs import Nothing
from data.models.channels import AppChannel
from services.delivery import Channel, ChannelSwitch, Push, Subscription, app_provider, switch_channel
from services.delivery.app_channel import AppFields, app_key, app_sender, app_settings, edit_app
from tests.push_service import phone, signed_by

CONTACT = "somu@example.jp"
MESSAGE = Push("試験商事", "安否をお知らせください", "http://localhost/r/1", "ja", timedelta(minutes=10))


def switched_on(tx):
    """Set the app up, switch it on, and return who carries its messages."""
    edit_app(tx, AppFields(contact=CONTACT))
    switch_channel(tx, ChannelSwitch(channel=Channel.APP, on=True))
    return app_provider(tx)


@pytest.fixture
def carrier(administrator):
    return switched_on(administrator)


@pytest.fixture
def public_url(monkeypatch):
    def put(address):
        monkeypatch.setenv("RENRAKU_PUBLIC_URL", address)
        settings.settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.settings.cache_clear()


@pytest.fixture
def mine(loopback):
    with phone() as made:
        yield made


class TestSettings:
    """``delivery.edit_app``."""

    def test_X02_without_an_address_for_push_services_it_is_not_switched_on(self, administrator):
        edit_app(administrator, AppFields())
        with pytest.raises(Invalid) as caught:
            switch_channel(administrator, ChannelSwitch(channel=Channel.APP, on=True))
        assert set(caught.value.fields) == {"contact"}
        assert app_provider(administrator) is None
        assert app_key(administrator) == ""

    def test_nor_where_browsers_come_without_encryption(self, administrator, public_url):
        public_url("http://renraku.example.jp")
        edit_app(administrator, AppFields(contact=CONTACT))
        assert [one.name for one in app_settings(administrator, Nothing()).lacks] == ["public_url"]
        with pytest.raises(Invalid):
            switch_channel(administrator, ChannelSwitch(channel=Channel.APP, on=True))
        public_url("https://renraku.example.jp")
        assert switch_channel(administrator, ChannelSwitch(channel=Channel.APP, on=True)).on

    def test_keys_are_made_once_since_every_phone_is_bound_to_them(self, administrator):
        edit_app(administrator, AppFields(contact=CONTACT))
        switch_channel(administrator, ChannelSwitch(channel=Channel.APP, on=True))
        before = app_sender(administrator)
        edit_app(administrator, AppFields(contact="other@example.jp", version=2))
        after = app_sender(administrator)
        assert (after.public_key, after.private_key) == (before.public_key, before.private_key)
        assert after.contact == "other@example.jp"

    def test_the_private_key_is_nowhere_in_the_clear(self, administrator, tx, carrier):
        kept = tx.scalar(select(AppChannel.private_key))
        assert b"PRIVATE KEY" not in kept
        for table in ("app_channel", "audit_record", "audit_personal"):
            rows = tx.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars().all()
            assert not any("PRIVATE" in row for row in rows)
        assert "PRIVATE" not in str(app_settings(administrator, Nothing()))
        assert tx.execute(select(AuditRecord).where(AuditRecord.process == "delivery.edit_app")).first()

    def test_an_older_version_is_not_saved_nor_is_the_address_emptied_while_it_is_on(self, administrator, carrier):
        with pytest.raises(Conflict):
            edit_app(administrator, AppFields(contact=CONTACT, version=7))
        with pytest.raises(Invalid):
            edit_app(administrator, AppFields(contact="", version=2))


class TestSend:
    """A message over a real connection."""

    def test_is_read_by_the_phone_alone_and_signed_by_us(self, administrator, carrier, mine):
        outcome = carrier.send(MESSAGE, Subscription(**mine.given))
        assert (outcome.accepted, outcome.dead) == (True, False)
        (shown,) = mine.shown
        assert shown == {"title": "試験商事", "body": "安否をお知らせください", "url": MESSAGE.url, "lang": "ja"}
        (got,) = mine.sink.got
        assert "安否".encode() not in got.body
        assert got.headers["ttl"] == "600"
        said = signed_by(got)
        assert (said["key"], said["sub"]) == (app_key(administrator), f"mailto:{CONTACT}")

    @pytest.mark.parametrize(
        ("code", "permanent", "dead"),
        [(404, True, True), (410, True, True), (400, True, False), (403, True, False), (413, True, False),
         (301, True, False), (408, False, False), (429, False, False), (500, False, False), (503, False, False)],
    )  # fmt: skip
    def test_what_a_refusal_means(self, carrier, mine, code, permanent, dead):
        mine.code = code
        outcome = carrier.send(MESSAGE, Subscription(**mine.given))
        assert (outcome.accepted, outcome.permanent, outcome.dead, outcome.word) == (False, permanent, dead, str(code))

    def test_a_push_service_that_is_away_is_tried_again(self, carrier, mine):
        given = mine.given | {"endpoint": "http://127.0.0.1:1/push"}
        outcome = carrier.send(MESSAGE, Subscription(**given))
        assert (outcome.accepted, outcome.permanent, bool(outcome.word)) == (False, False, True)

    def test_a_long_text_is_cut_to_what_push_services_take(self, carrier, mine):
        long = Push("題" * 300, "𠮷" * 5_000, MESSAGE.url, "ja", MESSAGE.lasts)
        assert carrier.send(long, Subscription(**mine.given)).accepted
        assert set(mine.shown[0]["body"]) == {"𠮷"}

    def test_nothing_is_handed_in_inside_the_own_network(self, carrier):
        with phone() as inside:
            outcome = carrier.send(MESSAGE, Subscription(**inside.given))
        assert (outcome.accepted, inside.sink.got) == (False, [])
