"""A browser with its push service, for real: it takes what is handed in, checks who sends, and decrypts it.

It stands in for the services of Apple, Google and Mozilla, as RFC 8030, 8291 and 8292 say.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from core.clock import now
from tests.http_sink import Got, HttpSink, http_sink

SECRET = b"sixteen bytes ok"


@dataclass
class Phone:
    """A browser: what it gives when messages are allowed, and what was shown on it since."""

    sink: HttpSink
    name: str = "phone"
    code: int = 201
    shown: list[dict[str, Any]] = field(default_factory=list)
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def given(self) -> dict[str, str]:
        """Return its subscription as a form sends it."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"http://127.0.0.1:{self.sink.port}/push/{self.name}", "p256dh": _packed(point),
            "auth": _packed(SECRET),
        }  # fmt: skip

    def take(self, got: Got) -> tuple[int, dict[str, str], bytes]:
        """Take one message in, as the push service and then the browser do."""
        if self.code >= 300:
            return self.code, {}, b""
        said = signed_by(got)
        here = urlsplit(self.given["endpoint"])
        assert said["aud"] == f"{here.scheme}://{here.netloc}"
        assert now().timestamp() < said["exp"] <= now().timestamp() + 24 * 3600
        assert said["sub"].startswith("mailto:")
        assert (got.headers["content-encoding"], got.headers["urgency"]) == ("aes128gcm", "high")
        assert int(got.headers["ttl"]) > 0
        assert len(got.body) <= 4_096
        plain = http_ece.decrypt(got.body, private_key=self.private, auth_secret=SECRET)
        self.shown.append(json.loads(plain))
        return 201, {}, b""


def signed_by(got: Got) -> dict[str, Any]:
    """Return what the sender says of itself, with its signature checked by the key that it names."""
    scheme, _gap, rest = got.headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    point = urlsafe_b64decode(parts["k"] + "=")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims: dict[str, Any] = jwt.decode(parts["t"], ECKey.import_key(pem)).claims
    return claims | {"key": parts["k"]}


@contextmanager
def phone() -> Iterator[Phone]:
    """Run one. It can be reached only where the network of webhooks is allowed."""
    with http_sink() as sink:
        made = Phone(sink)
        sink.answer = made.take
        yield made


def _packed(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
