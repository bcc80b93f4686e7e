"""The OpenAPI 3.1 description, made from the registry: what is declared is described, and nothing else."""

import inspect
import json
from functools import cache
from typing import Any

from core.i18n import N_, _, language, using_language
from core.operations import Operation
from pages.public.api.open import Registered, answer_of, method_of, open_processes
from pages.public.api.problems import MEDIA_TYPE, TITLES
from pages.public.api.reading import IDEMPOTENCY_KEY, LONGEST_NAME
from pages.public.api.schemas import ANSWERED, ASKED, Schema, resolved, schemas_of, used
from services.access.processes import CATEGORIES

ABOUT = N_(
    "Operations are sent with POST, queries asked with GET. Every request names an API key. "
    "Errors are problems of RFC 9457. See docs/api.md."
)
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"enum": sorted(TITLES)},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "fault_id": {"type": "string"},
    },
}
LIMITS = {
    "RateLimit-Policy": {"schema": {"type": "string"}, "example": '"key";q=600;w=60'},
    "RateLimit": {"schema": {"type": "string"}, "example": '"key";r=599;t=42'},
}
OF_ALL = (401, 403, 404, 422, 429, 500)
OF_OPERATIONS = (400, 409, 413, 415, 503)


def description() -> bytes:
    """Return the description in the current language, as JSON."""
    return _written(language())


@cache
def _written(code: str) -> bytes:
    with using_language(code):
        return json.dumps(_document(), ensure_ascii=False).encode()


def _document() -> dict[str, Any]:
    processes = open_processes()
    by_process, named = schemas_of(processes)
    paths: dict[str, Any] = {}
    for name, process in processes.items():
        call = _call(process, by_process.get((name, ANSWERED)))
        if isinstance(process, Operation):
            call |= _body(by_process[name, ASKED], resolved(by_process[name, ASKED], named))
            call["parameters"] = [_idempotency()]
        else:
            call["parameters"] = _parameters(resolved(by_process[name, ASKED], named))
        paths[f"/api/v1/{name.replace('.', '/')}"] = {method_of(process).lower(): call}
    kept = used(paths, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": _(N_("Renraku")), "version": "1", "description": _(ABOUT)},
        "tags": [{"name": name, "description": _(title)} for name, title in CATEGORIES.items()],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "headers": LIMITS,
            "responses": {"Problem": _problem()},
            "schemas": {"Problem": PROBLEM, **{name: named[name] for name in sorted(kept)}},
        },
    }


def _call(process: Registered, answer: Schema | None) -> dict[str, Any]:
    limits = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
    if answer_of(process) is None:
        good = {"204": {"description": _(N_("Done; there is nothing to answer with.")), "headers": limits}}
    else:
        content = {"application/json": {"schema": answer}}
        good = {"200": {"description": _(N_("Done.")), "headers": limits, "content": content}}
    statuses = OF_ALL + (OF_OPERATIONS if isinstance(process, Operation) else (503,))
    return {
        "operationId": process.name.replace(".", "_"),
        "tags": [process.category],
        "summary": process.title,
        "description": inspect.cleandoc(process.function.__doc__ or ""),
        "responses": {**good, **{str(code): {"$ref": "#/components/responses/Problem"} for code in sorted(statuses)}},
    }


def _body(schema: Schema, fields: Schema) -> dict[str, Any]:
    required = bool(fields.get("required"))
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def _parameters(fields: Schema) -> list[dict[str, Any]]:
    required = fields.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _in_an_address(schema)}
        for name, schema in fields.get("properties", {}).items()
    ]


def _in_an_address(schema: Schema) -> Schema:
    """Return a field's schema as it stands in an address, where nothing is said by leaving it out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if not kinds:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _idempotency() -> dict[str, Any]:
    said = N_("Send a request again with the same one within 24 hours, and it is done once and answered alike.")
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": "^[!#-~][!-~]*$"}
    return {"name": IDEMPOTENCY_KEY, "in": "header", "required": False, "description": _(said), "schema": schema}


def _problem() -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _(N_("It was not done, and why.")), "content": content}
