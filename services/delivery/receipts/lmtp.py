"""Returned mail handed over by a mail server on the same machine (LMTP, RFC 2033): taken once it is in the ledger.

Only addresses that we signed are known here, so nothing else can be handed over, and nothing is ever sent on.
"""

import asyncio
import signal
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from core import logs
from core.database import transaction
from services.delivery.acting import SENDER
from services.delivery.receipts.addresses import delivery_of
from services.delivery.receipts.returned import heard_in
from services.delivery.receipts.taking import take

LARGEST_MAIL = 10 * 2**20
SECONDS = 60.0
TAKEN, AGAIN = "250 2.0.0 Taken", "451 4.3.0 Not now, try again"
NOBODY, ONE = "550 5.1.1 No such address", "452 4.5.3 One recipient at a time"


class Desk:
    """What is said to a mail server at each step."""

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: LMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take only an address of one of our deliveries, one at a time."""
        if delivery_of(address) is None:
            return NOBODY
        if envelope.rcpt_tos:
            return ONE
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: LMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail in, in a transaction of its own, and answer when it is committed."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        return await asyncio.to_thread(take_returned, content, envelope.rcpt_tos[0], envelope.mail_from or "")


def take_returned(content: bytes, recipient: str, sender: str) -> str:
    """Take a returned mail in and return what its mail server is told."""
    try:
        heard = heard_in(content, recipient, sender)
        if heard is not None:
            with transaction(SENDER) as tx:
                take(tx, [heard])
    except Exception as error:  # noqa: BLE001 - an edge: the mail server keeps the mail and comes again
        logs.fault(error)
        return AGAIN
    return TAKEN


def serve(place: str) -> None:
    """Take mail at a place, ``host:port`` or the path of a socket, until a signal comes."""
    asyncio.run(_serve(place))


async def _serve(place: str) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, over.set)
    server = await listening(place)
    async with server:
        await over.wait()


async def listening(place: str) -> Any:
    """Begin to listen; whoever calls closes it."""
    loop = asyncio.get_running_loop()
    if "/" in place:
        return await loop.create_unix_server(_protocol, place)
    host, _colon, port = place.rpartition(":")
    return await loop.create_server(_protocol, host.strip("[]") or "127.0.0.1", int(port))


def _protocol() -> LMTP:
    return LMTP(Desk(), data_size_limit=LARGEST_MAIL, timeout=SECONDS, hostname="renraku", enable_SMTPUTF8=True)
