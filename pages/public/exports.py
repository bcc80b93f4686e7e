"""Lists as CSV files: ``GET /export/<process>?…`` with the session's cookie and the permission to export.

Files do not go through Streamlit's media store, which hands them to whoever knows the address. The question is the
same as on the page, in the same writing, so a link beside a list gives that list. A query that answers with a file of
its own (``filename`` and ``content``) is sent as it is; the rows of any other become a CSV.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core import audit, clock, csvout, logs
from core.actor import Actor, What
from core.database import transaction
from core.errors import NotAllowed, NotFound, RenrakuError
from core.i18n import N_, _, set_language, using_language
from core.inputs import Input, label_of, validated
from core.operations import Query, find
from core.paging import Page, PageAsk
from pages.public.gate import SESSION_HEADER
from services import access

ROWS = 500
PLACE = {"after", "before", "size"}
ENCODING = "as"
FAULT = N_("The file could not be made: a fault on our side. Tell the administrator this number: {fault_id}")


def export(request: Request) -> Response:
    """Answer with the file, or with the sentence that says why not."""
    try:
        process, actor = _asked(request)
        question = validated(process.asks, _values(request, process.asks))
        encoding = _encoding(request)
        first = _first(process, actor, question)
    except RenrakuError as error:
        return PlainTextResponse(error.text, error.http_status)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return PlainTextResponse(_(FAULT, fault_id=logs.fault(error)), 500)
    if hasattr(first, "content"):
        return _sent(first.filename, "text/csv", [first.content])
    name = f"{process.name.replace('.', '-')}_{clock.jst(clock.now()):%Y%m%d-%H%M}.csv"
    charset = "utf-8" if encoding == "utf8" else "Shift_JIS"
    parts = csvout.encoded(_parts(process, actor, question, first), encoding)
    return _sent(name, f"text/csv; charset={charset}", parts)


def _encoding(request: Request) -> str:
    encoding = request.query_params.get(ENCODING, "utf8")
    if encoding not in csvout.ENCODINGS:
        raise NotFound(N_("Files come as “utf8” or “cp932”."))
    return encoding


def _sent(name: str, media_type: str, parts: Iterable[bytes]) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}
    return StreamingResponse(parts, media_type=media_type, headers=headers)


def _asked(request: Request) -> tuple[Query[Any, Any], Actor]:
    token_hash = request.headers.get(SESSION_HEADER)
    with transaction(Actor.system("export")) as tx:
        actor = access.actor_of_session(tx, bytes.fromhex(token_hash)) if token_hash else None
    if actor is None:
        set_language("ja")
        raise NotAllowed(N_("You are signed out. Sign in again to go on."))
    set_language(actor.language)
    process = find(request.path_params["process"])
    if not isinstance(process, Query) or not _makes_files(process):
        raise NotFound(N_("There is no file of this."))
    actor.require(process.name, What.EXPORT)
    return process, _reaching_as_for_files(actor, process)


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
            values[name] = found if get_origin(info.annotation) is list else found[-1]
    return {**values, "size": ROWS} if issubclass(model, PageAsk) else values


def _first(process: Query[Any, Any], actor: Actor, question: Input) -> Any:
    with transaction(actor) as tx:
        answer = process(tx, question)
        audit.record(tx, f"{process.name}:export", None, question, None)
    return answer


def _parts(process: Query[Any, Any], actor: Actor, question: Input, answer: Any) -> Iterator[str]:
    # A transaction for each page: one for the whole file would stay open as long as the reader is slow.
    with using_language(actor.language):
        text = csvout.lines([_header(process, answer), *map(_cells, _rows(answer))])
    yield text
    while isinstance(answer, Page) and answer.next:
        with transaction(actor) as tx, using_language(actor.language):
            answer = process(tx, question.model_copy(update={"after": answer.next}))
            text = csvout.lines(map(_cells, answer.rows))
        yield text


def _rows(answer: Any) -> Sequence[BaseModel]:
    rows: Sequence[BaseModel] = answer.rows if hasattr(answer, "rows") else answer
    return rows


def _header(process: Query[Any, Any], answer: Any) -> list[str]:
    rows = _rows(answer)
    model = type(rows[0]) if rows else _row_model(process)
    header: list[str] = []
    for name in _columns(model):
        value = getattr(rows[0], name) if rows else None
        header += map(str, value) if isinstance(value, Mapping) else [label_of(model, name)]
    return header


def _row_model(process: Query[Any, Any]) -> type[BaseModel]:
    answer = inspect.signature(process.function, eval_str=True).return_annotation
    model: type[BaseModel] = get_args(answer)[0]
    return model


def _columns(model: type[BaseModel]) -> list[str]:
    """Return the fields of a row that a file has: those with a title of their own, or all if none has one."""
    titled = [name for name, info in model.model_fields.items() if info.title]
    return titled or list(model.model_fields)


def _cells(row: BaseModel) -> list[object]:
    cells: list[object] = []
    for name in _columns(type(row)):
        value = getattr(row, name)
        cells += value.values() if isinstance(value, Mapping) else [value]
    return cells


ROUTES = [Route("/export/{process}", export, methods=["GET"])]
