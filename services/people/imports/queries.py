"""Imports as their pages show them: the list, one with its counts, the rows of its dry run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true

from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import Process, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import ImportKind, ImportState, PeopleImport, PeopleImportRow, Person, RowAction
from services.changes import set_of
from services.people.imports.columns import columns_of, label_of
from services.people.imports.headings import Column
from services.people.imports.read import beginning


class ImportAsk(Input):
    """Which import."""

    id: int = field(N_("Number"))


class ImportRow(Row):
    """A line of the list of imports; ``counts``: rows, add, change, same, error, departments, gone as far as known."""

    id: int
    kind: ImportKind = field(N_("Kind"))
    filename: str = field(N_("File"))
    state: ImportState = field(N_("State"))
    counts: dict[str, int]
    by: str = field(N_("By"))
    message: str | None = field(N_("Message"))
    created_at: datetime = field(N_("Uploaded at"))
    applied_at: datetime | None = field(N_("Applied at"))


class ColumnRow(Row):
    """A field that can be imported, with the column of the file that it is mapped to (empty: none)."""

    field: str
    label: str
    column: str


class ImportDetail(ImportRow):
    """An import with its columns: ``sample`` holds the first rows, cells by column of the file."""

    encoding: str
    header: list[str]
    sample: list[dict[str, str]]
    columns: list[ColumnRow]
    mapping: dict[str, str]
    create_departments: bool
    work_id: int | None
    change_set_id: int | None
    """What it changed, if the actor may see that."""

    own: bool
    """Only whoever uploaded a file maps and applies it."""


class RowsAsk(PageAsk):
    """Which rows of which import."""

    id: int = field(N_("Import"), hidden=True)
    action: RowAction | None = field(N_("What becomes of it"), default=None)


class ProblemRow(Row):
    """What is wrong, by column of the file; no column: with the whole row."""

    column: str
    text: str


class ChangeRow(Row):
    """A field that a row changes."""

    label: str
    before: str
    after: str


class CheckedRow(Row):
    """A row of the file with what becomes of it (of huge cells the beginning); ``line``: its number in a sheet."""

    line: int = field(N_("Line"))
    action: RowAction = field(N_("What becomes of it"))
    key: str = field(N_("Code"))
    name: str = field(N_("Name"))
    cells: list[str]
    changes: list[ChangeRow]
    problems: list[ProblemRow]


@query("people.imports", N_("See imports"))
def list_imports(tx: Transaction, ask: PageAsk) -> Page[ImportRow]:
    """Return a page of the imports, the latest first: all with the whole organisation in reach, else one's own."""
    orders = {"latest": (PeopleImport.created_at, PeopleImport.id)}
    latest_first = ask if ask.sort else ask.model_copy(update={"sort": "-latest"})
    return fetch_page(tx, _imports(tx, list_imports), latest_first, orders=orders, make=_made)


@query("people.import_show", N_("See an import"))
def show_import(tx: Transaction, ask: ImportAsk) -> ImportDetail:
    """Return an import with its columns and counts.

    Raises:
        NotFound: when there is none of that number within reach.
    """
    found = seen_import(tx, show_import, ask.id)
    by = tx.execute(_imports(tx, show_import).where(PeopleImport.id == found.id)).one()
    columns = [
        ColumnRow(field=column.field, label=_(column.label), column=found.mapping.get(column.field, ""))
        for column in columns_of(tx, found.kind)
    ]
    return ImportDetail(
        **_made(by).model_dump(), encoding=found.encoding, header=found.header,
        sample=[{name: str(cell) for name, cell in row.items()} for row in found.sample],
        columns=columns, mapping=found.mapping, create_departments=found.create_departments, work_id=found.work_id,
        change_set_id=set_of(tx, f"people_import:{found.id}"), own=found.account_id == tx.actor.account_id,
    )  # fmt: skip


@query("people.import_rows", N_("See the rows of an import"))
def list_rows(tx: Transaction, ask: RowsAsk) -> Page[CheckedRow]:
    """Return a page of the rows of a dry run, by action, with errors in words.

    Raises:
        NotFound: when there is no such import within reach.
    """
    found = seen_import(tx, list_rows, ask.id)
    statement = select(PeopleImportRow).where(PeopleImportRow.import_id == found.id)
    if ask.action is not None:
        statement = statement.where(PeopleImportRow.action == ask.action)
    orders, columns = {"line": (PeopleImportRow.line,)}, columns_of(tx, found.kind)
    return fetch_page(tx, statement, ask, orders=orders, make=lambda row: _checked(found, row.PeopleImportRow, columns))


def seen_import(tx: Transaction, process: Process[Any, Any], import_id: int) -> PeopleImport:
    """Return an import that the actor may see.

    Raises:
        NotFound: when there is none of that number within reach.
    """
    found: PeopleImport | None = tx.scalar(
        select(PeopleImport)
        .where(PeopleImport.id == import_id, _seen(tx, process))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(N_("There is no such import of yours."))
    return found


def problems_of(row: PeopleImportRow) -> list[ProblemRow]:
    """Return what is wrong with a row, in the current language."""
    problems = (row.errors or {}).get("problems", [])
    return [ProblemRow(column=column, text=_(message, **values)) for column, message, values in problems]


def _imports(tx: Transaction, process: Process[Any, Any]) -> Select[Any]:
    # Without the file itself, which may have fifty megabytes.
    return (
        select(
            PeopleImport.id, PeopleImport.kind, PeopleImport.filename, PeopleImport.state, PeopleImport.counts,
            PeopleImport.message, PeopleImport.created_at, PeopleImport.applied_at,
            Person.family_name, Person.given_name,
        )
        .outerjoin(Account, Account.id == PeopleImport.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(_seen(tx, process))
    )  # fmt: skip


def _seen(tx: Transaction, process: Process[Any, Any]) -> ColumnElement[bool]:
    return true() if process.reach(tx).whole else PeopleImport.account_id == tx.actor.account_id


def _made(row: Any) -> ImportRow:
    return ImportRow(
        id=row.id, kind=row.kind, filename=row.filename, state=row.state, counts=row.counts, message=row.message,
        created_at=row.created_at, applied_at=row.applied_at,
        by=f"{row.family_name or ''} {row.given_name or ''}".strip(),
    )  # fmt: skip


def _checked(found: PeopleImport, row: PeopleImportRow, columns: Sequence[Column]) -> CheckedRow:
    shown = list(map(beginning, row.cells))
    cells = dict(zip(found.header, shown, strict=False))

    def cell(*names: str) -> str:
        return " ".join(cells[column] for name in names if (column := found.mapping.get(name, "")) in cells).strip()

    changes = (row.values or {}).get("changes", [])
    return CheckedRow(
        line=row.line, action=row.action, cells=shown, problems=problems_of(row),
        key=cell("code") or cell("path") or cell("login"),
        name=cell("family_name", "given_name", "name") or cell("role", "department", "region"),
        changes=[ChangeRow(label=label_of(columns, name), before=was, after=now) for name, was, now in changes],
    )  # fmt: skip
