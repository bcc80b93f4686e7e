"""Web Push (ブラウザーのプッシュ通知): a message to the app on a phone, through the push service of its browser.

The browser says where messages for it are handed in, and with which keys they are encrypted (RFC 8291): its push
service carries what it cannot read. By the installation's own key (VAPID, RFC 8292) it knows who sends. Where to hand
in is said by whoever registers, so only public addresses are posted to, as with webhooks.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from core import clock
from services.delivery.providers.base import Outcome, short
from services.webhooks.post import Line

MOST_BYTES = 3_900
"""Of what is encrypted; push services take 4,096 with what is around it."""

KNOWN_FOR = timedelta(hours=12)
"""How long a push service takes our word for who sends; a day at most."""

NOT_THERE = frozenset({404, 410})
"""The app was removed, or its permission was taken back."""

LATER = frozenset({408, 425, 429})
REDIRECTS, SERVER = 300, 500
SECRET_BYTES = 16


@dataclass(frozen=True)
class Sender:
    """Who sends: the mail address for push services, and the installation's keys (the private one in PEM)."""

    contact: str
    public_key: str
    private_key: str


@dataclass(frozen=True)
class Subscription:
    """What a browser gave: where messages are handed in, its public key and its secret."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Push:
    """One message: title, text, and the page that opens when somebody taps it. It waits ``lasts`` for the phone."""

    title: str
    text: str
    url: str
    language: str
    lasts: timedelta


class WebPush:
    """Hands messages in, one request each."""

    def __init__(self, sender: Sender) -> None:
        """Take who sends."""
        self._sender = sender

    def send(self, push: Push, to: Subscription) -> Outcome:
        """Hand one message in and return what became of it (``mail_id`` is 0). Never raises for the other side."""
        body = http_ece.encrypt(
            _written(push),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=unpacked(to.p256dh), auth_secret=unpacked(to.auth),
        )  # fmt: skip
        with Line(to.endpoint) as line:
            answer = line.post(body, self._headers(push, to.endpoint))
        if answer.code is None:
            return Outcome(0, accepted=False, word=answer.word)
        return _outcome(answer.code)

    def _headers(self, push: Push, endpoint: str) -> Mapping[str, str]:
        return {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(int(push.lasts.total_seconds())),
            "urgency": "high",
            "authorization": f"vapid t={self._token(endpoint)}, k={self._sender.public_key}",
        }

    def _token(self, endpoint: str) -> str:
        place = httpx.URL(endpoint)
        claims = {
            "aud": f"{place.scheme}://{place.netloc.decode()}",
            "exp": int((clock.now() + KNOWN_FOR).timestamp()),
            "sub": f"mailto:{self._sender.contact}",
        }
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(self._sender.private_key))


def packed(value: bytes) -> str:
    """Write a key as browsers do: base64 for addresses, without its padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unpacked(value: str) -> bytes:
    """Return the bytes of a key as browsers write it: base64 for addresses, without its padding.

    Raises:
        ValueError: when it is not written so.
    """
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _written(push: Push) -> bytes:
    said = {"title": short(push.title), "body": push.text, "url": push.url, "lang": push.language}
    while len(written := json.dumps(said, ensure_ascii=False).encode()) > MOST_BYTES and said["body"]:
        said["body"] = said["body"][: len(said["body"]) * 9 // 10]  # letters, never a part of one
    return written


def _outcome(code: int) -> Outcome:
    if code < REDIRECTS:
        return Outcome(0, accepted=True, reference=str(code))
    gone = code in NOT_THERE
    for_now = code in LATER or code >= SERVER
    return Outcome(0, accepted=False, permanent=not for_now, dead=gone, word=str(code))
