"""Large files of imports (CSV取込): streamed to the disk, and from there into the database, where workers read them.

What goes through Streamlit lies in the memory of the console; this does not. Until all of a file is there it has no
name on the disk, so a connection that breaks off, or a process that dies, leaves nothing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import NotAllowed, Refused, RenrakuError, Unavailable
from core.i18n import N_, _, set_language
from core.inputs import validated
from core.operations import ONLY_LOOKING
from core.settings import settings
from core.shown import said
from pages.public import hosts
from pages.public.api.problems import TooLarge
from pages.public.look import brand
from pages.public.rendering import language_of, rendered, sentence_page
from pages.public.uploads import LARGE, MIB, TOO_LARGE
from pages.public.visitor import actor_of
from services.people import ImportKind, upload
from services.people.imports.upload import Upload

SCRIPT = (Path(__file__).parent / "imports.js").read_text(encoding="utf-8")
VERSION = sha256(SCRIPT.encode()).hexdigest()[:12]
NAME_HEADER = "x-file-name"
IMPORTS = "/people-imports"
PIECE = MIB
MOST = 4
"""So many files come in at once in one process: each takes room on the disk."""

SILENT_SECONDS = 60
"""So long a connection may bring nothing."""

STORE_SECONDS = 10 * 60
NO_STORE = {"cache-control": "no-store"}
LONG = {"cache-control": "public, max-age=31536000, immutable"}
NOT_OURS = N_("This did not come from our page. Open the page of imports and send the file from there.")
BUSY = N_("Several large files are being sent at this moment. Wait some minutes, then try again.")
SILENT = N_("Nothing came any more, so the sending was given up and nothing was kept. Send the file again.")
FAULT = N_("The file could not be kept: a fault on our side. Tell the administrator this number: {fault_id}")


class Coming:
    """How many files come into this process at this moment."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a file while it comes.

        Raises:
            Unavailable: when there are enough.
        """
        if self.count >= MOST:
            raise Unavailable(BUSY)
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


coming = Coming()


def page(request: Request) -> Response:
    """Show the form by which a large file is sent."""
    set_language(language_of(request))
    try:
        set_language(_sender(request).language)
    except RenrakuError as error:
        html = sentence_page(_(N_("Send a large file")), error.text, home=_(N_("To the first page")))
        return HTMLResponse(html, error.http_status, NO_STORE)
    asked = request.query_params.get("kind")
    html = rendered(
        "imports.html", look=brand(), limit=settings().upload_mib, kind=asked if asked in set(ImportKind) else "people",
        kinds={kind.value: said(kind) for kind in ImportKind},
        address=LARGE, back=IMPORTS, script=f"{LARGE}.js?v={VERSION}", words=_words(),
    )  # fmt: skip
    return HTMLResponse(html, headers=NO_STORE)


def script(request: Request) -> Response:
    """Answer with the script of the form; its address changes with it."""
    kept = LONG if request.query_params.get("v") == VERSION else NO_STORE
    return Response(SCRIPT, media_type="text/javascript", headers=kept)


async def take(request: Request) -> Response:
    """Take a file in, or say why not; answer with the address at which its import goes on."""
    set_language(language_of(request))
    try:
        _refuse_other_sites(request)
        actor = await run_in_threadpool(_sender, request)
        set_language(actor.language)
        length = request.headers.get("content-length", "")
        _refuse_over_the_limit(int(length) if length.isascii() and length.isdigit() else 0)
        with coming.one_more(), _nameless() as file:
            await _receive(request, file)
            return JSONResponse({"address": await run_in_threadpool(_store, request, file)}, headers=NO_STORE)
    except ClientDisconnect:
        return _said("", 400)  # nobody hears it
    except TimeoutError:
        return _said(_(SILENT), 408)
    except RenrakuError as error:
        return _said(error.text, error.http_status)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return _said(_(FAULT, fault_id=logs.fault(error)), 500)


def _refuse_other_sites(request: Request) -> None:
    if not hosts.is_our_origin(request.headers.get("origin"), request.headers.get("host")):
        raise NotAllowed(NOT_OURS)


def _sender(request: Request) -> Actor:
    actor = actor_of(request, "import")
    if actor.looker is not None:
        raise Refused(ONLY_LOOKING, name=actor.name)
    actor.require(upload.name, upload.what)
    return actor


def _refuse_over_the_limit(length: int) -> None:
    limit = settings().upload_mib
    if length > limit * MIB:
        raise TooLarge(TOO_LARGE, limit=f"{limit:,}")


def _nameless() -> IO[bytes]:
    # Not where the system keeps what is temporary: there that is often memory.
    settings().home.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=settings().home)


async def _receive(request: Request, file: IO[bytes]) -> None:
    came, waiting, parts = 0, bytearray(), request.stream()
    while True:
        async with asyncio.timeout(SILENT_SECONDS):
            part = await anext(parts, None)
        came += len(part or b"")
        _refuse_over_the_limit(came)
        waiting += part or b""
        if part is None or len(waiting) >= PIECE:
            await run_in_threadpool(file.write, bytes(waiting))
            waiting.clear()
        if part is None:
            return


def _store(request: Request, file: IO[bytes]) -> str:
    name = unquote(request.headers.get(NAME_HEADER, "")).strip() or "upload.csv"
    values = {"kind": request.query_params.get("kind"), "filename": name[-255:], "content": file}
    sender = _sender(request)  # as it is now: the file may have taken an hour
    with transaction(sender, statement_seconds=STORE_SECONDS) as tx:
        return f"{IMPORTS}?id={upload(tx, validated(Upload, values)).id}"


def _said(sentence: str, status: int) -> Response:
    # What was not read of the body must not be taken for another request.
    return JSONResponse({"said": sentence}, status, {**NO_STORE, "connection": "close"})


def _words() -> dict[str, str]:
    return {
        "empty": _(N_("Choose a file.")),
        "large": _(TOO_LARGE, limit=f"{settings().upload_mib:,}"),
        "sent": _(N_("{percent}% sent ({done} of {total} MB)")),
        "reading": _(N_("All of it has come. It is being looked through; this may take a minute.")),
        "broken": _(N_("The connection broke off and nothing was kept. Send the file again.")),
        "unsure": _(
            N_(
                "The connection broke off after the file was sent. See in the list of imports whether it is there; if "
                "not, send it again."
            )
        ),
        "stopped": _(N_("The sending was stopped. Nothing was kept.")),
    }


ROUTES = [
    Route(LARGE, page, methods=["GET"]),
    Route(LARGE, take, methods=["POST"]),
    Route(f"{LARGE}.js", script, methods=["GET"]),
]
