"""What every service of AWS needs: a key, a region, a client that waits for a while only and repeats nothing."""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

CONNECT_SECONDS = 5.0
MAYBE_SENT = "no answer; it may have been sent"
"""The word where nobody knows."""

_MAKING = Lock()
"""A session makes one client at a time."""


@dataclass(frozen=True)
class AwsKey:
    """With which key AWS is used, in which region."""

    region: str
    access_key_id: str
    secret_key: str


def client(service: str, key: AwsKey, read_seconds: float, *, connections: int = 10) -> Any:
    """Return a client of a service, safe for ``connections`` threads; boto3 knows the address.

    What may have been taken is never sent again by the client itself.
    """
    from botocore.config import Config  # noqa: PLC0415 - a fifth of a second that only those need who use AWS

    waits = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, retries={"total_max_attempts": 1},
        max_pool_connections=connections,
    )  # fmt: skip
    with _MAKING:
        return _session().client(
            service, region_name=key.region, aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_key, config=waits,
        )  # fmt: skip


def lost_answers() -> tuple[type[Exception], ...]:
    """Return the errors after which nobody knows whether AWS took what it got."""
    from botocore.exceptions import (  # noqa: PLC0415 - as above
        ConnectionClosedError,
        IncompleteReadError,
        ReadTimeoutError,
    )
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    return ReadTimeoutError, ConnectionClosedError, IncompleteReadError, ResponseParserError


@cache
def _session() -> Any:
    """Return boto3's session: it reads the descriptions of AWS once, which takes half a second."""
    import boto3  # noqa: PLC0415 - as above

    return boto3.session.Session()
