"""Files on their way in: what is over the limit is refused with a sentence, before or as soon as it shows.

Streamlit counts too. It keeps what it takes in the memory of the console, so this does not hang on how one version of
it does so: a length that is too large is answered without reading anything, and a body without a length (or with a
false one) is cut off at the limit.
"""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.i18n import N_, _, using_language
from core.settings import settings
from pages.public.rendering import language_from

LARGE = "/import/file"
"""Where large files go instead (``pages/public/imports.py``), which counts for itself."""

MIB = 2**20
AROUND = 64 * 1024
"""Bytes that a form writes around the file in it."""

TOO_LARGE = N_("This file is larger than {limit} MB. Split it, or choose a smaller one.")
GONE: Message = {"type": "http.disconnect"}


class Counted:
    """One upload: counts what comes, and holds back what the application says once that was too much."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        """Stand between the server and the application; ``limit`` is in bytes."""
        self.limit = limit
        self.over = False
        self._came = 0
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """Return the next part, or that the browser is gone as soon as it is too much."""
        message = await self._receive()
        self._came += len(message.get("body", b""))
        self.over = self.over or self._came > self.limit
        return GONE if self.over else message

    async def send(self, message: Message) -> None:
        """Answer, unless it was too much: that is answered here."""
        if not self.over:
            await self._send(message)


async def take(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let an upload through as far as it is not too large."""
    headers = Headers(scope=scope)
    limit = settings().upload_limit_mib * MIB + AROUND
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        await _refusal(headers)(scope, receive, send)
        return
    counted = Counted(limit, receive, send)
    try:
        await app(scope, counted.receive, counted.send)
    except Exception:
        if not counted.over:  # what comes of cutting it off is no fault
            raise
    if counted.over:
        await _refusal(headers)(scope, receive, send)


def _refusal(headers: Headers) -> PlainTextResponse:
    with using_language(language_from(headers.get("accept-language"))):
        sentence = _(TOO_LARGE, limit=settings().upload_limit_mib)
    return PlainTextResponse(sentence, 413, {"connection": "close"})
