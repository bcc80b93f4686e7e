"""Open websockets and the sessions behind them: whose session ends is cut off, wherever that was decided.

Three times a second one statement asks for all sockets of this process at once, so a thousand open tabs cost what one
costs, and it makes no difference which process, machine or command line ended a session, or whether it simply grew too
old. The codes tell the page shell (``leave.js``) what to do; a server that stops closes with another code, which signs
nobody out.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.types import Message, Receive, Send

from core import logs
from core.actor import Actor
from core.database import transaction
from services import access

ENDED = 4401
"""The session is over: blank the page and go to the sign-in."""

NARROWED = 4403
"""The account may do less than what the page may show: blank it and draw it anew."""

LOOK_EVERY_SECONDS = 0.35
LOOK_AFTER_FAULT_SECONDS = 5
GONE: Message = {"type": "websocket.disconnect", "code": ENDED}


class Socket:
    """One websocket of somebody who is signed in, between the server and the application."""

    def __init__(self, session: bytes, narrowed: int, receive: Receive, send: Send) -> None:
        """Stand between; ``narrowed`` is how often the account had been narrowed when it was opened."""
        self.session = session
        self.narrowed = narrowed
        self.over = False
        """The session was over at the last look; the next one cuts off, see ``_judge``."""

        self.cut: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._receive = receive
        self._send = send

    def cut_off(self, code: int) -> None:
        """Let nothing more through in either direction, and close with this code."""
        if not self.cut.done():
            self.cut.set_result(code)

    async def receive(self) -> Message:
        """Return the next frame, or that the browser is gone as soon as the socket was cut off."""
        if self.cut.done():
            return GONE
        heard = asyncio.ensure_future(self._receive())
        either: set[asyncio.Future[Any]] = {heard, self.cut}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self.cut.done():
            return heard.result()
        heard.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):  # the browser may be gone already
            await self._send({"type": "websocket.close", "code": self.cut.result()})
        return GONE

    async def send(self, message: Message) -> None:
        """Send a frame, unless the socket was cut off: what a run still writes goes nowhere."""
        if not self.cut.done():
            await self._send(message)


class Watch:
    """All open sockets of this process, and the task that looks after them while there are any."""

    def __init__(self) -> None:
        """Begin with none."""
        self.open: set[Socket] = set()
        self._task: asyncio.Task[None] | None = None
        self._one_thread = CapacityLimiter(1)  # of its own: slow downloads must not delay it

    @contextlib.contextmanager
    def over(self, socket: Socket) -> Iterator[None]:
        """Look after a socket for as long as it is open."""
        self.open.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_on(), name="sessions of open sockets")
        try:
            yield
        finally:
            self.open.discard(socket)

    async def _look_on(self) -> None:
        while self.open:
            looked_at = set(self.open)
            found = await living({socket.session for socket in looked_at}, self._one_thread)
            if found is not None:  # a database that is away for a moment signs nobody out
                _judge(looked_at, found)
            await asyncio.sleep(LOOK_EVERY_SECONDS if found is not None else LOOK_AFTER_FAULT_SECONDS)


async def living(sessions: set[bytes], limiter: CapacityLimiter | None = None) -> dict[bytes, int] | None:
    """Return which sessions are open, with how often each was narrowed; None: the database does not answer."""
    return await run_sync(_living, sessions, limiter=limiter)


def _living(sessions: set[bytes]) -> dict[bytes, int] | None:
    try:
        with transaction(Actor.system("gate")) as tx:
            return access.living_sessions(tx, sessions)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the next look may find it mended
        logs.fault(error)
        return None


def _judge(sockets: set[Socket], living: Mapping[bytes, int]) -> None:
    for socket in sockets:
        if socket.session not in living:
            # At the second look only: who signs out here is still to be sent on, to the identity provider for instance,
            # by the run that ended the session. No other run gets anywhere without one.
            if socket.over:
                socket.cut_off(ENDED)
            socket.over = True
        elif living[socket.session] != socket.narrowed:
            socket.cut_off(NARROWED)


async def refuse(receive: Receive, send: Send, protocols: str) -> None:
    """Close a websocket whose session is over: accepted first, since browsers tell no page why one was refused."""
    await receive()
    chosen = protocols.partition(",")[0].strip() or None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    await send({"type": "websocket.close", "code": ENDED})
