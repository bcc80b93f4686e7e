"""What a directory said of people as the sheet that an import compares: a row each, a column for each mapped field."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Text, cast, select

from core.inputs import WrongValue
from core.transaction import Transaction
from data.models.directory import StagedPerson
from services.people.imports.plan import PlannedRow
from services.people.imports.read import Line, Read, Sheet
from services.people.imports.target import MAILS
from services.people.text import code as clean_code


class Found(NamedTuple):
    """Somebody as the vendor gave them."""

    key: str
    code: str | None
    fields: Mapping[str, Any]
    departments: Sequence[str]
    left: bool


def found_in(tx: Transaction, run_id: int, needless: Sequence[str]) -> list[Found]:
    """Return everybody whom a run has read, in the order of its pages, without the fields that nobody needs.

    No objects of the session: there are many.
    """
    fields = StagedPerson.fields.op("-")(cast(needless, ARRAY(Text)))
    columns = (StagedPerson.key, StagedPerson.code, fields, StagedPerson.departments, StagedPerson.left)
    rows = tx.execute(select(*columns).where(StagedPerson.run_id == run_id).order_by(StagedPerson.at))
    return [Found._make(row) for row in rows]


def each_once(staged: Sequence[Found]) -> list[Found]:
    """Return everybody without those who were told twice in the same way."""
    # Pages may overlap when the directory changes while it is read: what says the same is the same.
    first: dict[str, Found] = {}
    return [one for one in staged if first.setdefault(one.key, one) is one or first[one.key] != one]


def unsaid_of(one: Found, mapping: Mapping[str, str]) -> frozenset[str]:
    """Return our fields that the vendor said nothing of this time; mail addresses are one group."""
    names = {name for name, theirs in mapping.items() if name != "code" and theirs not in one.fields}
    return frozenset(names | (MAILS if names & MAILS else set()))


def code_said(one: Found, mapping: Mapping[str, str]) -> str:
    """Return the code that the vendor has for somebody, written as codes are kept here; empty: none."""
    found = one.fields.get(mapping["code"]) if mapping.get("code") else one.code
    said = str(found or "").strip()
    try:
        return clean_code(said)
    except WrongValue:  # told with the row
        return said


def sheet_of(people: Sequence[Found], codes: Sequence[str], mapping: Mapping[str, str]) -> tuple[Sheet, dict[str, str]]:
    """Return a row for each, with the code that they have here, and which column is which field of ours."""
    names = [name for name in mapping if name not in {"code", "departments"}]
    header = ["code", *names, "departments"]
    lines = [
        Line(at, [
            code, *(str(one.fields.get(mapping[name]) or "") for name in names),
            json.dumps(one.departments, ensure_ascii=False),
        ])
        for at, (one, code) in enumerate(zip(people, codes, strict=True), start=1)
    ]  # fmt: skip
    return Read("utf-8", ",", header, lines), {name: name for name in header}


def cells_of(sheet: Sheet, row: PlannedRow) -> dict[str, str]:
    """Return what stands in a row, by column."""
    return dict(zip(sheet.header, sheet.lines[row.line - 1].cells, strict=True))


def name_in(sheet: Sheet, row: PlannedRow) -> str:
    """Return what somebody is called by their row."""
    cells = cells_of(sheet, row)
    return cells.get("name") or " ".join(filter(None, (cells.get("family_name"), cells.get("given_name"))))
