"""SNS on loopback: signs notices with a certificate of its own, and takes confirmations of subscriptions."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from core import clock
from services.delivery.providers import sns_notice
from services.delivery.providers.sns_notice import SIGNED, Certificates, NoticeKind
from tests.http_sink import HttpSink, http_sink

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:renraku"
HASHES = {"1": SHA1(), "2": SHA256()}
PEM = "/SimpleNotificationService-0123456789abcdef.pem"


@dataclass
class Sns:
    """The service: ``sink`` is what it was asked over HTTP."""

    sink: HttpSink
    key: rsa.RSAPrivateKey
    numbers: int = 0
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return where it keeps its certificate."""
        return f"http://127.0.0.1:{self.sink.port}"

    def notice(
        self, message: object = "", *, kind: NoticeKind = NoticeKind.NOTIFICATION, version: str = "1",
        at: datetime | None = None, **other: str,
    ) -> bytes:  # fmt: skip
        """Return a signed notice; ``other`` replaces single fields before it is signed."""
        self.numbers += 1
        moment = (at or clock.now()).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {
            "Type": kind.value, "MessageId": f"n{self.numbers}", "TopicArn": TOPIC, "Timestamp": moment,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "SignatureVersion": version, "SigningCertURL": f"{self.place}{PEM}",
        }  # fmt: skip
        if kind is not NoticeKind.NOTIFICATION:
            said |= {"Token": "t1", "SubscribeURL": f"{self.place}/?Action=ConfirmSubscription&Token=t1"}
        said |= other
        text = "".join(f"{name}\n{said[name]}\n" for name in SIGNED[kind] if name in said)
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), HASHES[version])
        return json.dumps({**said, "Signature": base64.b64encode(signature).decode()}).encode()


@contextmanager
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sns]:
    """Run it, and have notices believed that it signs."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=900)).not_valid_after(now + timedelta(days=900))
        .sign(key, SHA256()).public_bytes(Encoding.PEM)
    )  # fmt: skip
    with http_sink() as sink:
        sink.answer = lambda got: (200, {}, certificate if got.path.endswith(".pem") else b"<ok/>")
        place = re.escape(f"http://127.0.0.1:{sink.port}")
        pem = re.compile(place + r"/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem")
        monkeypatch.setattr(sns_notice, "CERTIFICATES", pem)
        monkeypatch.setattr(sns_notice, "CONFIRMATIONS", re.compile(place + r"/\?Action=ConfirmSubscription&[!-~]+"))
        monkeypatch.setattr(sns_notice, "known", Certificates())
        yield Sns(sink, key)
