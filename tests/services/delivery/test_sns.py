"""SMS by Amazon SNS against moto's server on loopback, what each part costs, and the month's limit (X02, X08)."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.backends import get_backend
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from core import jobs
from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing, validated
from data.models.channels import SmsMonth, SmsSender
from services.delivery import Sms, edit_sms, send_test_sms, sms_cause, sms_settings
from services.delivery.providers import ProviderDown
from services.delivery.providers.aws import MAYBE_SENT
from services.delivery.providers.sns import SnsAccount, SnsProvider
from services.delivery.sms_cost import OVER, Booking, parts_of
from services.delivery.sms_settings import SmsFields
from services.delivery.trial_channels import TestSms
from tests.http_sink import http_sink

ACCOUNT = SnsAccount("ap-northeast-1", "AKIAEXAMPLE", "himitsu-8341", "Renraku")
SETTINGS = {"region": ACCOUNT.region, "access_key_id": ACCOUNT.access_key_id, "secret_key": ACCOUNT.secret_key,
            "monthly_cap_yen": 25}  # fmt: skip
SMS = Sms("+819012345678", "テストです。", "r1")


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """AWS on loopback."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto, monkeypatch) -> dict[str, tuple[str, str]]:
    """Point boto3 at it; what it took: ``(number, text)`` by the id that it gave."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", moto)
    taken = get_backend("sns")["123456789012"][ACCOUNT.region].sms_messages
    taken.clear()
    return taken


def answering(monkeypatch, sink, code: int, word: str, message: str) -> None:
    """Let something answer like AWS."""
    said = f"<Error><Type>Sender</Type><Code>{word}</Code><Message>{message}</Message></Error>"
    body = f"<ErrorResponse>{said}</ErrorResponse>"
    sink.answer = lambda _got: (code, {"content-type": "text/xml"}, body.encode())
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{sink.port}")


class TestProvider:
    """What becomes of a message."""

    def test_goes_out_with_number_text_and_reference(self, aws):
        outcome = SnsProvider(ACCOUNT).send(SMS)
        assert outcome.accepted
        assert aws == {outcome.reference: (SMS.number, SMS.text)}

    def test_a_number_that_aws_does_not_take_fails_alone_and_for_good(self, aws):
        outcome = SnsProvider(ACCOUNT).send(Sms("090-1234", "x", "r"))
        assert (outcome.accepted, outcome.permanent) == (False, True)
        assert outcome.word.startswith("InvalidParameter")
        assert not aws

    @pytest.mark.parametrize(
        ("code", "word", "said"),
        [
            (403, "InvalidClientTokenId", "アクセスキーID"), (403, "SignatureDoesNotMatch", "シークレットアクセスキー"),
            (403, "AuthorizationError", "sns:Publish"), (429, "Throttled", "送信速度"),
            (500, "InternalError", "InternalError"),
        ],
    )  # fmt: skip
    def test_what_concerns_the_account_means_that_nothing_goes_out(self, monkeypatch, code, word, said):
        with http_sink() as sink:
            answering(monkeypatch, sink, code, word, "no")
            with pytest.raises(ProviderDown) as down:
                SnsProvider(ACCOUNT).send(SMS)
        assert said in sms_cause(down.value.word)
        assert len(sink.got) == 1, "a message is never sent again by itself"

    def test_who_refused_sms_is_told_of_for_good(self, monkeypatch):
        with http_sink() as sink:
            answering(monkeypatch, sink, 400, "OptedOut", "opted out")
            assert SnsProvider(ACCOUNT).send(SMS).permanent

    def test_nobody_there(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{port}")
        with pytest.raises(ProviderDown) as down:
            SnsProvider(ACCOUNT).send(SMS)
        assert "接続できません" in sms_cause(down.value.word)

    def test_an_answer_that_nobody_can_read_may_have_been_a_yes(self, monkeypatch):
        with http_sink() as sink:
            sink.answer = lambda _got: (200, {"content-type": "text/html"}, b"<html>sign in to the network")
            monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{sink.port}")
            assert SnsProvider(ACCOUNT).send(SMS).word == MAYBE_SENT

    def test_no_answer_may_have_been_sent_and_is_not_tried_again(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{silent.getsockname()[1]}")
            outcome = SnsProvider(ACCOUNT, read_seconds=0.2).send(SMS)
        assert (outcome.accepted, outcome.permanent, outcome.word) == (False, True, MAYBE_SENT)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 1), ("あ" * 70, 1), ("あ" * 71, 2), ("あ" * 134, 2), ("あ" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2),
     ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("a" * 306, 2), ("a" * 307, 3)],
)  # fmt: skip
def test_texts_are_charged_in_parts(text, parts):
    assert parts_of(text) == parts


class TestBooking:
    """What is booked to the month, and its limit."""

    def booked(self) -> tuple[int, int] | None:
        """Return parts and yen of the only month."""
        with system() as tx:
            row = tx.scalar(select(SmsMonth))
            return (row.parts, row.yen) if row else None

    def test_nothing_goes_out_beyond_the_limit(self, live, aws):
        booking = Booking(SnsProvider(ACCOUNT), price=10, cap=25)
        outcomes = [booking.send(SMS), booking.send(SMS), booking.send(SMS)]
        assert [one.accepted for one in outcomes] == [True, True, False]
        assert outcomes[2].word == OVER
        assert (len(aws), self.booked()) == (2, (2, 20))

    def test_many_at_once_do_not_go_beyond_it_together(self, live, aws):
        send = lambda _at: Booking(SnsProvider(ACCOUNT), price=10, cap=25).send(SMS).accepted  # noqa: E731
        with ThreadPoolExecutor(4) as several:
            assert sorted(several.map(send, range(4))) == [False, False, True, True]
        assert self.booked() == (2, 20)

    def test_what_was_not_sent_costs_nothing_and_what_may_have_been_does(self, live, aws, monkeypatch):
        Booking(SnsProvider(ACCOUNT), price=10, cap=100).send(Sms("090", "x", "r"))
        assert self.booked() == (0, 0)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{silent.getsockname()[1]}")
            Booking(SnsProvider(ACCOUNT, read_seconds=0.2), price=10, cap=100).send(SMS)
        assert self.booked() == (1, 10)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
        with pytest.raises(ProviderDown):
            Booking(SnsProvider(ACCOUNT), price=10, cap=100).send(SMS)
        assert self.booked() == (1, 10)
        assert not Booking(SnsProvider(ACCOUNT), price=1_000, cap=100).send(SMS).accepted


class TestTestSms:
    """``delivery.send_test_sms``: for real, by the worker."""

    def test_X02_the_page_can_tell_what_came_of_it_and_what_it_cost(self, live, aws):
        with system() as tx:
            edit_sms(tx, validated(SmsFields, SETTINGS))
            assert send_test_sms(tx, TestSms(number="090-1234-5678")).testing
        jobs.run_waiting_jobs()
        with system() as tx:
            found = sms_settings(tx, Nothing())
            stored = tx.scalar(select(SmsSender))
        assert (found.testing, found.test_accepted, found.test_number) == (False, True, "+819012345678")
        assert found.test_word in aws
        assert (found.month_parts, found.month_yen) == (1, 10)
        assert not stored.enabled, "a test needs no switch"

    def test_a_wrong_key_is_said_in_words(self, live, monkeypatch):
        with http_sink() as sink:
            answering(monkeypatch, sink, 403, "InvalidClientTokenId", "invalid")
            with system() as tx:
                edit_sms(tx, validated(SmsFields, SETTINGS))
                send_test_sms(tx, TestSms(number="09012345678"))
            jobs.run_waiting_jobs()
        with system() as tx:
            found = sms_settings(tx, Nothing())
        assert found.test_accepted is False
        assert "アクセスキーID" in sms_cause(found.test_word)
        assert found.month_yen == 0


def system():
    return transaction(Actor.system("test"))
