"""One attempt (送信): a POST with a limit on everything, and what came of it in words."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from core.i18n import N_
from services.webhooks.places import NOT_PUBLIC, Forbidden, Guarded

STEP_SECONDS = 5.0
WHOLE_SECONDS = 10.0
"""An attempt takes no longer, names looked up aside, however slowly the other side answers."""

LARGEST_ANSWER = 64 * 1024
OK, REDIRECTS, CLIENT, BUSY, SERVER = 200, 300, 400, 429, 500
WORDS = {
    "place": NOT_PUBLIC,
    "connect": N_("No connection could be made."),
    "slow": N_("There was no answer in time."),
    "broken": N_("The connection broke off."),
    "redirect": N_("The answer leads to another address. Redirects are not followed: enter the new address."),
    "refused": N_("The other system did not take it in."),
}


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; ``word`` is the message id of what went wrong, None: it was taken in.

    ``down``: it concerns the other system as a whole, and the next delivery would fare no better.
    """

    code: int | None
    milliseconds: int
    word: str | None
    down: bool = False


class Line:
    """Connections to one endpoint, for several attempts one after the other."""

    def __init__(self, url: str) -> None:
        """Take the address."""
        self._url = httpx.URL(url)
        self._guarded = Guarded(plain=self._url.scheme == "http")
        transport = httpx.HTTPTransport(trust_env=False)
        # httpx has no public way to say who connects; a test sees to it that this one does.
        transport._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=self._guarded
        )
        self._client = httpx.Client(
            transport=transport, timeout=STEP_SECONDS, follow_redirects=False, trust_env=False,
            headers={"user-agent": "Renraku-Webhook/1"},
        )  # fmt: skip

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Hang up."""
        self._client.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send once. Never raises for what the other side does."""
        began = time.monotonic()
        self._guarded.ends = began + WHOLE_SECONDS
        code, word = None, None
        try:
            code = self._exchange(body, headers)
        except Exception as error:  # noqa: BLE001 - an answer may be broken in any way; each is a failed attempt
            word = _word_of(error)
        milliseconds = round((time.monotonic() - began) * 1000)
        if code is None:
            return Outcome(None, milliseconds, word or WORDS["broken"], down=True)
        return Outcome(code, milliseconds, _word_for(code), down=code == BUSY or code >= SERVER)

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> int:
        sent = {"content-type": "application/json", **headers}
        with self._client.stream("POST", self._url, content=body, headers=sent) as answer:
            size = 0
            with suppress(httpx.TransportError):  # what counts is the answer's head, which is there
                for part in answer.iter_raw():  # read, so that the connection can be used again
                    size += len(part)
                    if size > LARGEST_ANSWER:
                        break
            return answer.status_code


def _word_of(error: Exception) -> str:
    if isinstance(error, Forbidden):
        return WORDS["place"]
    if isinstance(error, httpx.TimeoutException):
        return WORDS["slow"]
    return WORDS["connect"] if isinstance(error, httpx.ConnectError) else WORDS["broken"]


def _word_for(code: int) -> str | None:
    if OK <= code < REDIRECTS:
        return None
    return WORDS["redirect"] if REDIRECTS <= code < CLIENT else WORDS["refused"]
