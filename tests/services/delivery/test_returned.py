"""Returned mail (返送メール): addresses of its own, what notices mean, handed over by LMTP and read by IMAP."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import jobs
from core.actor import WHOLE, Actor
from core.database import transaction
from core.errors import Conflict, Invalid
from core.inputs import Nothing, validated
from data.models.delivery import Delivery, DeliveryState, Receipt
from data.models.people import ContactPoint, ContactState
from data.models.receipts import MailReturn, ReturnsBy
from services.delivery import edit_returns, read_returns, returns, tokens
from services.delivery.needs import sender_to_mend
from services.delivery.receipts import lmtp
from services.delivery.receipts.addresses import LONGEST_TOKEN, delivery_of, return_address
from services.delivery.receipts.returned import heard_in
from services.delivery.receipts.settings import ReturnFields
from services.delivery.receipts.taking import Heard
from tests.consoles import free_port
from tests.imap_server import FOLDER, PASSWORD, USER, imap_server
from tests.processes import python, until
from tests.services.delivery.stage import make_crowd, open_one, use_smtp
from tests.smtp_sink import smtp_sink

BASE = "bounce@mail.example.jp"
NOTICE = """From: MAILER-DAEMON@mx.example.jp\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
I could not deliver it.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.jp\r
\r
Final-Recipient: rfc822; p1@example.jp\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; {said}\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Subject: original\r
\r
text\r
--b--\r
"""
SPAM = """To: {to}\r
Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r
\r
--b\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: SomeGenerator/1.0\r
Version: 1\r
\r
--b--\r
"""
WORD = "550 5.1.1 <p1@example.jp> User unknown"


def notice(number: int, action: str = "failed", status: str = "5.1.1", said: str = WORD) -> bytes:
    """Return a status notice as mail servers write it."""
    return NOTICE.format(to=return_address(BASE, number), action=action, status=status, said=said).encode()


def plain(number: int, *, subject: str = "", author: str = "", more: str = "") -> bytes:
    """Return a mail without a status notice."""
    head = f"To: {return_address(BASE, number)}\r\nFrom: {author}\r\nSubject: {subject}\r\n{more}"
    return f"{head}\r\nThe mail could not be delivered (5.4.1).\r\n".encode()


class TestAddresses:
    @given(number=st.integers(1, 2**63 - 1))
    def test_lead_back_to_their_delivery_however_a_server_writes_them(self, number):
        address = return_address(BASE, number)
        assert delivery_of(address) == delivery_of(f"To: <{address.upper()}>") == number
        assert len(tokens.sign(number, "return address")) <= LONGEST_TOKEN

    def test_are_signed_for_this_alone(self):
        assert delivery_of(f"bounce+{tokens.sign(7)}@mail.example.jp") is None
        assert tokens.verify(tokens.sign(7, "return address")) is None
        assert delivery_of(BASE) is None
        assert delivery_of(return_address(BASE, 7).replace("7-", "8-")) is None


class TestNotice:
    @pytest.mark.parametrize(
        ("action", "status", "said", "heard"),
        [
            ("failed", "5.1.1", WORD, Heard(7, Receipt.BOUNCED, dead=True, word=WORD)),
            ("FAILED", "5.7.1", "554 refused", Heard(7, Receipt.BOUNCED, word="5.7.1 554 refused")),
            ("failed", "5.2.2", "552 5.2.2 full", Heard(7, Receipt.BOUNCED, word="552 5.2.2 full")),
            ("failed", "4.4.7", "", Heard(7, Receipt.RETURNED, word="4.4.7")),
            ("failed", "", "unknown user", Heard(7, Receipt.BOUNCED, dead=True, word="unknown user")),
            ("delayed", "4.4.1", "", None),
            ("relayed", "2.0.0", "", None),
            ("delivered", "2.0.0", "", Heard(7, Receipt.ARRIVED)),
        ],
    )
    def test_means(self, action, status, said, heard):
        raw = notice(7, action, status, said)
        assert heard_in(raw) == heard
        assert heard_in(raw.replace(b"\r\n", b"\n")) == heard
        assert heard_in(raw, return_address(BASE, 7), "") == heard

    def test_a_complaint(self):
        raw = SPAM.format(to=return_address(BASE, 7)).encode()
        assert heard_in(raw) == Heard(7, Receipt.ARRIVED, complained=True)
        assert heard_in(raw.replace(b"abuse", b"not-spam")) is None

    @pytest.mark.parametrize("subject", ["Delivery Status (Failure)", "=?utf-8?B?44Ko44Op44O844Oh44O844Or?="])
    def test_in_a_form_of_its_own_only_says_that_it_came_back(self, subject):
        heard = heard_in(plain(7, subject=subject))
        assert (heard.receipt, heard.dead) == (Receipt.RETURNED, False)
        assert heard.word.startswith("5.4.1 ")
        assert heard_in(plain(7, author="MAILER-DAEMON@example.jp")).receipt is Receipt.RETURNED
        assert heard_in(plain(7), return_address(BASE, 7), "").receipt is Receipt.RETURNED

    def test_the_answer_of_somebody_who_is_away_is_none(self):
        away = "Auto-Submitted: auto-replied\r\n"
        assert heard_in(plain(7, subject="Out of office", more=away), return_address(BASE, 7), "") is None
        assert (
            heard_in(plain(7, subject="Re: drill", author="p1@example.jp"), return_address(BASE, 7), "p1@x.jp") is None
        )

    def test_of_a_mail_that_we_never_sent_nothing_follows(self):
        assert heard_in(notice(7).replace(b"bounce+", b"bounce-")) is None
        assert heard_in(notice(7), "office@mail.example.jp", "") is None

    def test_only_its_own_head_says_of_which_mail_it_speaks(self):
        assert heard_in(b"To: office@example.jp\r\n\r\n" + notice(7)) is None

    @settings(max_examples=300)
    @given(raw=st.binary(max_size=400), cut=st.integers(0, 900), put=st.integers(0, 900))
    def test_any_bytes_are_survived(self, raw, cut, put):
        whole = notice(7)
        for mail in (raw, whole[:cut] + raw, whole[:put] + raw + whole[put:]):
            heard = heard_in(mail, return_address(BASE, 7), "")
            assert heard is None or heard.delivery_id == 7
            heard_in(mail)

    def test_a_huge_one_and_one_of_many_parts(self):
        heard_in(notice(7) + b"x" * 30_000_000)
        nested = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 4_000
        heard_in(b"To: " + return_address(BASE, 7).encode() + b"\r\n" + nested)


IMAP = {"by": "imap", "address": BASE, "imap_host": "imap.example.jp", "imap_user": USER, "imap_password": PASSWORD}


class TestSettings:
    """``delivery.edit_returns``."""

    def test_what_is_missing_is_named(self, administrator):
        with pytest.raises(Invalid) as refused:
            edit_returns(administrator, validated(ReturnFields, {"by": "imap", "address": BASE}))
        assert set(refused.value.fields) == {"imap_host", "imap_user", "imap_password"}
        with pytest.raises(Invalid):
            edit_returns(administrator, validated(ReturnFields, {"by": "lmtp"}))

    def test_the_password_is_nowhere_in_the_clear_and_stays_with_its_server(self, administrator, tx):
        row = edit_returns(administrator, validated(ReturnFields, IMAP))
        assert (row.has_password, PASSWORD in str(row)) == (True, False)
        assert PASSWORD.encode() not in tx.scalar(select(MailReturn.imap_password))
        other = {**IMAP, "imap_host": "evil.example.jp", "imap_password": "", "version": 1}
        with pytest.raises(Invalid) as refused:
            edit_returns(administrator, validated(ReturnFields, other))
        assert set(refused.value.fields) == {"imap_password"}
        with pytest.raises(Conflict):
            edit_returns(administrator, validated(ReturnFields, IMAP))

    def test_a_password_does_not_cross_the_network_in_the_clear(self, administrator):
        with pytest.raises(Invalid):
            edit_returns(administrator, validated(ReturnFields, {**IMAP, "imap_security": "none"}))

    @pytest.mark.parametrize("address", ["a" * 18 + "@example.jp", "a+b@example.jp"])
    def test_the_address_leaves_room_for_the_delivery_s_own(self, administrator, address):
        with pytest.raises(Invalid):
            edit_returns(administrator, validated(ReturnFields, {"by": "lmtp", "address": address}))


@pytest.fixture
def sent(live) -> Iterator[int]:
    """A mailing of two by SMTP with an address for returned mail; yields the first delivery."""
    with smtp_sink() as sink:
        with system() as tx:
            use_smtp(tx, sink.port)
            edit_returns(tx, validated(ReturnFields, {"by": "lmtp", "address": BASE}))
            make_crowd(tx, 2)
            open_one(tx)
        jobs.run_waiting_jobs()
        with system() as tx:
            ids = tx.execute(select(Delivery.id).order_by(Delivery.id)).scalars().all()
        assert {sender for sender, _to in sink.envelopes} == {return_address(BASE, one) for one in ids}
        assert {mail["from"] for mail in sink.taken} == {"見本事務局 <office@example.jp>"}
        yield ids[0]


def standing(delivery_id: int) -> tuple[DeliveryState, ContactState]:
    with system() as tx:
        return tuple(tx.execute(
            select(Delivery.state, ContactPoint.state).where(Delivery.id == delivery_id)
            .join(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
        ).one())  # fmt: skip


class TestLmtp:
    """A mail server on this machine hands over."""

    def test_what_comes_back_is_in_the_ledger_when_it_was_taken(self, sent):
        with desk() as port, smtplib.LMTP("127.0.0.1", port) as line:
            assert line.sendmail("", [return_address(BASE, sent)], notice(sent)) == {}
            assert standing(sent) == (DeliveryState.FAILED, ContactState.DEAD)
            assert line.sendmail("", [return_address(BASE, sent)], notice(sent)) == {}
        assert standing(sent + 1)[0] is DeliveryState.ACCEPTED

    def test_nothing_else_is_taken(self, sent):
        with desk() as port, smtplib.LMTP("127.0.0.1", port) as line:
            for address in ("office@mail.example.jp", BASE, f"bounce+{tokens.sign(sent)}@mail.example.jp"):
                with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                    line.sendmail("", [address], notice(sent))
                assert refused.value.recipients[address][0] == 550
            both = [return_address(BASE, sent), return_address(BASE, sent + 1)]
            assert line.sendmail("", both, notice(sent))[both[1]][0] == 452

    def test_what_cannot_be_written_now_comes_again(self, sent, monkeypatch):
        monkeypatch.setattr(lmtp, "take", None)
        with desk() as port, smtplib.LMTP("127.0.0.1", port) as line, pytest.raises(smtplib.SMTPDataError) as put_off:
            line.sendmail("", [return_address(BASE, sent)], notice(sent))
        assert put_off.value.smtp_code == 451

    def test_the_process_takes_mail_and_ends_when_it_is_told_to(self, sent):
        port = free_port()
        with python("manage.py", "lmtp", RENRAKU_LMTP=f"127.0.0.1:{port}") as process:
            until(lambda: accepts(port))
            with smtplib.LMTP("127.0.0.1", port) as line:
                line.sendmail("", [return_address(BASE, sent)], notice(sent))
            assert standing(sent) == (DeliveryState.FAILED, ContactState.DEAD)
            process.terminate()
            assert process.wait(10) == 0

    def test_by_a_socket(self, sent, tmp_path):
        place = str(tmp_path / "lmtp.sock")
        with desk(place), smtplib.LMTP(place) as line:
            assert line.sendmail("", [return_address(BASE, sent)], notice(sent, "delivered", "2.0.0", "")) == {}
        assert standing(sent)[0] is DeliveryState.DELIVERED


class TestImap:
    """A mailbox is read."""

    def set_up(self, mailbox, **other) -> None:
        with system() as tx:
            version = returns(tx, Nothing()).version
            given = {
                "by": "imap",
                "address": BASE,
                "imap_host": "127.0.0.1",
                "imap_port": mailbox.port,
                "imap_security": "none",
                "imap_user": USER,
                "imap_password": PASSWORD,
                "imap_folder": FOLDER,
            }
            edit_returns(tx, validated(ReturnFields, {**given, **other, "version": version}))

    def test_what_is_unread_is_taken_and_marked(self, sent):
        with imap_server() as mailbox:
            self.set_up(mailbox)
            mailbox.put(notice(sent))
            mailbox.put(b"Subject: an advertisement\r\n\r\n")
            read_returns()
            assert (mailbox.seen, mailbox.signed_in) == ({1, 2}, 1)
            assert standing(sent) == (DeliveryState.FAILED, ContactState.DEAD)
        with system() as tx:
            row = returns(tx, Nothing())
        assert (row.read_at is not None, row.trouble) == (True, None)

    def test_is_marked_only_when_it_stands_in_the_ledger(self, sent, monkeypatch):
        with imap_server() as mailbox:
            self.set_up(mailbox)
            mailbox.put(notice(sent))
            monkeypatch.setattr("services.delivery.receipts.imap.take", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                read_returns()
            assert mailbox.seen == set()
            monkeypatch.undo()

    def test_what_could_not_be_marked_is_read_again_and_changes_nothing(self, sent):
        with imap_server() as mailbox:
            self.set_up(mailbox)
            mailbox.put(notice(sent))
            mailbox.refuses = {"STORE"}
            read_returns()
            mailbox.refuses = set()
            read_returns()
            assert mailbox.seen == {1}
        assert standing(sent) == (DeliveryState.FAILED, ContactState.DEAD)

    @pytest.mark.parametrize("wrong", [{"imap_password": "other"}, {"imap_folder": "INBOX"}, {"imap_port": 1}])
    def test_what_does_not_work_is_said(self, sent, wrong):
        with imap_server() as mailbox:
            self.set_up(mailbox, **wrong)
            read_returns()
        with system() as tx:
            assert returns(tx, Nothing()).trouble
            said = [one.text for one in sender_to_mend(tx, WHOLE)]
            assert "返送メールのメールボックスを読み取れません" in said

    def test_nothing_is_read_while_it_is_handed_over(self, sent):
        with imap_server() as mailbox:
            self.set_up(mailbox, by="lmtp")
            read_returns()
            assert mailbox.signed_in == 0
        assert ReturnsBy.LMTP == "lmtp"


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def desk(place: str = "127.0.0.1:0") -> Iterator[int]:
    """Listen for the length of a test, in a loop of its own; yields the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(lmtp.listening(place), loop).result()
    name = server.sockets[0].getsockname()
    try:
        yield name[1] if isinstance(name, tuple) else 0
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def system():
    return transaction(Actor.system("test"))
