"""Tokens that last a while (OAuth 2.0): fetched when first needed, and again when they have run out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from pydantic import TypeAdapter

from core import clock
from services.directory.sources.errors import broken, refused
from services.directory.sources.web import Said, Signs, exchange, parsed, refuse

EARLY = timedelta(minutes=5)
"""A token is not used when it has less than this left: a request may take a while to arrive."""


class SaidToken(Said):
    """What a token endpoint answers (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None


@dataclass(frozen=True)
class Token:
    """An access token and until when it is good."""

    value: str
    until: datetime


class Tokens(Signs):
    """Signs requests with a token from the vendor's token endpoint."""

    renewable = True

    def __init__(
        self,
        client: httpx.Client,
        vendor: str,
        url: str,
        form: Callable[[], Mapping[str, str]],
        *,
        kept: Token | None = None,
        got: Callable[[SaidToken, Token], None] = lambda _said, _token: None,
    ) -> None:
        """Take where tokens come from and what is sent for one.

        ``kept``: a token from an earlier time; ``got`` is called with each new one, before it is used.
        """
        self._client, self._vendor, self._url = client, vendor, url
        self._form, self._token, self._got = form, kept, got

    def headers(self, *, anew: bool) -> Mapping[str, str]:
        """Return the header with a token that is still good.

        Raises:
            SourceRefused: when none is given to us.
            SourceBusy: when we have to wait for one.
            SourceBroken: when there is no usable answer.
        """
        token = self._token
        if anew or token is None or token.until - EARLY <= clock.now():
            token = self._token = self._fetched()
        return {"authorization": f"Bearer {token.value}"}

    def _fetched(self) -> Token:
        # Asked once only: a refresh token that was taken in, but whose answer was lost, must not be sent a second time.
        try:
            answer = exchange(self._client, self._vendor, "POST", self._url, data=dict(self._form()))
        except httpx.TransportError as error:
            raise broken(self._vendor, f"token: {type(error).__name__}") from error
        if answer.code == 400:
            # invalid_grant, invalid_client and their like (RFC 6749, 5.2): all are for the administrator to mend.
            raise refused(self._vendor)
        refuse(self._vendor, answer)
        said = parsed(self._vendor, answer, TypeAdapter(SaidToken))
        token = Token(said.access_token, clock.now() + timedelta(seconds=said.expires_in))
        self._got(said, token)
        return token
