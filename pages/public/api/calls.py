"""One request with a key that was recognised: whether it may, what is asked, then one transaction of the account."""

from starlette.requests import Request
from starlette.responses import Response

from core.database import transaction
from core.i18n import N_
from core.inputs import validated
from core.line import Line
from core.operations import Operation
from pages.public.api import reading
from pages.public.api.open import Registered, answer_of, find_open, method_of
from pages.public.api.problems import WrongMethod
from services import access

HEADERS = {"cache-control": "no-store"}
REPLAYED = "idempotency-replayed"


def done(request: Request, line: Line, key: access.Recognised, body: bytes) -> Response:
    """Run the process that an address names."""
    process = find_open(request.path_params["category"], request.path_params["process"])
    _check_method(request, process)
    if not isinstance(process, Operation):
        return _called(process, line, key, reading.asked(request, process.asks), None)
    values = reading.sent(request, body)
    name = reading.name_of(request)
    print_of = reading.fingerprint(process.name, values) if name else b""
    return _called(process, line, key, values, access.Named(key.id, name, print_of) if name else None)


def _called(
    process: Registered, line: Line, key: access.Recognised, values: dict[str, object], named: access.Named | None
) -> Response:
    with transaction(key.actor, on=line) as tx:
        process.require(tx)  # before the input is looked at: its rules are nothing to those who may not
        if named and (kept := access.kept_answer(tx, named)):
            return _response(kept.body, {REPLAYED: "true"})
        result = process(tx, validated(process.asks, values))
        writes = answer_of(process)
        content = writes.dump_json(result) if writes else None
        if named:
            access.keep_answer(tx, named, content)
    return _response(content)


def _check_method(request: Request, process: Registered) -> None:
    right = method_of(process)
    if request.method != right:
        raise WrongMethod(N_("Call this with {method}."), method=right, allow=right)


def _response(content: bytes | None, more: dict[str, str] | None = None) -> Response:
    headers = {**HEADERS, **(more or {})}
    return Response(content, 200, headers, "application/json") if content is not None else Response(None, 204, headers)
