"""The line to JMA (通信): one question after the other, with a limit on how long and how much each may be."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx
import structlog

from core import clock
from core.errors import Unavailable
from core.i18n import N_
from services.webhooks import Address, Guarded

STEP_SECONDS, WHOLE_SECONDS = 10.0, 30.0
"""For one step of an answer, and for all of it: a machine that answers byte by byte holds nobody up for long."""

MOST_REDIRECTS = 3
OK, NOT_MODIFIED = 200, 304
NO_ANSWER = N_("There is no connection to JMA's server ({host}). Look at the network of this machine.")
SLOW = N_("JMA's server ({host}) did not answer in time.")
BROKEN = N_("The connection to JMA's server ({host}) broke off.")
TOO_LARGE = N_("The answer of JMA's server is larger than {limit} MB, which it never is. It was not read.")
STATUS = N_("JMA's server ({host}) answered with an error ({code}).")
LEADS_AWAY = N_("The answer of JMA's server leads to another machine ({host}), where nothing is fetched.")
log = structlog.get_logger("safety")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said: the body (None: nothing new since), how old it is by the server, and the server's time."""

    body: bytes | None
    modified: str | None
    at: datetime


class _Timed(Guarded):
    """Connects to wherever the installation says the feeds are, which may be a mirror inside; ends in time."""

    def allows(self, address: Address) -> bool:  # noqa: ARG002 - the place is the installation's own choice
        """Say that it may be connected to."""
        return True


class Line:
    """Connections to one server, kept open for several questions. Every failure is Unavailable with a sentence."""

    def __init__(self, client: httpx.Client, timed: _Timed) -> None:
        """Take the client, and what ends its questions in time."""
        self._client = client
        self._timed = timed

    def get(self, url: httpx.URL | str, *, limit_mb: int, since: str | None = None) -> Answer:
        """Ask for an address; ``since`` is what the server said of its age the last time.

        Raises:
            Unavailable: when there is no whole answer of that size, or it is anything but the thing itself.
        """
        asked = httpx.URL(url)
        headers = {"if-modified-since": since} if since else {}
        self._timed.ends = time.monotonic() + WHOLE_SECONDS
        try:
            for _hop in range(MOST_REDIRECTS + 1):
                with self._client.stream("GET", asked, headers=headers) as answer:
                    if answer.next_request is None:
                        return _read(answer, limit_mb, since)
                    asked = _followed(asked, answer.next_request.url)
        except httpx.TimeoutException as error:
            raise Unavailable(SLOW, host=asked.host) from error
        except httpx.ConnectError as error:
            raise Unavailable(NO_ANSWER, host=asked.host) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            log.warning("an answer broke off", url=str(asked), error=type(error).__name__)
            raise Unavailable(BROKEN, host=asked.host) from error
        raise Unavailable(LEADS_AWAY, host=asked.host)


@contextmanager
def line() -> Iterator[Line]:
    """Open a line for one look."""
    timed = _Timed(plain=True)
    transport = httpx.HTTPTransport(trust_env=False)
    # httpx has no public way to say who connects; a test sees to it that this one does.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=timed
    )
    with httpx.Client(
        transport=transport, timeout=STEP_SECONDS, follow_redirects=False, trust_env=False,
        headers={"user-agent": "Renraku-Feeds/1"},
    ) as client:  # fmt: skip
        yield Line(client, timed)


def _followed(asked: httpx.URL, leads_to: httpx.URL) -> httpx.URL:
    if leads_to.host != asked.host or leads_to.scheme not in {asked.scheme, "https"}:
        raise Unavailable(LEADS_AWAY, host=leads_to.host)
    return leads_to


def _read(answer: httpx.Response, limit_mb: int, since: str | None) -> Answer:
    at = _time(answer.headers.get("date")) or clock.now()
    if answer.status_code == NOT_MODIFIED and since:
        return Answer(None, since, at)
    if answer.status_code != OK:
        raise Unavailable(STATUS, host=answer.url.host, code=answer.status_code)
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > limit_mb * 1024 * 1024:
            raise Unavailable(TOO_LARGE, limit=limit_mb)
    return Answer(bytes(body), answer.headers.get("last-modified"), at)


def _time(said: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(said or "")
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
