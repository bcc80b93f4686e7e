"""One contract for all providers, then what SMTP answers mean, against a real server on loopback."""

import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data.models.delivery import Security
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.providers import LocalMailbox, ProviderDown, SmtpProvider, SmtpServer
from services.delivery.providers.smtp_line import tells_of_a_dead_address
from tests.smtp_sink import server_context, signs_in, smtp_sink

SKELETON = Skeleton(From("見本事務局", "office@example.jp"), "お知らせ", "{name} 様", {})


def mail(number: int, address: str | None = None) -> Mail:
    address = address or f"p{number}@example.jp"
    return SKELETON.letter(number, f"<m{number}@example.jp>", address, f"見本 {number}", {"name": f"見本 {number}"})


def provider_at(sink, **options) -> SmtpProvider:
    return SmtpProvider(SmtpServer("127.0.0.1", sink.port, Security.NONE), **options)


@pytest.fixture(params=["local", "smtp"])
def carried(request):
    """A provider, and a function that tells which recipients it served."""
    if request.param == "local":
        kept: dict[str, Mail] = {}
        store = lambda batch: kept.update({one.message_id: one for one in batch})  # noqa: E731
        yield LocalMailbox(store), lambda: [one.recipient for one in kept.values()]
        return
    with smtp_sink() as sink:
        provider = provider_at(sink)
        yield provider, lambda: sink.recipients
        provider.close()


class TestContract:
    def test_gives_one_outcome_for_each_mail_in_order(self, carried):
        provider, served = carried
        outcomes = list(provider.send([mail(n) for n in range(5)]))
        assert [(one.mail_id, one.accepted, one.word) for one in outcomes] == [(n, True, None) for n in range(5)]
        assert all(one.reference for one in outcomes)
        assert served() == [f"p{n}@example.jp" for n in range(5)]

    def test_an_empty_batch_is_nothing(self, carried):
        provider, served = carried
        assert (list(provider.send([])), served()) == ([], [])

    def test_can_be_used_after_it_was_closed(self, carried):
        provider, served = carried
        list(provider.send([mail(1)]))
        provider.close()
        provider.close()
        assert next(provider.send([mail(2)])).accepted
        assert len(served()) == 2

    def test_says_what_it_takes(self, carried):
        assert carried[0].limits.batch > 0
        assert carried[0].limits.per_second > 0


class TestSmtp:
    def test_what_arrives_reads_as_it_was_written(self):
        with smtp_sink() as sink:
            provider = provider_at(sink)
            assert next(provider.send([mail(1)])).reference == "250 2.0.0 Ok: queued as 4F3A"
            provider.close()
        got = sink.taken[0]
        assert (got["from"], got["to"]) == ("見本事務局 <office@example.jp>", "見本 1 <p1@example.jp>")
        assert (got["subject"], got.get_content()) == ("お知らせ", "見本 1 様\r\n")
        assert sink.envelopes == [("office@example.jp", "p1@example.jp")]

    def test_one_line_for_many_mails(self):
        with smtp_sink() as sink:
            provider = provider_at(sink)
            list(provider.send([mail(n) for n in range(10)]))
            list(provider.send([mail(n) for n in range(10, 20)]))
            provider.close()
        assert (len(sink.taken), sink.lines) == (20, 1)

    @pytest.mark.parametrize(
        ("who", "permanent", "dead", "word"),
        [
            ("unknown", True, True, "550 5.1.1 User unknown"),
            ("bounce", True, True, "550 No such user here"),
            ("policy", True, False, "554 5.7.1 Message rejected by policy"),
            ("later", False, False, "450 4.2.0 Greylisted, try again later"),
            ("content", True, False, "554 5.6.0 Content refused"),
            ("closing", False, False, "421 4.3.2 Closing"),
        ],
    )
    def test_a_refused_one_fails_alone(self, who, permanent, dead, word):
        with smtp_sink() as sink:
            provider = provider_at(sink)
            outcomes = list(provider.send([mail(1), mail(2, f"{who}@example.jp"), mail(3)]))
            provider.close()
        assert [one.accepted for one in outcomes] == [True, False, True]
        assert (outcomes[1].permanent, outcomes[1].dead, outcomes[1].word) == (permanent, dead, word)
        assert sink.recipients == ["p1@example.jp", "p3@example.jp"]

    def test_a_server_that_closes_after_some_mails_gets_a_new_line(self):
        with smtp_sink(closes_after=3) as sink:
            provider = provider_at(sink)
            outcomes = list(provider.send([mail(n) for n in range(10)]))
            provider.close()
        assert all(one.accepted for one in outcomes)
        assert (len(set(sink.message_ids)), len(sink.taken), sink.lines) == (10, 10, 4)

    def test_two_broken_lines_in_a_row_mean_the_server(self):
        with smtp_sink() as sink:
            provider = provider_at(sink)
            sending = provider.send([mail(1), mail(2, "closing1@example.jp"), mail(3, "closing2@example.jp"), mail(4)])
            assert [next(sending).accepted, next(sending).accepted] == [True, False]
            with pytest.raises(ProviderDown, match="421"):
                next(sending)

    @pytest.mark.parametrize("answer", ["550 5.7.1 Sender not allowed", "451 4.3.0 Busy", "530 5.7.0 Sign in first"])
    def test_a_refused_sender_means_everybody(self, answer):
        with smtp_sink(sender_answer=answer) as sink, pytest.raises(ProviderDown) as caught:
            list(provider_at(sink).send([mail(1)]))
        assert caught.value.word == answer

    def test_nobody_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        with pytest.raises(ProviderDown, match=rf"127\.0\.0\.1:{port}: .*refused"):
            list(SmtpProvider(SmtpServer("127.0.0.1", port, Security.NONE)).send([mail(1)]))

    def test_a_server_that_never_answers_is_given_up(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            provider = SmtpProvider(SmtpServer("127.0.0.1", silent.getsockname()[1], Security.NONE), timeout=0.3)
            began = time.monotonic()
            with pytest.raises(ProviderDown, match="timed out"):
                list(provider.send([mail(1)]))
            assert time.monotonic() - began < 5

    @pytest.mark.parametrize("challenge", [b"334 !!!notbase64\r\n", b"334 \xff\xfe\r\n", b"\x00\r\n"])
    def test_nonsense_at_the_sign_in_means_the_server(self, challenge):
        def serve():
            line, _ = server.accept()
            with line, line.makefile("rb") as said:
                line.sendall(b"220 here\r\n")
                said.readline()
                line.sendall(b"250-here\r\n250 AUTH CRAM-MD5\r\n")
                said.readline()
                line.sendall(challenge)
                said.readline()

        with socket.create_server(("127.0.0.1", 0)) as server:
            serving = threading.Thread(target=serve)
            serving.start()
            at = SmtpServer("127.0.0.1", server.getsockname()[1], Security.NONE, "me", "secret")
            with pytest.raises(ProviderDown):
                list(SmtpProvider(at, timeout=2).send([mail(1)]))
            serving.join(10)

    @pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
    def test_signs_in(self):
        with smtp_sink(authenticator=signs_in("me", "secret"), auth_require_tls=False, auth_required=True) as sink:
            right = SmtpServer("127.0.0.1", sink.port, Security.NONE, "me", "secret")
            with closing(SmtpProvider(right)) as provider:
                assert next(provider.send([mail(1)])).accepted
            wrong = SmtpServer("127.0.0.1", sink.port, Security.NONE, "me", "wrong")
            with pytest.raises(ProviderDown, match="535"):
                next(SmtpProvider(wrong).send([mail(1)]))

    def test_starttls_that_is_not_offered_is_not_done_without(self):
        with smtp_sink() as sink, pytest.raises(ProviderDown, match="STARTTLS"):
            next(SmtpProvider(SmtpServer("127.0.0.1", sink.port, Security.STARTTLS)).send([mail(1)]))
        assert sink.taken == []


class TestTls:
    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_trusts_a_certificate_that_the_machine_trusts(self, security, certificate, monkeypatch):
        with smtp_sink(**self.options(security, certificate)) as sink:
            server = SmtpServer("127.0.0.1", sink.port, security)
            with pytest.raises(ProviderDown, match="certificate verify failed"):
                next(SmtpProvider(server).send([mail(1)]))
            monkeypatch.setenv("SSL_CERT_FILE", certificate)
            provider = SmtpProvider(server)
            assert next(provider.send([mail(1)])).accepted
            provider.close()
        assert len(sink.taken) == 1

    def options(self, security, certificate):
        context = server_context(certificate)
        if security is Security.TLS:
            return {"ssl_context": context}
        return {"tls_context": context, "require_starttls": True}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "sink.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


@pytest.mark.parametrize(
    ("word", "dead"),
    [
        ("550 5.1.1 <a@example.jp>: Recipient address rejected: User unknown", True),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("550 5.2.1 The email account is disabled", True),
        ("550 Requested action not taken: mailbox does not exist", True),
        ("551 unknown user", True),
        ("550 5.7.1 Relaying denied, recipient unknown", False),
        ("552 5.2.2 Mailbox full", False),
        ("554 Transaction failed", False),
        ("550 5.4.1 Recipient address rejected: Access denied", False),
    ],
)
def test_which_refusals_tell_of_a_dead_address(word, dead):
    assert tells_of_a_dead_address(word) is dead
