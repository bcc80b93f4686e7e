"""Lists as files (xlsx, CSV): ``GET /export/<process>?…`` with the session's cookie and the permission to export.

Files do not go through Streamlit's media store, which hands them to whoever knows the address. The question is the
same as on the page, in the same writing, so a link beside a list gives that list. A query that answers with a file of
its own (``filename`` and ``content``) is sent as it is; the rows of any other become a file, in the columns that
``columns`` names. No file is ever whole in memory.
"""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from tempfile import TemporaryFile
from typing import Any, get_origin
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core import audit, clock, csvout, logs, xlsxout
from core.actor import Actor, What
from core.database import transaction
from core.errors import NotAllowed, NotFound, Refused, RenrakuError
from core.i18n import N_, _, set_language, using_language
from core.inputs import Input, validated
from core.operations import Query, find
from core.paging import Page, PageAsk
from pages.public.file_rows import Rows
from pages.public.rendering import language_of
from pages.public.visitor import actor_of

ROWS = 500
ASKED_EVERY_SECONDS = 1.0
PLACE = {"after", "before", "size"}
WRITTEN, COLUMNS = "as", "columns"
XLSX, XLSX_TYPE = "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2**16
CUT_OFF = N_("What you may see has changed meanwhile. Ask for the file again.")
FAULT = N_("The file could not be made: a fault on our side. Tell the administrator this number: {fault_id}")


def export(request: Request) -> Response:
    """Answer with the file, or with the sentence that says why not."""
    try:
        process, actor = _asked(request)
        question = validated(process.asks, _values(request, process.asks))
        written = _written(request)
        first = _first(process, actor, question)
    except RenrakuError as error:
        return PlainTextResponse(error.text, error.http_status)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return PlainTextResponse(_(FAULT, fault_id=logs.fault(error)), 500)
    if hasattr(first, "content"):
        return _sent(first.filename, getattr(first, "media_type", "text/csv"), [first.content])
    still = _still(request, process, actor)
    rows = Rows(process, actor, question, first, request.query_params.getlist(COLUMNS), still)
    name = f"{process.name.replace('.', '-')}_{clock.jst(clock.now()):%Y%m%d-%H%M}"
    if written == XLSX:
        return _sent(f"{name}.xlsx", XLSX_TYPE, _workbook(rows))
    charset = "utf-8" if written == "utf8" else "Shift_JIS"
    return _sent(f"{name}.csv", f"text/csv; charset={charset}", csvout.encoded(_csv(rows), written))


def _written(request: Request) -> str:
    written = request.query_params.get(WRITTEN, "utf8")
    if written not in {XLSX, *csvout.ENCODINGS}:
        raise NotFound(N_("Files come as “xlsx”, “utf8” or “cp932”."))
    return written


def _sent(name: str, media_type: str, parts: Iterable[bytes]) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}
    return StreamingResponse(parts, media_type=media_type, headers=headers)


def _asked(request: Request) -> tuple[Query[Any, Any], Actor]:
    set_language(language_of(request))
    actor = actor_of(request, "export")
    set_language(actor.language)
    if actor.looker is not None:
        raise Refused(N_("You only look as {name}: no files leave the system meanwhile."), name=actor.name)
    process = find(request.path_params["process"])
    if not isinstance(process, Query) or not _makes_files(process):
        raise NotFound(N_("There is no file of this."))
    actor.require(process.name, What.EXPORT)
    return process, _reaching_as_for_files(actor, process)


def _still(request: Request, process: Query[Any, Any], actor: Actor) -> Callable[[], None]:
    """Return what ends a file that is still going out when session or permission end; it asks once a second."""
    asked = time.monotonic()

    def ask() -> None:
        nonlocal asked
        if time.monotonic() - asked < ASKED_EVERY_SECONDS:
            return
        asked = time.monotonic()
        now, wanted = actor_of(request, "export"), (process.name, What.EXPORT)
        if now.looker is not None or now.reach(*wanted) != actor.reach(*wanted):
            raise NotAllowed(CUT_OFF)

    return ask


def _makes_files(process: Query[Any, Any]) -> bool:
    answer = inspect.signature(process.function, eval_str=True).return_annotation
    return get_origin(answer) in {Page, list} or "content" in getattr(answer, "model_fields", {})


def _reaching_as_for_files(actor: Actor, process: Query[Any, Any]) -> Actor:
    """Return the actor whose reading of this list goes as far as the permission to take files of it."""
    reach = actor.reach(process.name, What.EXPORT)
    return replace(actor, grants={**actor.grants, (process.name, process.what): reach})


def _values(request: Request, model: type[Input]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        found = request.query_params.getlist(name)
        if found and name not in PLACE:
            values[name] = found if get_origin(info.annotation) in {list, tuple} else found[-1]
    return {**values, "size": ROWS} if issubclass(model, PageAsk) else values


def _first(process: Query[Any, Any], actor: Actor, question: Input) -> Any:
    with transaction(actor) as tx:
        answer = process(tx, question)
        audit.record(tx, f"{process.name}:export", None, question, None)
    return answer


def _csv(rows: Rows) -> Iterator[str]:
    with using_language(rows.actor.language):
        text = csvout.lines([rows.header])
    yield text
    for page in rows.pages():
        with using_language(rows.actor.language):
            text = csvout.lines(page)
        yield text


def _workbook(rows: Rows) -> Iterator[bytes]:
    # A workbook is a zip whose parts are known at the end only; until then it grows in a file without a name.
    with TemporaryFile() as file:
        with using_language(rows.actor.language):
            xlsxout.write(file, rows.header, chain.from_iterable(rows.pages()))
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


ROUTES = [Route("/export/{process}", export, methods=["GET"])]
