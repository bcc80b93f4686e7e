"""Streamlit's websocket as its frontend speaks it, without the browser: one page, then its live part again and again."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWER_SECONDS = 60
GIVE_UP_SECONDS = 4
PROTOCOLS = [Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")]


class Tab:
    """One open page of one person."""

    def __init__(self, connection: ClientConnection) -> None:
        """Speak over an open websocket."""
        self.connection = connection
        self.fragment = ""
        self.every = 0.0
        self.due = 0.0
        self.taken: list[tuple[float, float]] = []
        """When each run of the live part was there, and how long after it was due."""

    async def open(self, page: str, query: str) -> None:
        """Run the page once and learn which part of it is live.

        Raises:
            RuntimeError: when nothing of it is.
        """
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        await self._run(message)
        if not self.fragment:
            raise RuntimeError(f"{page} has no live part; was it shown at all?")

    async def live(self) -> None:
        """Ask for the live part at its intervals until cancelled.

        What comes late is late from the moment when it was due, not from when the run before it had ended: else a
        server that falls behind would be asked less and look well.
        """
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.is_auto_rerun = True
        self.due = time.monotonic() + self.every
        while True:
            await asyncio.sleep(self.due - time.monotonic())
            await self._run(message)
            self.taken.append((time.monotonic(), time.monotonic() - self.due))
            self.due += self.every

    def since(self, moment: float) -> list[float]:
        """Return how long runs took that came after ``moment``, in ms, and for how long one is overdue by now.

        One that is merely under way does not count yet.
        """
        came = [seconds for at, seconds in self.taken if at >= moment]
        return [seconds * 1000 for seconds in (*came, *([self.overdue] if self.overdue > self.every else []))]

    @property
    def overdue(self) -> float:
        """Return for how many seconds a run has been due by now; less than nothing: none is."""
        return time.monotonic() - self.due if self.due else 0.0

    async def _run(self, message: BackMsg) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.connection.send(message.SerializeToString())
            while not self._is_end(await self.connection.recv(decode=False)):
                pass

    def _is_end(self, data: bytes) -> bool:
        came = ForwardMsg.FromString(data)
        kind = came.WhichOneof("type")
        if kind == "auto_rerun":
            self.fragment, self.every = came.auto_rerun.fragment_id, came.auto_rerun.interval
        return bool(kind == "script_finished" and came.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)


class Crowd:
    """Many tabs at once; what one of them meets, all meet."""

    def __init__(self, port: int, page: str, query: str, headers: Sequence[Mapping[str, str]]) -> None:
        """Begin with nobody; the tab that comes next sends the next of ``headers``."""
        self.address, self.origin = f"ws://127.0.0.1:{port}/_stcore/stream", f"http://127.0.0.1:{port}"
        self.page, self.query, self.headers = page, query, headers
        self._tabs: list[Tab] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def grow(self, size: int) -> bool:
        """Have so many tabs, each with its page open and its live part at work; False: the server has fallen behind."""
        while len(self._tabs) < size:
            if sum(tab.overdue > GIVE_UP_SECONDS for tab in self._tabs) > len(self._tabs) / 2:
                return False
            connection = await connect(
                self.address, origin=self.origin, subprotocols=PROTOCOLS, max_size=2**26,  # type: ignore[arg-type]
                additional_headers=self.headers[len(self._tabs)], open_timeout=ANSWER_SECONDS,
            )  # fmt: skip
            tab = Tab(connection)
            await tab.open(self.page, self.query)
            self._tabs.append(tab)
            self._tasks.append(asyncio.create_task(tab.live()))
        return True

    async def go_on(self, seconds: float) -> list[float]:
        """Let them be for so long; return how long their runs took (ms)."""
        began = time.monotonic()
        done, _going = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()
        return [value for tab in self._tabs for value in tab.since(began)]

    async def leave(self) -> None:
        """Close all tabs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for tab in self._tabs:
            await tab.connection.close()
