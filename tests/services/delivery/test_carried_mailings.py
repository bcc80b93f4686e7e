"""Mailings by SES, SMS, LINE and the app through the worker: settings, sending, what the ledger says."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import jobs
from core.actor import Actor
from core.clock import frozen, now
from core.database import transaction
from core.errors import Invalid
from core.inputs import Nothing, validated
from data.models.channels import SmsMonth
from data.models.delivery import Channel, Delivery, DeliveryState, Mailing, MailSender
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from services.delivery import (
    ChannelSwitch,
    edit_line,
    edit_sender,
    edit_sms,
    open_mailing,
    recorder,
    send_test_mail,
    sender,
    switch_channel,
    tokens,
)
from services.delivery.app_channel import AppFields, edit_app
from services.delivery.line_settings import LineFields
from services.delivery.providers import line_messages
from services.delivery.providers.ses import TAGGED
from services.delivery.results import record
from services.delivery.sender import SenderFields
from services.delivery.sms_settings import SmsFields
from services.delivery.trial_mail import TestMail
from tests.factories import make_person
from tests.services.delivery import carried
from tests.services.delivery.stage import EVERYBODY, make_broadcast, make_crowd, open_one

SECRET = "himitsu-8341"
SES = {"name": "事務局", "address": "office@example.jp", "provider": "ses", "ses_region": "ap-northeast-1",
       "ses_access_key_id": "AKIAEXAMPLE", "ses_secret_key": SECRET, "ses_configuration_set": "renraku"}  # fmt: skip


def system():
    return transaction(Actor.system("test"))


def set_sender(tx, **other):
    return edit_sender(tx, validated(SenderFields, {**SES, **other}))


def states() -> list[tuple[str, DeliveryState]]:
    with system() as tx:
        rows = tx.execute(select(Delivery.address, Delivery.state).order_by(Delivery.address))
        return [(row.address, row.state) for row in rows]


class TestSesSettings:
    def test_the_secret_is_nowhere_in_the_clear_and_stays_when_it_is_not_entered(self, administrator, tx):
        row = set_sender(administrator)
        assert (row.has_ses_secret, SECRET in row.model_dump_json()) == (True, False)
        stored = tx.scalar(select(MailSender.ses_secret_key))
        assert SECRET.encode() not in stored
        set_sender(administrator, ses_secret_key="", version=1)
        assert tx.scalar(select(MailSender.ses_secret_key)) == stored

    def test_another_key_needs_its_own_secret(self, administrator):
        set_sender(administrator)
        with pytest.raises(Invalid) as refused:
            set_sender(administrator, ses_access_key_id="AKIAOTHER", ses_secret_key="", version=1)
        assert set(refused.value.fields) == {"ses_secret_key"}

    def test_is_not_chosen_before_it_is_complete(self, administrator):
        with pytest.raises(Invalid) as refused:
            set_sender(administrator, ses_region="", ses_access_key_id="", ses_secret_key="")
        assert set(refused.value.fields) == {"ses_region", "ses_access_key_id"}

    @pytest.mark.parametrize("arn", ["arn:aws:sqs:ap-northeast-1:123456789012:x", "topic", "arn:aws:sns:x"])
    def test_what_is_no_topic_is_refused(self, administrator, arn):
        with pytest.raises(Invalid):
            set_sender(administrator, ses_topic_arn=arn)


class TestSes:
    @pytest.fixture
    def rig(self, live) -> Iterator[carried.Rig]:
        with carried.ses() as made:
            yield made

    def test_a_mailing_goes_out_fifty_at_a_time_and_each_is_tagged(self, rig):
        with system() as tx:
            set_sender(tx)
            make_crowd(tx, 120)
            make_crowd(tx, 2, "policy")
            open_one(tx)
        jobs.run_waiting_jobs()
        with system() as tx:
            rows = tx.execute(select(Delivery.id, Delivery.state, Delivery.provider_ref)).all()
            assert tx.scalar(select(Mailing.state)).value == "finished"
        assert [row.state for row in rows].count(DeliveryState.ACCEPTED) == 120
        assert [row.state for row in rows].count(DeliveryState.FAILED) == 2
        assert {row.provider_ref for row in rows if row.state is DeliveryState.ACCEPTED} == {"ses-1"}
        entries = [entry for one in rig.sink.got for entry in json.loads(one.body)["BulkEmailEntries"]]
        tagged = [tokens.verify(one["ReplacementTags"][0]["Value"], TAGGED) for one in entries]
        assert sorted(tagged) == sorted(row.id for row in rows)

    def test_throttled_it_waits_and_loses_nothing(self, rig):
        with system() as tx:
            set_sender(tx)
            make_crowd(tx, 60)
            open_one(tx)
        rig.down = True
        jobs.run_waiting_jobs()
        with system() as tx:
            assert "TooManyRequests" in tx.scalar(select(Mailing.trouble))
        rig.down = False
        with frozen(now() + timedelta(minutes=2)):
            jobs.run_waiting_jobs()
            from services.delivery import sweep  # noqa: PLC0415

            sweep()
            jobs.run_waiting_jobs()
        assert {state for _address, state in states()} == {DeliveryState.ACCEPTED}
        assert len(rig.took) == 60

    def test_the_test_mail_goes_by_it(self, rig):
        with system() as tx:
            set_sender(tx)
            send_test_mail(tx, TestMail(address="me@example.jp"))
        jobs.run_waiting_jobs()
        with system() as tx:
            row = sender(tx, Nothing())
        assert (row.test_accepted, row.test_word, rig.took) == (True, "ses-1", ["me@example.jp"])


def registered(tx, person, kind, value, **more):
    tx.add(
        ContactPoint(
            person_id=person.id, kind=kind, value=value, origin=ContactOrigin.PERSON, verified_at=tx.now, **more
        )
    )


def open_by(tx, channel, short_text=""):
    return open_mailing(
        tx, make_broadcast(tx), title="訓練", subject="訓練です", body="{reply_url}", reminder=False, people=EVERYBODY,
        channels=[channel], short_text=short_text,
    )  # fmt: skip


class TestLine:
    @pytest.fixture
    def rig(self, live, monkeypatch) -> Iterator[carried.Rig]:
        with carried.line() as made:
            monkeypatch.setattr(line_messages, "ADDRESS", f"http://127.0.0.1:{made.sink.port}")
            with system() as tx:
                access = {"channel_id": "1", "secret": "s", "access_token": "token", "basic_id": "@renraku"}
                edit_line(tx, LineFields(**access))
                switch_channel(tx, ChannelSwitch(channel=Channel.LINE, on=True))
                for number in range(1, 4):
                    registered(tx, make_person(tx, given=str(number)), ContactKind.LINE, f"U{number}")
                registered(tx, make_person(tx), ContactKind.LINE, "bad1")
            yield made

    def test_one_text_for_all_is_one_call_and_who_is_none_is_marked(self, rig):
        with system() as tx:
            open_by(tx, Channel.LINE)
        jobs.run_waiting_jobs()
        assert states() == [("U1", DeliveryState.ACCEPTED), ("U2", DeliveryState.ACCEPTED),
                            ("U3", DeliveryState.ACCEPTED), ("bad1", DeliveryState.FAILED)]  # fmt: skip
        assert sorted(rig.took) == ["U1", "U2", "U3"]
        with system() as tx:
            dead = tx.execute(select(ContactPoint.value).where(ContactPoint.state == ContactState.DEAD)).scalars()
            assert list(dead) == ["bad1"]

    def test_one_call_is_recorded_as_one(self, rig, monkeypatch):
        """Half of it recorded, the other half would go out again under another key."""
        with system() as tx:
            for number in range(10, 400):
                registered(tx, make_person(tx), ContactKind.LINE, f"U{number}")
            tx.execute(update(ContactPoint).where(ContactPoint.value == "bad1").values(value="U9"))
            open_by(tx, Channel.LINE)
        written: list[int] = []

        def noted(tx, lease, outcomes, **more):
            written.append(len(outcomes))
            return record(tx, lease, outcomes, **more)

        monkeypatch.setattr(recorder, "record", noted)
        jobs.run_waiting_jobs()
        assert written == [394]

    def test_a_text_with_names_is_pushed_to_each(self, rig):
        with system() as tx:
            open_by(tx, Channel.LINE, "{name} 様、訓練です")
        jobs.run_waiting_jobs()
        assert {one.path for one in rig.sink.got} == {"/v2/bot/message/push"}
        assert sorted(rig.took) == ["U1", "U2", "U3"]

    def test_no_answer_is_asked_again_under_the_same_key(self, rig):
        with system() as tx:
            tx.execute(update(ContactPoint).where(ContactPoint.value == "bad1").values(value="U4"))
            open_by(tx, Channel.LINE)
        answer = rig.sink.answer

        def lost(got):
            answer(got)
            return 500, {}, b""

        rig.sink.answer = lost
        jobs.run_waiting_jobs()
        rig.sink.answer = answer
        with frozen(now() + timedelta(minutes=2)):
            jobs.run_waiting_jobs()
            from services.delivery import sweep  # noqa: PLC0415

            sweep()
            jobs.run_waiting_jobs()
        assert {state for _address, state in states()} == {DeliveryState.ACCEPTED}
        assert sorted(rig.took) == ["U1", "U2", "U3", "U4"], "each once, though the first answer was lost"
        assert len({one.headers["x-line-retry-key"] for one in rig.sink.got}) == 1


class TestSms:
    def test_several_go_out_and_each_is_booked(self, live):
        with carried.sns() as rig:
            with system() as tx:
                fields = {"region": "ap-northeast-1", "access_key_id": "A", "secret_key": "s", "monthly_cap_yen": 1_000}
                edit_sms(tx, validated(SmsFields, fields))
                switch_channel(tx, ChannelSwitch(channel=Channel.SMS, on=True))
                for number in range(6):
                    make_person(tx, mobile=f"+81901111000{number}")
                open_by(tx, Channel.SMS)
            jobs.run_waiting_jobs()
            with system() as tx:
                refs = set(tx.execute(select(Delivery.sms_ref)).scalars())
                assert tx.scalar(select(SmsMonth.yen)) == 10 * tx.scalar(select(SmsMonth.parts))
        assert sorted(rig.took) == [f"+81901111000{number}" for number in range(6)]
        assert refs == {f"id-{number}" for number in rig.took}
        assert {state for _address, state in states()} == {DeliveryState.ACCEPTED}


class TestApp:
    def test_each_phone_gets_it_and_one_that_is_gone_is_marked(self, live, loopback):
        with carried.app() as rig:
            with system() as tx:
                edit_app(tx, AppFields(contact="somu@example.jp"))
                switch_channel(tx, ChannelSwitch(channel=Channel.APP, on=True))
                for number, kind in enumerate(("ok", "gone", "ok"), 1):
                    given = rig.message(number, kind).subscription
                    registered(tx, make_person(tx), ContactKind.APP, f"{kind}{number}", subscription=dict(given))
                open_by(tx, Channel.APP)
            jobs.run_waiting_jobs()
        assert states() == [("gone2", DeliveryState.FAILED), ("ok1", DeliveryState.ACCEPTED),
                            ("ok3", DeliveryState.ACCEPTED)]  # fmt: skip
        assert sorted(rig.took) == ["ok1", "ok3"]


def test_what_is_switched_off_meanwhile_rests(live):
    with system() as tx:
        registered(tx, make_person(tx), ContactKind.LINE, "U1")
        edit_line(tx, LineFields(channel_id="1", secret="s", access_token="t", basic_id="@renraku"))
        switch_channel(tx, ChannelSwitch(channel=Channel.LINE, on=True))
        open_by(tx, Channel.LINE)
        switch_channel(tx, ChannelSwitch(channel=Channel.LINE, on=False))
    jobs.run_waiting_jobs()
    with system() as tx:
        assert "LINE" in tx.scalar(select(Mailing.trouble))
    assert states() == [("U1", DeliveryState.WAITING)]
