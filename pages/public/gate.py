"""The middleware in front of everything: what comes in, by whom, and what browsers may do with what goes out.

It decides on ``scope["path"]``, never on a URL put together from headers.
"""

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import logs
from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.settings import settings
from pages.public import cookies, hosts, sockets, uploads
from pages.public.security import leading_headers, machine_headers, security_headers
from services import access

SESSION_HEADER = "x-renraku-session"
BROWSER_HEADER = "x-renraku-browser"
OURS = (SESSION_HEADER.encode(), BROWSER_HEADER.encode())
MARKING = {b"cookie", *OURS}
OPEN_CORE = ("/_stcore/health", "/_stcore/host-config", "/_stcore/stream")
UPLOADS = "/_stcore/upload_file/"
SESSION_ONLY = ("/media/", "/component/", UPLOADS, "/_stcore/bidi-components/")
HIDDEN = ("/_stcore", "/auth/", "/oauth2callback", "/app/static")
SECRET_QUERIES = ("/session/open", "/invitation", "/join", "/provider/back")
HALF_CODE = b"half="
"""Somebody whom the provider knows comes back with it to any page of the console."""

FOR_MACHINES = ("/healthz", "/readyz", "/metrics")
"""Balancers and watchers ask by address, not by name."""

HIDDEN_QUERY = "renraku.query"
API = ("/api/", "/scim/")
LARGEST_FORM = 1024 * 1024
REFUSED: Message = {"type": "websocket.close", "code": 1008}


class Gate:
    """Pure ASGI, since Starlette's BaseHTTPMiddleware does not see websockets."""

    def __init__(self, app: ASGIApp, inline_scripts: Sequence[str] = ()) -> None:
        """Stand before ``app``; ``inline_scripts`` are the CSP hashes of scripts that stand inside its pages."""
        self.app = app
        self.headers = _sent(security_headers(inline_scripts))
        self.machine_headers = _sent(machine_headers())
        self.leading_headers = _sent(leading_headers())
        self.anonymous = 0
        self.watch = sockets.Watch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        session = _mark(scope)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, session)
        else:
            headers = self.machine_headers if scope["path"].startswith(API) else self.headers
            await self._http(scope, receive, _dressed(send, headers, self.leading_headers), session)

    async def _http(self, scope: Scope, receive: Receive, send: Send, session: str | None) -> None:
        path, headers = scope["path"], Headers(scope=scope)
        if path.rstrip("/") in SECRET_QUERIES or HALF_CODE in scope["query_string"]:
            # In the same dict that servers write their access log from.
            scope[HIDDEN_QUERY], scope["query_string"] = scope["query_string"], b""
        if path not in FOR_MACHINES and not hosts.is_ours(headers.get("host")):
            sentence = N_("This console is not reached by this name. Open {address} instead.")
            await PlainTextResponse(_(sentence, address=settings().base_url), 400)(scope, receive, send)
        elif path.startswith(SESSION_ONLY):
            allowed = session is not None and await run_in_threadpool(_is_living, session)
            if allowed and path.startswith(UPLOADS) and scope["method"] == "PUT":
                await uploads.take(self.app, scope, receive, send)
            else:
                await (self.app if allowed else PlainTextResponse("Not found", 404))(scope, receive, send)
        elif path.startswith(HIDDEN) and path not in OPEN_CORE:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        elif path.startswith(API) or path == uploads.LARGE:  # both count the bytes of a body as they come
            await self.app(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD", "OPTIONS"} and _length(headers) > LARGEST_FORM:
            await PlainTextResponse(_(N_("This is too large.")), 413)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, session: str | None) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host")
        known = hosts.is_ours(host) and hosts.is_our_origin(headers.get("origin"), host)
        if not known or scope["path"] != "/_stcore/stream":
            await send(REFUSED)
            return
        token_hash = bytes.fromhex(session or "")
        living = await sockets.living({token_hash}) if session else None
        if living is None:  # nobody, or nobody knows: without the database the page can only say so
            await self._anonymous(scope, receive, send)
        elif token_hash in living:
            socket = sockets.Socket(token_hash, living[token_hash], receive, send)
            with self.watch.over(socket):
                await self.app(scope, socket.receive, socket.send)
        else:
            await sockets.refuse(receive, send, headers.get("sec-websocket-protocol", ""))

    async def _anonymous(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.anonymous >= settings().anonymous_sockets:
            await send(REFUSED)
            return
        self.anonymous += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.anonymous -= 1


def _dressed(send: Send, shown: Sequence[tuple[bytes, bytes]], leading: Sequence[tuple[bytes, bytes]]) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = leading if 300 <= message["status"] < 400 else shown
            own = {name for name, _value in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in own)]
        await send(message)

    return dressed


def _sent(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _mark(scope: Scope) -> str | None:
    """Replace any incoming copy of our headers by the hashes of the cookies; return that of the session."""
    if MARKING.isdisjoint(name.lower() for name, _value in scope["headers"]):
        return None
    marks = {
        header: access.hash_of(token).hex()
        for header, name in ((SESSION_HEADER, cookies.session_cookie()), (BROWSER_HEADER, cookies.browser_cookie()))
        if (token := cookies.read(scope, name))
    }
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in OURS]
    scope["headers"] = kept + [(name.encode(), value.encode()) for name, value in marks.items()]
    return marks.get(SESSION_HEADER)


def _is_living(token_hash: str) -> bool:
    try:
        with transaction(Actor.system("gate")) as tx:
            return access.is_living(tx, bytes.fromhex(token_hash))
    except Exception as error:  # noqa: BLE001 - a database that is away must not open the gate
        logs.fault(error)
        return False


def _length(headers: Headers) -> int:
    # Without a length nothing can be said before it has all come, so it counts as too long.
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else LARGEST_FORM + 1
