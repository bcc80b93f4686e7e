"""HTTP to a vendor: what is refused, what has to wait, what is tried again, and what is no answer at all."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from core import clock
from services.directory.sources.errors import broken, busy, refused

T = TypeVar("T")
STEP_SECONDS = 30.0
PAUSES = (0.5, 2.0)
"""Between the tries, in seconds, when a vendor stumbles. Longer outages are waited out by the next run."""

LARGEST_ANSWER = 64 * 1024 * 1024
UNSAID_WAIT, LONGEST_WAIT = 60, 24 * 60 * 60
"""Seconds to wait when a vendor does not say how long, and the most that is believed."""

STUMBLES = {500, 502, 504}
BUSY = {429, 503}
LIMITS = ("x-ratelimit", "x-rate-limit", "x-intensive-rate-limit")
"""How the headers begin that tell of a limit: freee; SmartHR, and SmartHR again for what costs it more."""


Params = Mapping[str, str | int]
Many = Annotated[tuple[T, ...], BeforeValidator(lambda said: () if said is None else said)]
"""Several of one kind; left out and null both mean that there are none."""


class Said(BaseModel):
    """A part of an answer as the vendor documents it; what it says besides is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


@dataclass(frozen=True)
class Answer:
    """One answer, read to its end."""

    code: int
    headers: Mapping[str, str]
    body: bytes


class Signs:
    """Signs requests (認証): headers that stay the same. Other ways get new ones when ``anew``."""

    renewable = False

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Take the headers."""
        self._headers = headers

    def headers(self, *, anew: bool) -> Mapping[str, str]:  # noqa: ARG002 - others need it
        """Return the headers of the next request; ``anew``: the last ones were not accepted."""
        return self._headers


class Web:
    """Asks one vendor."""

    def __init__(
        self,
        client: httpx.Client,
        vendor: str,
        base_url: str,
        signs: Signs,
        is_limit: Callable[[Answer], bool] = lambda _: False,
    ) -> None:
        """Take the client, where the vendor is, and how requests are signed.

        ``is_limit``: says of a 403 that it is a limit and no refusal, for vendors that say so in its body.
        """
        self.vendor = vendor
        self.base_url = base_url.rstrip("/")
        self._client = client
        self._signs = signs
        self._is_limit = is_limit

    def get(self, path: str, params: Params, shape: TypeAdapter[T]) -> tuple[T, Mapping[str, str]]:
        """Ask for a path and return what it said, with the headers.

        Raises:
            SourceRefused: 401 or 403.
            SourceBusy: 429 or 503.
            SourceBroken: anything else that is not the documented answer.
        """
        return self._read(httpx.URL(self.base_url + path, params=dict(params)), shape)

    def follow(self, url: str, shape: TypeAdapter[T]) -> T:
        """Ask for an address that the vendor gave us for the next page. Raises the same.

        It must lie where the vendor is: our token goes along.
        """
        if not url.startswith(f"{self.base_url}/"):
            raise broken(self.vendor, "the next page lies elsewhere")
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise broken(self.vendor, "the next page has no usable address") from error
        return self._read(parts, shape)[0]

    def _read(self, url: httpx.URL, shape: TypeAdapter[T]) -> tuple[T, Mapping[str, str]]:
        answer = self._ask(url, anew=False)
        if answer.code == 401 and self._signs.renewable:
            answer = self._ask(url, anew=True)
        refuse(self.vendor, answer, self._is_limit)
        return parsed(self.vendor, answer, shape), answer.headers

    def _ask(self, url: httpx.URL, *, anew: bool) -> Answer:
        headers = {"accept": "application/json", **self._signs.headers(anew=anew)}
        for pause in (*PAUSES, None):
            try:
                answer = exchange(self._client, self.vendor, "GET", url, headers=headers)
            except httpx.TransportError as error:
                reason = type(error).__name__
            else:
                if answer.code not in STUMBLES:
                    return answer
                reason = f"status {answer.code}"
            if pause is not None:
                time.sleep(pause)
        raise broken(self.vendor, reason)


def exchange(client: httpx.Client, vendor: str, method: str, url: httpx.URL | str, **sent: Any) -> Answer:
    """Ask once and read the answer to its end.

    Raises:
        SourceBroken: when it is larger than anything documented.
        httpx.TransportError: when there is none.
    """
    # A redirect is never followed: it would take our token elsewhere.
    with client.stream(method, url, timeout=STEP_SECONDS, follow_redirects=False, **sent) as response:
        body = bytearray()
        try:
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise broken(vendor, "the answer is too large")
        except httpx.DecodingError as error:
            raise broken(vendor, "the answer is not what its encoding says") from error
        return Answer(response.status_code, response.headers, bytes(body))


def refuse(vendor: str, answer: Answer, is_limit: Callable[[Answer], bool] = lambda _: False) -> None:
    """Raise what an answer other than 200 means."""
    if answer.code in BUSY or (answer.code == 403 and is_limit(answer)):
        raise busy(vendor, wait_of(answer.headers))
    if answer.code in {401, 403}:
        raise refused(vendor)
    if answer.code != 200:
        raise broken(vendor, f"status {answer.code}")


def parsed(vendor: str, answer: Answer, shape: TypeAdapter[T]) -> T:
    """Return what an answer says.

    Raises:
        SourceBroken: when it does not have the documented shape.
    """
    try:
        return shape.validate_json(answer.body)
    except ValidationError as error:
        # Of the error only its places: its text repeats what was sent, and that is people's data.
        where = {".".join(str(part) for part in one["loc"]) or one["type"] for one in error.errors(include_input=False)}
        raise broken(vendor, f"not as documented: {', '.join(sorted(where)[:5])}") from None


def wait_of(headers: Mapping[str, str]) -> int:
    """Return for how many seconds the vendor asks us to wait."""
    said = [_seconds(headers["retry-after"])] if "retry-after" in headers else []
    # Of several limits those count that are used up.
    said += [
        _seconds(headers[f"{limit}-reset"], until=True)
        for limit in LIMITS
        if f"{limit}-reset" in headers and headers.get(f"{limit}-remaining", "0").strip() in {"0", ""}
    ]
    known = [seconds for seconds in said if seconds is not None]
    return min(max([*known, 1]) if known else UNSAID_WAIT, LONGEST_WAIT)


def _seconds(text: str, *, until: bool = False) -> int | None:
    text = text.strip()
    if text.isdecimal():
        number = int(text)
        # A reset is told as a moment in seconds since 1970 by some, as a span by others; no span is that long.
        return number - int(clock.now().timestamp()) + 1 if until and number > 10**9 else number
    moment = _moment(text)
    return None if moment is None else int((moment - clock.now()).total_seconds()) + 1


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text.removesuffix(" UTC"))
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def filled(text: str | None) -> str | None:
    """Return a text without blanks around it; None when nothing is left: vendors say "empty" in both ways."""
    return (text or "").strip() or None
