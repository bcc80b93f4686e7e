"""What a machine sent: its key, the body up to the limit, the question, the name of the request."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic_core import from_json
from starlette.requests import Request

from core.errors import Invalid
from core.i18n import LANGUAGES, N_, _
from core.inputs import Input
from pages.public.api.problems import Malformed, NoKey, TooLarge, WrongMediaType

LARGEST_BODY = 1024 * 1024
IDEMPOTENCY_KEY = "idempotency-key"
LONGEST_NAME = 200
_QUOTED = re.compile(r'"([\x20-\x21\x23-\x7e]+)"')
_PLAIN = re.compile(r"[\x21\x23-\x7e][\x21-\x7e]*")


def key_of(request: Request) -> str:
    """Return the key of a request.

    Raises:
        NoKey: when there is none.
    """
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoKey(N_("Send an API key: “Authorization: Bearer renraku_…”."))
    return token.strip()


def language_of(request: Request) -> str | None:
    """Return the language that the machine asks for, if it is one of ours; else its account's language is used."""
    first = request.headers.get("accept-language", "")[:2].lower()
    return first if first in LANGUAGES else None


async def body_of(request: Request) -> bytes:
    """Return the body; one that is too large is refused as soon as that is known, not when it has all come.

    Raises:
        TooLarge: when it is.
    """
    too_large = TooLarge(N_("The body may have {limit} bytes at most."), limit=LARGEST_BODY)
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise too_large
    return bytes(body)


def sent(request: Request, body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; no body is an empty object.

    Raises:
        WrongMediaType: when the body does not say that it is JSON.
        Malformed: when it is none, or not an object.
    """
    if not body:
        return {}
    media_type, _semicolon, _rest = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise WrongMediaType(N_("Send the body as JSON, with “Content-Type: application/json”."))
    try:
        values = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Malformed(N_("The body is not JSON in UTF-8.")) from error
    if not isinstance(values, dict):
        raise Malformed(N_("The body must be a JSON object."))
    return values


def asked(request: Request, model: type[Input]) -> dict[str, Any]:
    """Return the question in an address; a field that takes several values is named several times.

    Raises:
        Invalid: when a field that takes one value has several.
    """
    values: dict[str, Any] = {}
    for name in request.query_params:
        found = request.query_params.getlist(name)
        if name in model.model_fields and _takes_several(model, name):
            values[name] = found
        elif len(found) == 1:
            values[name] = found[0]
        else:
            once = N_("Name “{name}” only once.")
            raise Invalid(once, name=name[:200], fields={name: _(once, name=name[:200])})
    return values


def name_of(request: Request) -> str | None:
    """Return the ``Idempotency-Key`` of a request, quoted as the draft has it or plain as most send it.

    Raises:
        Malformed: when it is empty, too long or not printable.
    """
    header = request.headers.get(IDEMPOTENCY_KEY)
    if header is None:
        return None
    quoted = _QUOTED.fullmatch(header)
    name = quoted[1] if quoted else header
    if len(name) > LONGEST_NAME or not (quoted or _PLAIN.fullmatch(name)):
        raise Malformed(
            N_("The Idempotency-Key must have 1 to {limit} printable ASCII characters."), limit=LONGEST_NAME
        )
    return name


def fingerprint(process: str, values: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a request, in whichever order its fields came."""
    written = json.dumps([process, values], sort_keys=True)
    return hashlib.sha256(written.encode()).digest()


def _takes_several(model: type[Input], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    return any(get_origin(kind) in {list, set, tuple} for kind in (annotation, *get_args(annotation)))
