"""The connection to a vendor (通信): into the public network only, with a limit on how long one request may take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from core.i18n import N_
from services.directory.sources import SourceRefused
from services.webhooks import Forbidden, Guarded

STEP_SECONDS = 30.0
WHOLE_SECONDS = 300.0
"""One request takes no longer, however slowly the answer comes."""

INSIDE = N_("The name of the service leads into a private network, so it was not asked. Look at the settings.")


class _Outward(Guarded):
    """Connects to what lies outside."""

    def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> httpcore.NetworkStream:
        """Connect.

        Raises:
            SourceRefused: when the name leads inside.
        """
        try:
            return super().connect_tcp(host, port, *more, **options)
        except Forbidden as error:
            raise SourceRefused(INSIDE) from error


@contextmanager
def line() -> Iterator[httpx.Client]:
    """Give a client for one reading; what it is asked for follows no redirect and no proxy of the environment."""
    guarded = _Outward(plain=False)

    def begin(_request: httpx.Request) -> None:
        guarded.ends = time.monotonic() + WHOLE_SECONDS

    transport = httpx.HTTPTransport(trust_env=False)
    # httpx has no public way to say who connects; a test sees to it that this one does.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=guarded
    )
    with httpx.Client(
        transport=transport, timeout=STEP_SECONDS, follow_redirects=False, trust_env=False,
        event_hooks={"request": [begin]}, headers={"user-agent": "Renraku-Directory/1"},
    ) as client:  # fmt: skip
        yield client
