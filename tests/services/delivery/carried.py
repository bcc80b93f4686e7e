"""Every carrier with the other side on loopback: who was served, what is refused, and a way to take it down."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from data.models.delivery import Security
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.providers import LocalMailbox, SmtpProvider, SmtpServer
from services.delivery.providers.aws import AwsKey
from services.delivery.providers.base import Note
from services.delivery.providers.line_messages import LineNotes
from services.delivery.providers.ses import SesAccess, SesProvider
from services.delivery.providers.short import AppNotes, SmsNotes
from services.delivery.providers.sms import LocalSmsBox
from services.delivery.providers.sns import SnsAccount, SnsProvider
from services.delivery.providers.webpush import Sender, WebPush, packed
from services.delivery.tokens import retry_key
from tests.http_sink import Got, HttpSink, http_sink
from tests.push_service import Phone
from tests.smtp_sink import smtp_sink

OFFICE = From("見本事務局", "office@example.jp", "reply@example.jp")
SKELETON = Skeleton(OFFICE, "お知らせ", "{name} 様 {{text}} <b>", {}, returns="")
MAILING = 5
Said = tuple[int, dict[str, str], bytes]


@dataclass
class Rig:
    """A carrier and its other side; addresses that begin with one of ``refuses`` are refused, or put off (``later``).

    ``keyed``: what comes again is taken once.
    """

    carrier: Any
    message: Callable[[int, str], Any]
    refuses: tuple[str, ...] = ()
    keyed: bool = False
    took: list[str] = field(default_factory=list)
    down: bool = False
    sink: HttpSink | None = None
    keys: set[str] = field(default_factory=set)

    def send(self, *kinds: str, first: int = 1) -> list[Any]:
        """Send a message of each kind and return the outcomes by number."""
        messages = [self.message(number, kind) for number, kind in enumerate(kinds, first)]
        return sorted(self.carrier.send(messages), key=lambda one: one.mail_id)


def mail(number: int, kind: str) -> Mail:
    """Return a mail of the ledger; the address begins with its kind."""
    name = f"見本 {number}"
    return SKELETON.letter(number, f"<m{number}@example.jp>", f"{kind}{number}@example.jp", name, {"name": name})


def note(number: int, kind: str, *, text: str = "訓練です", personal: bool = False, **more: Any) -> Note:
    """Return a short message."""
    link = f"http://localhost/r/{number}"
    return Note(number, f"{kind}{number}", "訓練", text, link, retry_key(number), MAILING, personal, **more)


@contextmanager
def local_mailbox() -> Iterator[Rig]:
    """The mailbox on this machine."""
    rig = Rig(None, mail, keyed=True)
    rig.carrier = LocalMailbox(lambda batch: _once(rig, [(one.message_id, one.recipient) for one in batch]))
    yield rig


@contextmanager
def local_sms() -> Iterator[Rig]:
    """SMS that stay on this machine."""
    rig = Rig(None, note, keyed=True)
    rig.carrier = SmsNotes(LocalSmsBox(lambda sms: _once(rig, [(sms.ref, sms.number)])))
    yield rig


def _once(rig: Rig, keyed: list[tuple[str, str]]) -> None:
    for key, address in keyed:
        if key not in rig.keys:
            rig.keys.add(key)
            rig.took.append(address)


@contextmanager
def smtp() -> Iterator[Rig]:
    """A mail server."""
    with smtp_sink() as sink:
        provider = SmtpProvider(SmtpServer("127.0.0.1", sink.port, Security.NONE))
        rig = Rig(provider, mail, refuses=("policy", "later"))

        async def taken(server: Any, session: Any, envelope: Any) -> str:
            rig.took.append(envelope.rcpt_tos[0])
            return "250 2.0.0 Ok: queued as 4F3A"

        async def begun(server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
            envelope.mail_from = address
            return "451 4.3.0 Busy" if rig.down else "250 OK"

        sink.handle_DATA, sink.handle_MAIL = taken, begun
        yield rig
        provider.close()


@contextmanager
def ses() -> Iterator[Rig]:
    """SendBulkEmail of Amazon SES."""
    with http_sink() as sink, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{sink.port}")
        access = SesAccess(AwsKey("ap-northeast-1", "AKIAEXAMPLE", "himitsu"), "renraku")
        rig = Rig(SesProvider(access, OFFICE), mail, refuses=("policy", "broken", "later"), sink=sink)
        sink.answer = lambda got: _ses(rig, got)
        yield rig
        rig.carrier.close()


STATUSES = {
    "policy": "MESSAGE_REJECTED", "later": "TRANSIENT_FAILURE", "quota": "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    "sender": "MESSAGE_REJECTED",
}  # fmt: skip


def _ses(rig: Rig, got: Got) -> Said:
    assert got.path == "/v2/email/outbound-bulk-emails"
    if rig.down:
        return _json(429, {"__type": "TooManyRequestsException", "message": "Maximum sending rate exceeded."})
    addresses = [
        one["Destination"]["ToAddresses"][0].rpartition("<")[2].rstrip(">")
        for one in json.loads(got.body)["BulkEmailEntries"]
    ]
    assert len(addresses) <= 50
    if any(one.startswith("broken") for one in addresses):
        return _json(400, {"__type": "BadRequestException", "message": "Illegal address"})
    results = []
    for address in addresses:
        status = STATUSES.get(address.partition("@")[0].rstrip("0123456789"))
        said = "Email address is not verified: office@example.jp" if address.startswith("sender") else "no"
        results.append({"Status": status, "Error": said} if status else {"Status": "SUCCESS", "MessageId": "ses-1"})
        rig.took.extend([] if status else [address])
    return _json(200, {"BulkEmailEntryResults": results})


@contextmanager
def sns() -> Iterator[Rig]:
    """SMS by Amazon SNS."""
    with http_sink() as sink, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{sink.port}")
        account = SnsAccount("ap-northeast-1", "AKIAEXAMPLE", "himitsu")
        rig = Rig(SmsNotes(SnsProvider(account)), note, refuses=("optedout",), sink=sink)
        sink.answer = lambda got: _sns(rig, got)
        yield rig
        rig.carrier.close()


def _sns(rig: Rig, got: Got) -> Said:
    said = parse_qs(got.body.decode())
    number = said["PhoneNumber"][0]
    body = f"<PublishResponse><PublishResult><MessageId>id-{number}</MessageId></PublishResult></PublishResponse>"
    if rig.down or number.startswith("optedout"):
        word = "Throttled" if rig.down else "OptedOut"
        body = f"<ErrorResponse><Error><Code>{word}</Code><Message>no</Message></Error></ErrorResponse>"
        return 400, {"content-type": "text/xml"}, body.encode()
    assert "/r/" in said["Message"][0]
    rig.took.append(number)
    return 200, {"content-type": "text/xml"}, body.encode()


@contextmanager
def line(*, personal: bool = False) -> Iterator[Rig]:
    """LINE: each retry key once, and nothing for a call with an id that is none."""

    def message(number: int, kind: str) -> Note:
        return note(number, kind, personal=personal, text=f"訓練 {number}" if personal else "訓練です")

    with http_sink() as sink:
        carrier = LineNotes("token", f"http://127.0.0.1:{sink.port}")
        rig = Rig(carrier, message, refuses=("bad",), keyed=True, sink=sink)
        sink.answer = lambda got: _line(rig, got)
        yield rig
        carrier.close()


def _line(rig: Rig, got: Got) -> Said:
    assert got.headers["authorization"] == "Bearer token"
    if rig.down:
        return _json(500, {"message": "Internal error"})
    said, key = json.loads(got.body), got.headers["x-line-retry-key"]
    people = said["to"] if isinstance(said["to"], list) else [said["to"]]
    assert len(people) == len(set(people)) <= 500
    if any(one.startswith("bad") for one in people):
        details = [{"message": "The value is invalid", "property": "to"}]
        return _json(400, {"message": "The request body has 1 error(s)", "details": details})
    if key in rig.keys:
        return _json(409, {"message": "Already accepted"}, **{"x-line-accepted-request-id": "first"})
    rig.keys.add(key)
    rig.took.extend(people)
    return _json(200, {}, **{"x-line-request-id": f"request-{len(rig.keys)}"})


@contextmanager
def app() -> Iterator[Rig]:
    """The push services of phones, all at one place."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = packed(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    with http_sink() as sink:
        given = Phone(sink).given
        place = given["endpoint"].rpartition("/")[0]

        def message(number: int, kind: str) -> Note:
            return note(number, kind, subscription={**given, "endpoint": f"{place}/{kind}{number}"})

        rig = Rig(AppNotes(WebPush(Sender("somu@example.jp", public, private))), message, ("gone", "later"), sink=sink)
        sink.answer = lambda got: _push(rig, got)
        yield rig


def _push(rig: Rig, got: Got) -> Said:
    address = got.path.rpartition("/")[2]
    code = {"gone": 410, "later": 503}.get(address.rstrip("0123456789"), 201)
    rig.took.extend([address] if code == 201 else [])
    return code, {}, b""


def _json(code: int, said: object, **headers: str) -> Said:
    return code, {"content-type": "application/json", **headers}, json.dumps(said).encode()


CARRIERS: dict[str, Callable[[], Any]] = {
    "local mailbox": local_mailbox, "smtp": smtp, "ses": ses, "local sms": local_sms, "sns": sns, "line": line,
    "line, personal": lambda: line(personal=True), "app": app,
}  # fmt: skip
FALLS = ("smtp", "ses", "sns", "line", "line, personal")
"""Who can be down as a whole; of phones each has a push service of its own."""
