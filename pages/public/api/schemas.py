"""JSON Schemas of what processes are asked with and answer with, as people read them: labels, help and units said."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from core.i18n import _
from pages.public.api.open import Registered, answer_of, open_processes

REF = "#/components/schemas/"
MARKS = ("unit", "of", "multiline", "secret", "masked", "personal", "hidden")
Schema = dict[str, Any]
ASKED, ANSWERED = "validation", "serialization"


def schemas_of(processes: Mapping[str, Registered]) -> tuple[dict[tuple[str, str], Schema], dict[str, Schema]]:
    """Return the schema of each process's input (``ASKED``) and answer (``ANSWERED``), and those that they refer to."""
    adapters: list[Any] = []
    for name, process in processes.items():
        adapters.append((name, ASKED, TypeAdapter(process.asks)))
        if (answer := answer_of(process)) is not None:
            adapters.append((name, ANSWERED, answer))
    by_process, shared = TypeAdapter.json_schemas(adapters, ref_template=f"{REF}{{model}}")
    named: dict[str, Schema] = shared.get("$defs", {})
    for schema in named.values():
        schema.pop("title", None)
        _plain_pairs(schema)
        for one in schema.get("properties", {}).values():
            _say(one)
    return dict(by_process), named


def resolved(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    """Return the schema that stands behind a reference."""
    return named[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema


def used(part: object, named: Mapping[str, Schema]) -> set[str]:
    """Return the names of the schemas that a part of the description refers to, directly or through others."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(named[name])
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(REF):
            yield reference.removeprefix(REF)
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _plain_pairs(part: object) -> None:
    """Say a pair of one kind as a list of two: fewer tools know ``prefixItems``."""
    if isinstance(part, dict):
        kinds = part.get("prefixItems")
        if isinstance(kinds, list) and all(kind == kinds[0] for kind in kinds):
            part["items"] = part.pop("prefixItems")[0]
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _plain_pairs(value)


def _say(schema: Schema) -> None:
    """Put the words of a field where they belong; a title that pydantic made of its name says nothing."""
    marks = {name: schema.pop(name) for name in MARKS if name in schema}
    title = schema.pop("title", None)
    if not marks:
        return
    help_text, unit = schema.get("description"), marks.get("unit")
    said = [_(help_text)] if help_text else []
    if unit:
        said.append(f"({_(unit)})")
    if title:
        schema["title"] = _(title)
    if said:
        schema["description"] = " ".join(said)
    if marks.get("of") in open_processes():
        schema["x-choices"] = f"/api/v1/{marks['of'].replace('.', '/')}"
