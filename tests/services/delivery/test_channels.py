"""Channels: encrypted secrets, what is missing before one can be switched on, what carries SMS and LINE (X02)."""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update

from core import jobs, secrets
from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, Refused
from core.inputs import Nothing, validated
from data.models.channels import LineChannel, SmsSender
from data.models.delivery import ProviderKind
from services.delivery import (
    Channel,
    ChannelSwitch,
    ask_about_line,
    channels,
    edit_line,
    edit_sender,
    edit_sms,
    friend_link,
    line_cause,
    line_channel,
    line_settings,
    send_test_sms,
    sms_provider,
    sms_settings,
    switch_channel,
)
from services.delivery.line_settings import LineFields
from services.delivery.providers import ProviderDown, line
from services.delivery.providers.sms import LocalSmsBox
from services.delivery.sender import SenderFields
from services.delivery.sms_cost import Booking
from services.delivery.sms_settings import ABOUT, SECRET, SmsFields
from services.delivery.trial_channels import TestSms
from tests.http_sink import http_sink

SMS = {"region": "ap-northeast-1", "access_key_id": "AKIAEXAMPLE", "secret_key": "himitsu-8341", "monthly_cap_yen": 500}
LINE = {"channel_id": "1234567890", "secret": "himitsu8342", "access_token": "himitsu-8343", "basic_id": "@123abcde"}


def sms(**values):
    """Return what the form of SMS sends."""
    return validated(SmsFields, {**SMS, **values})


def of_line(**values):
    """Return what the form of LINE sends."""
    return validated(LineFields, {**LINE, **values})


def switch(tx, channel, on=True, **more):
    return switch_channel(tx, ChannelSwitch(channel=channel, on=on, **more))


def standing(tx):
    """Return which channels are on, and what the others lack."""
    return {row.channel: row.on or [one.name for one in row.lacks] for row in channels(tx, Nothing())}


class TestSecrets:
    """What is stored, and what of it can be seen."""

    def test_are_nowhere_in_the_clear(self, administrator, tx):
        edit_sms(administrator, sms())
        edit_line(administrator, of_line())
        assert secrets.decrypt(SECRET, tx.scalar(select(SmsSender.secret_key)), ABOUT) == "himitsu-8341"
        for table in ("sms_sender", "line_channel", "audit_record", "audit_personal"):
            rows = tx.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars().all()
            assert rows or table == "audit_personal"
            assert not any("himitsu" in row for row in rows)
        assert "himitsu" not in f"{sms_settings(administrator, Nothing())} {line_settings(administrator, Nothing())}"
        inputs = tx.execute(select(AuditRecord.input)).scalars().all()
        assert not any({"secret_key", "secret", "access_token"} & set(one) for one in inputs)

    def test_an_empty_one_keeps_what_is_stored_and_another_account_needs_its_own(self, administrator, tx):
        edit_sms(administrator, sms())
        assert edit_sms(administrator, sms(secret_key="", version=1)).has_secret
        with pytest.raises(Invalid) as caught:
            edit_sms(administrator, sms(secret_key="", access_key_id="AKIAOTHER", version=2))
        assert set(caught.value.fields) == {"secret_key"}
        edit_line(administrator, of_line())
        assert edit_line(administrator, of_line(secret="", access_token="", version=1)).has_token
        other = edit_line(administrator, of_line(secret="", access_token="", channel_id="99", version=2))
        assert not other.has_secret
        assert not other.has_token


class TestSwitch:
    """``delivery.switch_channel``: nothing half-filled is ever on."""

    def test_X02_at_first_everything_is_off_and_says_what_it_lacks(self, administrator):
        assert standing(administrator) == {
            Channel.MAIL: ["smtp_host"],
            Channel.SMS: ["region", "access_key_id", "secret_key", "monthly_cap_yen"],
            Channel.LINE: ["channel_id", "secret", "access_token", "basic_id"],
            Channel.APP: ["contact"],
        }

    @pytest.mark.parametrize(
        ("channel", "edit", "fields", "missing"),
        [(Channel.SMS, edit_sms, sms, name) for name in ("region", "access_key_id", "secret_key", "monthly_cap_yen")]
        + [(Channel.LINE, edit_line, of_line, name) for name in LINE],
    )
    def test_one_missing_field_is_named_and_keeps_it_off(self, administrator, channel, edit, fields, missing):
        edit(administrator, fields(**{missing: None if missing == "monthly_cap_yen" else ""}))
        with pytest.raises(Invalid) as caught:
            switch(administrator, channel)
        assert missing in caught.value.fields
        assert caught.value.fields.keys() <= {missing, "secret_key"}, "without a key there is no secret of it"
        assert standing(administrator)[channel] is not True

    def test_complete_ones_are_switched_on_and_off_and_used_meanwhile(self, administrator):
        assert isinstance(sms_provider(administrator), LocalSmsBox)
        assert line_channel(administrator) is None
        edit_sms(administrator, sms())
        edit_line(administrator, of_line(basic_id="123ABCDE"))
        switch(administrator, Channel.SMS, version=1)
        switch(administrator, Channel.LINE)
        assert standing(administrator)[Channel.SMS] is standing(administrator)[Channel.LINE] is True
        provider, access = sms_provider(administrator), line_channel(administrator)
        assert isinstance(provider, Booking)
        assert (provider.price, provider.cap) == (10, 500)
        assert (access.access_token, access.secret, access.basic_id) == ("himitsu-8343", "himitsu8342", "@123abcde")
        assert access.friend_link == friend_link("@123abcde") == "https://line.me/R/ti/p/%40123abcde"
        switch(administrator, Channel.SMS, on=False)
        assert isinstance(sms_provider(administrator), LocalSmsBox)

    def test_what_it_needs_cannot_be_emptied_while_it_is_on(self, administrator):
        edit_sms(administrator, sms())
        switch(administrator, Channel.SMS)
        with pytest.raises(Invalid) as caught:
            edit_sms(administrator, sms(monthly_cap_yen=None, version=2))
        assert set(caught.value.fields) == {"monthly_cap_yen"}

    def test_mail_is_on_with_its_server_and_is_not_switched_here(self, administrator):
        sender = {"name": "x", "address": "a@example.jp", "provider": "smtp", "smtp_host": "smtp.example.jp"}
        assert edit_sender(administrator, validated(SenderFields, sender)).provider is ProviderKind.SMTP
        assert standing(administrator)[Channel.MAIL] is True
        with pytest.raises(Refused):
            switch(administrator, Channel.MAIL)

    def test_who_comes_second_is_told(self, administrator):
        edit_sms(administrator, sms())
        for change in (lambda: edit_sms(administrator, sms()), lambda: switch(administrator, Channel.SMS, version=0)):
            with pytest.raises(Conflict):
                change()
        edit_line(administrator, of_line())
        with pytest.raises(Conflict):
            edit_line(administrator, of_line())


@pytest.mark.parametrize(
    ("form", "name", "value"),
    [(SmsFields, "region", "ap.example"), (SmsFields, "sender_id", "123456"), (SmsFields, "sender_id", "連絡"),
     (SmsFields, "price_yen", -1), (SmsFields, "secret_key", "ひみつ"), (LineFields, "channel_id", "12a"),
     (LineFields, "basic_id", "@a b"), (LineFields, "access_token", "a\nb")],
)  # fmt: skip
def test_what_cannot_be_right_is_said_beside_its_field(form, name, value):
    with pytest.raises(Invalid) as caught:
        validated(form, {name: value})
    assert set(caught.value.fields) == {name}


def test_nothing_is_tested_before_it_is_complete(administrator):
    for test in (lambda: send_test_sms(administrator, TestSms(number="09012345678")),
                 lambda: ask_about_line(administrator, Nothing())):  # fmt: skip
        with pytest.raises(Refused):
            test()
    edit_sms(administrator, sms(region=""))
    with pytest.raises(Invalid):
        send_test_sms(administrator, TestSms(number="09012345678"))


@contextmanager
def line_that_says(monkeypatch, answer, code=200):
    """Let LINE on loopback answer, as its reference has it."""
    with http_sink() as sink:
        sink.answer = lambda _got: (code, {"content-type": "application/json"}, json.dumps(answer).encode())
        monkeypatch.setattr(line, "ADDRESS", f"http://127.0.0.1:{sink.port}")
        yield sink


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        (401, {"message": "Authentication failed."}, "新しく発行して"), (403, {}, "プラン"), (429, {}, "上限"),
        (500, {"message": "oops"}, "障害"), (200, ["?"], "うまくいきません"),
    ],
)  # fmt: skip
def test_what_line_refuses_is_said_in_words(monkeypatch, code, answer, said):
    with line_that_says(monkeypatch, answer, code), pytest.raises(ProviderDown) as down:
        line.bot_info("token")
    assert said in line_cause(down.value.word)


class TestLine:
    """``delivery.test_line``: LINE is really asked, by the worker."""

    def ask(self, **values):
        """Set the account, have it tested, and return what the page can tell."""
        with transaction(Actor.system("test")) as tx:
            if values:
                edit_line(tx, of_line(**values))
            assert ask_about_line(tx, Nothing()).testing
        jobs.run_waiting_jobs()
        with transaction(Actor.system("test")) as tx:
            return line_settings(tx, Nothing())

    def test_the_page_can_tell_whose_token_it_is(self, live, monkeypatch):
        bot = {"userId": "U1", "basicId": "@123abcde", "displayName": "みほん 公式", "chatMode": "bot"}
        with line_that_says(monkeypatch, bot) as sink:
            found = self.ask(**LINE)
            other = self.ask(basic_id="@other", version=1)
        assert (found.test_accepted, found.test_word) == (True, "みほん 公式")
        assert sink.got[0].path == "/v2/bot/info"
        assert sink.got[0].headers["authorization"] == "Bearer himitsu-8343"
        assert other.test_accepted is False
        assert "「みほん 公式」のもので、ベーシックIDは @123abcde" in line_cause(other.test_word)

    def test_nobody_there_and_a_key_that_changed(self, live, monkeypatch):
        monkeypatch.setattr(line, "ADDRESS", "http://127.0.0.1:1")
        assert "接続できません" in line_cause(self.ask(**LINE).test_word)
        with transaction(Actor.system("test")) as tx:
            tx.execute(update(LineChannel).values(access_token=b"RK1xxxx-not-ours-at-all-0000000000"))
        assert self.ask().test_accepted is False
