"""The sender: defaults, rules, secrets, and the test mail that shows whether it works."""

import pytest
from sqlalchemy import select, text

from core import jobs, secrets
from core.actor import Actor
from core.audit import AuditPersonal, AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotAllowed, Refused
from core.inputs import Nothing, validated
from data.models.delivery import LocalMail, MailSender, ProviderKind, Security
from data.models.setup import Organisation
from services.delivery import edit_sender, send_test_mail, sender
from services.delivery.sender import ABOUT, PASSWORD, SenderFields
from services.delivery.trial_mail import TestMail, send_test
from tests.factories import actor_of
from tests.services.delivery.stage import use_smtp
from tests.smtp_sink import smtp_sink

SMTP = {"provider": "smtp", "smtp_host": "smtp.example.jp", "smtp_user": "me", "smtp_password": "himitsu-8341"}


def entered(**values) -> SenderFields:
    """Return what the form sends."""
    return validated(SenderFields, {"name": "危機管理課", "address": "office@example.jp", **values})


class TestSender:
    def test_is_the_local_mailbox_while_nothing_was_set(self, administrator, tx):
        tx.add(Organisation(id=1, name="見本株式会社", sample=False, created_at=tx.now))
        found = sender(administrator, Nothing())
        assert (found.name, found.provider, found.version) == ("見本株式会社", ProviderKind.LOCAL, 0)
        assert not found.has_password
        assert not found.testing
        assert tx.scalar(select(MailSender)) is None

    def test_is_refused_without_permission(self, acting, cast, tx):
        with pytest.raises(NotAllowed):
            sender(acting(actor_of(tx, cast.manager)), Nothing())


class TestEdit:
    def test_stores_everything(self, administrator):
        row = edit_sender(
            administrator, entered(**SMTP, reply_to="Reply@EXAMPLE.jp", smtp_port=465, smtp_security="tls")
        )
        assert sender(administrator, Nothing()) == row
        assert (row.address, row.reply_to, row.smtp_port) == ("office@example.jp", "Reply@example.jp", 465)
        assert (row.smtp_security, row.has_password, row.version) == (Security.TLS, True, 1)

    def test_the_password_is_nowhere_in_the_clear(self, administrator, tx):
        edit_sender(administrator, entered(**SMTP))
        kept = tx.scalar(select(MailSender.smtp_password))
        assert secrets.decrypt(PASSWORD, kept, ABOUT) == "himitsu-8341"
        for table in ("mail_sender", "audit_record", "audit_personal"):
            rows = tx.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars().all()
            assert not any("himitsu-8341" in row for row in rows)
        assert "smtp_password" not in tx.scalar(select(AuditRecord.input))

    def test_an_empty_password_keeps_the_stored_one_and_no_user_forgets_it(self, administrator, tx):
        edit_sender(administrator, entered(**SMTP))
        kept = tx.scalar(select(MailSender.smtp_password))
        changed = entered(**{**SMTP, "smtp_password": ""}, version=1)
        assert edit_sender(administrator, changed).has_password
        assert tx.scalar(select(MailSender.smtp_password)) == kept
        without = entered(**{**SMTP, "smtp_password": "", "smtp_user": ""}, version=2)
        assert not edit_sender(administrator, without).has_password

    def test_the_stored_password_goes_to_its_own_server_only(self, administrator):
        edit_sender(administrator, entered(**SMTP))
        elsewhere = {**SMTP, "smtp_host": "smtp.example.com", "version": 1}
        with pytest.raises(Invalid) as caught:
            edit_sender(administrator, entered(**{**elsewhere, "smtp_password": ""}))
        assert set(caught.value.fields) == {"smtp_password"}
        assert edit_sender(administrator, entered(**elsewhere)).has_password

    def test_who_comes_second_is_told(self, administrator):
        edit_sender(administrator, entered())
        with pytest.raises(Conflict):
            edit_sender(administrator, entered(name="other"))
        assert sender(administrator, Nothing()).name == "危機管理課"

    @pytest.mark.parametrize(
        ("values", "name"),
        [
            ({"provider": "smtp"}, "smtp_host"),
            ({**SMTP, "smtp_security": "none"}, "smtp_security"),
            ({**SMTP, "smtp_password": "ひみつ"}, "smtp_password"),
            ({**SMTP, "smtp_user": "職員"}, "smtp_user"),
        ],
    )
    def test_what_cannot_work_or_is_unsafe_is_said_beside_the_field(self, administrator, values, name):
        with pytest.raises(Invalid) as caught:
            edit_sender(administrator, entered(**values))
        assert set(caught.value.fields) == {name}

    def test_a_server_on_this_machine_may_be_spoken_to_in_the_clear(self, administrator):
        assert edit_sender(administrator, entered(**{**SMTP, "smtp_security": "none", "smtp_host": "localhost"})).id

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("address", ""), ("address", "office"), ("address", "a@example.jp\r\nBcc: b@example.jp"),
            ("name", "a\nb"), ("smtp_host", "a b"), ("smtp_host", "a\r\nb"), ("smtp_port", 0), ("reply_to", "x"),
        ],
    )  # fmt: skip
    def test_malformed_values_are_refused(self, name, value):
        with pytest.raises(Invalid) as caught:
            entered(**{name: value})
        assert name in caught.value.fields

    def test_is_refused_without_permission(self, acting, cast, tx):
        with pytest.raises(NotAllowed):
            edit_sender(acting(actor_of(tx, cast.manager)), entered())

    def test_forgets_what_was_tested(self, administrator, tx):
        edit_sender(administrator, entered())
        tx.scalar(select(MailSender)).tested_at = tx.now
        assert edit_sender(administrator, entered(version=1)).tested_at is None


class TestTestMail:
    def test_goes_out_by_the_worker_and_the_page_can_tell(self, live):
        with system() as tx:
            edit_sender(tx, entered())
            asked = send_test_mail(tx, TestMail(address="me@example.jp"))
            assert asked.testing
            assert tx.scalar(select(LocalMail)) is None
        jobs.run_waiting_jobs()
        with system() as tx:
            found = sender(tx, Nothing())
            mail = tx.scalar(select(LocalMail))
        assert (found.testing, found.test_accepted, found.test_address) == (False, True, "me@example.jp")
        assert (mail.recipient, mail.sender) == ("me@example.jp", "office@example.jp")

    def test_says_what_the_server_said(self, live):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
                send_test_mail(tx, TestMail(address="unknown@example.jp"))
            jobs.run_waiting_jobs()
        assert outcome() == (False, "550 5.1.1 User unknown")

    def test_says_that_nobody_answers(self, live):
        with smtp_sink() as sink:
            port = sink.port
        with system() as tx:
            use_smtp(tx, port)
            send_test_mail(tx, TestMail(address="me@example.jp"))
        jobs.run_waiting_jobs()
        accepted, word = outcome()
        assert not accepted
        assert f"127.0.0.1:{port}" in word

    def test_an_outcome_of_older_settings_is_not_kept(self, live):
        with system() as tx:
            edit_sender(tx, entered())
            send_test_mail(tx, TestMail(address="me@example.jp"))
        with system() as tx:
            edit_sender(tx, entered(version=1))
        send_test(language="ja")
        assert outcome() == (None, None)

    def test_two_clicks_send_one(self, live):
        with system() as tx:
            edit_sender(tx, entered())
            for _ in range(2):
                send_test_mail(tx, TestMail(address="me@example.jp"))
        jobs.run_waiting_jobs()
        with system() as tx:
            assert len(tx.execute(select(LocalMail.id)).all()) == 1

    def test_needs_a_sender_that_was_set(self, administrator):
        with pytest.raises(Refused):
            send_test_mail(administrator, TestMail(address="me@example.jp"))

    def test_is_refused_without_permission(self, acting, cast, tx):
        with pytest.raises(NotAllowed):
            send_test_mail(acting(actor_of(tx, cast.manager)), TestMail(address="me@example.jp"))

    def test_the_address_is_in_the_erasable_part_of_the_trail(self, administrator, tx):
        edit_sender(administrator, entered())
        send_test_mail(administrator, TestMail(address="me@example.jp"))
        assert tx.scalar(select(AuditPersonal.values)) == {"address": "me@example.jp"}


def system():
    return transaction(Actor.system("test"))


def outcome() -> tuple[bool | None, str | None]:
    with system() as tx:
        found = sender(tx, Nothing())
        return found.test_accepted, found.test_word
