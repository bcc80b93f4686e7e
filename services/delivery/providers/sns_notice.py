"""Notices by Amazon SNS over HTTP(S): what AWS signed for us, and nothing else (署名の確認).

A notice names the certificate that it was signed with. It is fetched only from where AWS keeps such certificates, by
https, and kept; whoever sends notices of their own makes us fetch no more than a few a minute.
"""

import base64
import binascii
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from core import clock
from services.delivery.providers.base import ProviderDown

CERTIFICATES = re.compile(
    r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem"
)
CONFIRMATIONS = re.compile(
    r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?/\?Action=ConfirmSubscription&[!-~]{1,2000}"
)
HASHES = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - what topics of AWS sign with unless told otherwise
OLDEST = timedelta(minutes=75)
"""AWS tries for an hour at most; whatever is older was kept and is sent again by somebody else."""

NEWEST = timedelta(minutes=15)
SECONDS = 5.0
LARGEST_CERTIFICATE = 20_000
MOST_CERTIFICATES = 16
MOST_FETCHES, WITHIN = 10, timedelta(minutes=1)


class NoticeKind(StrEnum):
    """What SNS sends: a notice, or the question whether we want any."""

    NOTIFICATION = "Notification"
    SUBSCRIPTION = "SubscriptionConfirmation"
    UNSUBSCRIPTION = "UnsubscribeConfirmation"


SIGNED = {
    NoticeKind.NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    NoticeKind.SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    NoticeKind.UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


NEEDED = {
    "Type", "MessageId", "TopicArn", "Message", "Timestamp", "Signature", "SignatureVersion", "SigningCertURL",
}  # fmt: skip


class NotSigned(Exception):
    """It was not signed by AWS, or too long ago."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What AWS sent; ``confirm_url`` is opened to say that a subscription is wanted."""

    kind: NoticeKind
    id: str
    topic: str
    message: str
    confirm_url: str = ""


class Certificates:
    """The certificates that AWS signs with, by their address."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: OrderedDict[str, rsa.RSAPublicKey] = OrderedDict()
        self._fetched: list[datetime] = []
        self._one_at_a_time = Lock()

    def key(self, url: str) -> rsa.RSAPublicKey:
        """Return the public key of a certificate.

        Raises:
            NotSigned: when it does not lie where AWS keeps them, or is none.
            ProviderDown: when it cannot be fetched now.
        """
        if not CERTIFICATES.fullmatch(url):
            raise NotSigned("the certificate lies elsewhere")
        with self._one_at_a_time:
            found = self._keys.get(url)
            if found is None:
                found = self._keys[url] = _public_key(self._fetch(url))
                while len(self._keys) > MOST_CERTIFICATES:
                    self._keys.popitem(last=False)
            return found

    def _fetch(self, url: str) -> bytes:
        now = clock.now()
        self._fetched = [one for one in self._fetched if one > now - WITHIN]
        if len(self._fetched) >= MOST_FETCHES:
            raise ProviderDown("too many certificates at once")
        self._fetched.append(now)
        try:
            with httpx.stream("GET", url, timeout=SECONDS, follow_redirects=False) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST_CERTIFICATE:
                        raise NotSigned("this is no certificate")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderDown(str(error) or type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise ProviderDown(f"{answer.status_code} for the certificate")
        return body


known = Certificates()


def read(body: bytes) -> Notice:
    """Return the notice of a request's body, once it is sure that AWS signed it lately.

    Raises:
        NotSigned: when it is none, was not signed by AWS, or is too old. ProviderDown: when that cannot be said now.
    """
    said = _said(body)
    kind = NoticeKind(said["Type"])
    _require_recent(said["Timestamp"])
    text = "".join(f"{name}\n{said[name]}\n" for name in SIGNED[kind] if name in said)
    algorithm = HASHES.get(said["SignatureVersion"])
    if algorithm is None:
        raise NotSigned("another version of signatures")
    try:
        signature = base64.b64decode(said["Signature"], validate=True)
        key = known.key(said["SigningCertURL"])
        key.verify(signature, text.encode(), padding.PKCS1v15(), algorithm)
    except (binascii.Error, UnicodeEncodeError, ValueError, InvalidSignature) as error:
        raise NotSigned("the signature is wrong") from error
    return Notice(kind, said["MessageId"], said["TopicArn"], said["Message"], said.get("SubscribeURL", ""))


def confirm(notice: Notice) -> None:
    """Tell AWS that the notices of a topic are wanted.

    Raises:
        NotSigned: when that would lead elsewhere. ProviderDown: when AWS does not take it now.
    """
    if not CONFIRMATIONS.fullmatch(notice.confirm_url):
        raise NotSigned("the confirmation leads elsewhere")
    try:
        answer = httpx.get(notice.confirm_url, timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderDown(str(error) or type(error).__name__) from error
    if answer.status_code != httpx.codes.OK:
        raise ProviderDown(f"{answer.status_code} for the confirmation")


def _said(body: bytes) -> Mapping[str, str]:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotSigned("this is no JSON") from error
    if not isinstance(found, dict):
        raise NotSigned("this is no notice")
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    if not set(texts) >= NEEDED or texts["Type"] not in set(NoticeKind):
        raise NotSigned("this is no notice")
    return texts


def _require_recent(moment: str) -> None:
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise NotSigned("the time is none") from error
    if at.tzinfo is None or not clock.now() - OLDEST <= at <= clock.now() + NEWEST:
        raise NotSigned("it is too old")


def _public_key(pem: bytes) -> rsa.RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except ValueError as error:
        raise NotSigned("this is no certificate") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotSigned("this is no certificate of AWS")
    if not certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc:
        raise NotSigned("the certificate is out of date")
    return key
