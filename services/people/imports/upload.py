"""An import step by step (CSV一括登録): upload a file, say which column is what, look at the dry run, apply it."""

import io
from datetime import datetime
from itertools import islice

from pydantic import InstanceOf
from sqlalchemy import delete, select

from core import progress
from core.actor import What
from core.errors import Invalid, NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.jobs import enqueue
from core.operations import operation
from core.settings import settings
from core.transaction import Transaction
from data.models.people import ImportKind, ImportState, PeopleImport, PeopleImportRow
from services.access import assign
from services.people.imports.columns import check_mapping, columns_of, guess
from services.people.imports.file import keep, opened, size_of
from services.people.imports.jobs import ONLY_WHOLE, apply_job, check_job
from services.people.imports.read import NO_ROWS, NUL, NUL_SHOWN, beginning, open_sheet

SAMPLE = 5
MIB = 2**20
TOO_LARGE = N_("The file is larger than {limit} MiB. Split it and import the parts.")
AT_WORK = (ImportState.CHECKING, ImportState.APPLYING)


class Upload(Input):
    """A file, and what its rows are. ``content`` is all of a small one, or a file on the disk to read it from."""

    kind: ImportKind = field(N_("What the rows are"), default=ImportKind.PEOPLE)
    filename: str = field(N_("File name"), max_length=255)
    # Kept out of the audit record: the import itself holds the file.
    content: bytes | InstanceOf[io.IOBase] = field(N_("File"), secret=True, exclude=True, repr=False)


class Mapping(Input):
    """Which column is which field, and whether departments that are not there are to be made."""

    id: int = field(N_("Number"), hidden=True)
    mapping: dict[str, str] = field(N_("Columns"))
    create_departments: bool = field(
        N_("Make missing departments"), default=False,
        help=N_("Departments that the file names and that are not there are made. Otherwise such a row is an error."),
    )  # fmt: skip


class Application(Input):
    """Which import to apply, all of it or its good rows only."""

    id: int = field(N_("Number"), hidden=True)
    good_rows_only: bool = field(
        N_("Good rows only"), default=False, help=N_("Rows with an error are left out; get them back as a CSV.")
    )


class StoredImport(Row):
    """An import as it stands after a step."""

    id: int
    kind: ImportKind
    state: ImportState
    filename: str
    mapping: dict[str, str]
    work_id: int | None
    created_at: datetime


@operation("people.upload", N_("Upload a CSV"), does=What.BULK, touches="people_import")
def upload(tx: Transaction, ask: Upload) -> StoredImport:
    """Store a CSV and guess what its columns are; a file with the same header is mapped as the last time.

    It is read through to the end, so that what is no CSV is refused here, but never whole in memory.

    Raises:
        Invalid: when the file is too large, or no CSV that can be read; the sentence says what to do.
    """
    file, limit = opened(ask.content), settings().upload_mib
    if size_of(file) > limit * MIB:
        raise Invalid(TOO_LARGE, limit=f"{limit:,}")
    sheet = open_sheet(file)
    first = list(islice(sheet.lines, SAMPLE))
    rows = len(first) + sum(1 for _line in sheet.lines)
    if not rows:
        raise Invalid(NO_ROWS)
    sample = [dict(zip(sheet.header, line.cells, strict=False)) for line in first]
    guessed = guess(ask.kind, sheet.header, columns_of(tx, ask.kind))
    made = PeopleImport(
        kind=ask.kind, filename=ask.filename, encoding=sheet.encoding, header=sheet.header,
        sample=_shown(sample), mapping=_last_mapping(tx, ask.kind, sheet.header) or guessed,
        counts={"rows": rows}, account_id=tx.actor.account_id, created_at=tx.now,
    )  # fmt: skip
    keep(tx, made, file)
    return StoredImport.model_validate(made)


@operation("people.map_import", N_("Map columns and check a CSV"), does=What.BULK, touches="people_import")
def map_import(tx: Transaction, ask: Mapping) -> StoredImport:
    """Say which column is which field and let the dry run begin; it can be repeated until the import is applied.

    Raises:
        NotFound: when the actor uploaded no such file. Invalid: when the mapping cannot be used.
        Refused: while the file is being checked or applied, or after it was applied; departments with a limited reach.
        NotAllowed: for a file of permission sets, when the actor may not give any.
    """
    found = own_import(tx, ask.id)
    if found.state is ImportState.APPLIED:
        raise Refused(N_("This file has been applied already. Upload it again to import it once more."))
    if found.kind is ImportKind.DEPARTMENTS and not map_import.reach(tx).whole:
        raise Refused(ONLY_WHOLE)
    if found.kind is ImportKind.ROLES:
        assign.require(tx)
    check_mapping(found.kind, found.header, ask.mapping, columns_of(tx, found.kind))
    found.mapping, found.create_departments = ask.mapping, ask.create_departments
    found.state, found.digest, found.message = ImportState.CHECKING, None, None
    found.counts = {"rows": found.counts["rows"]}
    tx.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id == found.id))
    found.work_id = _announced(tx, "people.map_import", found)
    tx.session.flush()
    enqueue(tx, check_job, import_id=found.id)
    return StoredImport.model_validate(found)


@operation("people.apply_import", N_("Apply a CSV"), does=What.BULK, touches="people_import")
def apply_import(tx: Transaction, ask: Application) -> StoredImport:
    """Apply an import, all of it or its good rows only, in one transaction; a job does it.

    Raises:
        NotFound: when the actor uploaded no such file.
        Refused: when it was not checked, is applied already, has errors and all of it is wanted, or changes nothing.
    """
    found = own_import(tx, ask.id)
    if found.state is ImportState.APPLIED:
        raise Refused(N_("This file has been applied already."))
    if found.state is not ImportState.CHECKED:
        raise Refused(N_("Check the file first."))
    if found.counts["error"] and not ask.good_rows_only:
        raise Refused(
            N_("{count} rows have errors. Correct them and upload the file again, or apply the good rows only."),
            count=f"{found.counts['error']:,}",
        )
    if not found.counts["add"] and not found.counts["change"]:
        raise Refused(N_("There is nothing to apply: no row adds or changes anything."))
    found.state = ImportState.APPLYING
    found.work_id = _announced(tx, "people.apply_import", found)
    tx.session.flush()
    enqueue(tx, apply_job, import_id=found.id)
    return StoredImport.model_validate(found)


def _announced(tx: Transaction, process: str, found: PeopleImport) -> int:
    return progress.begin(tx, process, total=found.counts["rows"], subject=f"people_import:{found.id}")


def own_import(tx: Transaction, import_id: int) -> PeopleImport:
    """Return an import that the actor uploaded, locked for a step.

    Raises:
        NotFound: when there is none; somebody else's is none. Refused: while a job works on it.
    """
    mine = (PeopleImport.id == import_id, PeopleImport.account_id.is_not_distinct_from(tx.actor.account_id))
    state = tx.scalar(select(PeopleImport.state).where(*mine))
    if state is None:
        raise NotFound(N_("There is no such import of yours."))
    locked = select(PeopleImport).where(*mine).with_for_update(skip_locked=True)
    found: PeopleImport | None = tx.scalar(locked.execution_options(populate_existing=True))
    if found is None or found.state in AT_WORK:
        raise Refused(N_("This file is being checked or applied at this moment. Wait until that is done."))
    return found


def _last_mapping(tx: Transaction, kind: ImportKind, header: list[str]) -> dict[str, str] | None:
    # Only what a person has confirmed by letting it be checked.
    mapping: dict[str, str] | None = tx.scalar(
        select(PeopleImport.mapping)
        .where(PeopleImport.kind == kind, PeopleImport.header == header, PeopleImport.work_id.is_not(None))
        .order_by(PeopleImport.created_at.desc(), PeopleImport.id.desc())
        .limit(1)
    )
    return mapping


def _shown(sample: list[dict[str, str]]) -> list[dict[str, object]]:
    return [{name: beginning(cell).replace(NUL, NUL_SHOWN) for name, cell in row.items()} for row in sample]
