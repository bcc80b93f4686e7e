"""The outermost middleware: each request gets an id that is in the log and in its answer, and is counted and timed."""

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import logs
from core.observed import REQUESTS, SOCKETS

REQUEST_HEADER = "x-request-id"


class Watched:
    """Pure ASGI, as the gate is: it sees websockets too."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through, watched."""
        if scope["type"] == "websocket":
            with SOCKETS.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = logs.begin(method=scope["method"])
        started, status = time.perf_counter(), "none"

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
                MutableHeaders(scope=message).setdefault(REQUEST_HEADER, request_id)
            await send(message)

        try:
            await self.app(scope, receive, answered)
        finally:
            REQUESTS.labels(_route(scope), status).observe(time.perf_counter() - started)


def _route(scope: Scope) -> str:
    # Never the path itself: addresses hold tokens, and each new one would be a series of its own.
    if path := getattr(scope.get("route"), "path", None):
        return str(path)
    first = scope["path"].strip("/").partition("/")[0]
    return f"/{first}/*" if first in {"static", "_stcore"} else "other"
