"""The two jobs of an import: the dry run, and applying exactly what it promised, each in one transaction."""

import json
from collections.abc import Callable
from dataclasses import astuple
from itertools import islice
from typing import Any

from sqlalchemy import select, update

from core import audit, collector, logs, progress
from core.actor import Actor, Reach, What
from core.database import transaction
from core.errors import Conflict, NotFound, Refused, RenrakuError
from core.i18n import N_, using_language
from core.inputs import Input
from core.jobs import job
from core.transaction import Transaction
from data.models.people import ImportKind, ImportState, PeopleImport
from services.access import actor_for
from services.changes import keeping
from services.events import ImportFinished
from services.people.imports.belongings import BelongingsCheck
from services.people.imports.check import PeopleCheck
from services.people.imports.department_codes import plan_by_code
from services.people.imports.departments import plan_by_path
from services.people.imports.file import stored
from services.people.imports.memberships import Memberships
from services.people.imports.own import OwnCells
from services.people.imports.person_regions import Regions
from services.people.imports.places import load_places
from services.people.imports.plan import Plan, PlannedRow, Say, counts_of, digest_of
from services.people.imports.read import NUL, NUL_SHOWN, open_sheet, read_sheet, stream_sheet
from services.people.imports.roles import PermissionSets
from services.people.imports.rows import PeopleReader
from services.people.lock import alone
from services.people.store import BATCH, copy_rows

SECONDS = 15 * 60
RETRIES = 3
STALE = N_("People or departments were changed after the check, so nothing was applied. Check the file again.")
FAULT = N_("This could not be done because of a fault in the program. Nothing was applied. Tell your administrator.")
ONLY_WHOLE = N_("Only somebody with the whole organisation in reach imports departments.")
Work = Callable[[Transaction, PeopleImport, Say], None]
COLUMNS = ("import_id", "line", "action", "cells", "values", "errors")
BELONGINGS = {ImportKind.MEMBERSHIPS: Memberships, ImportKind.REGIONS: Regions}


class Outcome(Input):
    """What the audit record of an applied import says; the counts stand in its changes."""

    id: int
    filename: str


@job("people.check_import", retries=RETRIES)
def check_job(import_id: int) -> None:
    """Make the dry run of an import; one that is not to be checked (any more) is left alone."""
    _work(import_id, ImportState.CHECKING, check)


@job("people.apply_import", retries=RETRIES)
def apply_job(import_id: int) -> None:
    """Apply an import; one that is not to be applied (any more) is left alone."""
    _work(import_id, ImportState.APPLYING, apply)


def check(tx: Transaction, found: PeopleImport, say: Say) -> None:
    """Store what would become of each row, with the counts, and the hash that applying has to meet."""
    plan = make_plan(tx, found, tx.actor.reach("people.map_import", What.BULK), say)
    say(N_("Storing the result"), 0, len(plan.rows))
    lines = zip(open_sheet(stored(tx, found.id), found.encoding).lines, plan.rows, strict=True)
    # The file lies in the same database: while rows go out nothing can be read, so it is done by turns.
    while some := [_stored(found.id, row, line.cells) for line, row in islice(lines, BATCH)]:
        copy_rows(tx, "people_import_row", COLUMNS, some)
    found.state, found.counts, found.digest = ImportState.CHECKED, counts_of(plan), digest_of(plan.rows)


def apply(tx: Transaction, found: PeopleImport, say: Say) -> None:
    """Do what the dry run promised, and record it.

    Raises:
        Conflict: when something changed since, so that it would no longer be the same.
    """
    tx.actor.require("people.apply_import", What.BULK)
    alone(tx)
    plan = make_plan(tx, found, tx.actor.reach("people.apply_import", What.BULK), say)
    if digest_of(plan.rows) != found.digest:
        raise Conflict(STALE)
    with keeping(tx, process="people.apply_import", subject=f"people_import:{found.id}") as kept:
        plan.write(tx, kept, say)
    found.state, found.applied_at = ImportState.APPLIED, tx.now
    tx.note(found.kind.value, None, found.counts)
    outcome = Outcome(id=found.id, filename=found.filename)
    audit.record(tx, "people.apply_import", "people_import", outcome, outcome)
    made = kept.made
    tx.tell(ImportFinished(found.id, found.kind.value, found.counts, made.id if made.records else None))


def make_plan(tx: Transaction, found: PeopleImport, reach: Reach, say: Say) -> Plan:
    """Return what an import would do at this moment for somebody with this reach.

    Raises:
        Refused: for departments with a limited reach. NotAllowed: for permission sets, when the actor may give none.
    """
    if found.kind is ImportKind.DEPARTMENTS:
        return _plan_departments(tx, found, reach, say)
    sheet = stream_sheet(lambda: stored(tx, found.id), found.encoding, found.counts["rows"])
    if found.kind is ImportKind.ROLES:
        return BelongingsCheck(tx, PermissionSets(tx, reach), sheet, found.mapping).plan(say)
    places = load_places(tx, reach, create=found.create_departments)
    if found.kind is ImportKind.PEOPLE:
        own = OwnCells(tx, sheet, found.mapping)
        reader = PeopleReader(sheet, own.mapping, places, own.readers)
        return PeopleCheck(tx, reach, reader, places, own).plan(say)
    return BelongingsCheck(tx, BELONGINGS[found.kind](tx, reach, places), sheet, found.mapping).plan(say)


def _plan_departments(tx: Transaction, found: PeopleImport, reach: Reach, say: Say) -> Plan:
    if not reach.whole:
        raise Refused(ONLY_WHOLE)
    sheet = read_sheet(stored(tx, found.id), found.encoding)
    places = load_places(tx, reach, create=found.create_departments)
    planned = plan_by_path if "path" in found.mapping else plan_by_code
    return planned(sheet, found.mapping, places, say)


def _work(import_id: int, state: ImportState, work: Work) -> None:
    with transaction(Actor.system("people.imports")) as tx:
        head = tx.execute(
            select(PeopleImport.state, PeopleImport.account_id, PeopleImport.work_id).where(
                PeopleImport.id == import_id
            )
        ).one()
    if head.state is ImportState.FAILED:
        return  # what was told of it stands, though the queue tries a fault once more
    if head.state is state:
        actor = None
        try:
            actor = _actor(head.account_id)
            _in_one_transaction(import_id, actor, state, head.work_id, work)
        except RenrakuError as error:
            _fail(import_id, head.work_id, actor, error)
            return
        except Exception as error:
            fault_id = logs.fault(error, people_import=import_id)
            _fail(import_id, head.work_id, actor, RenrakuError(FAULT), fault_id)
            raise
    progress.finish(head.work_id)


def _actor(account_id: int | None) -> Actor:
    # The permissions of this moment count, not those of the click.
    with transaction(Actor.system("people.imports")) as tx:
        return tx.actor if account_id is None else actor_for(tx, account_id)


def _in_one_transaction(import_id: int, actor: Actor, state: ImportState, work_id: int, work: Work) -> None:
    def say(step: str, done: int, total: int) -> None:
        progress.report(work_id, step, done, total)

    with using_language(actor.language), collector.away(), transaction(actor, statement_seconds=SECONDS) as tx:
        found = tx.get(PeopleImport, import_id, lock=True)
        if found is None:
            raise NotFound(N_("There is no such import of yours."))
        if found.state is state:  # else another worker was faster
            work(tx, found, say)


def _fail(import_id: int, work_id: int, actor: Actor | None, error: RenrakuError, fault_id: str | None = None) -> None:
    with using_language(actor.language if actor else None):
        text = error.text
    with transaction(Actor.system("people.imports")) as tx:
        tx.execute(
            update(PeopleImport)
            .where(PeopleImport.id == import_id)
            .values(state=ImportState.FAILED, message=text, digest=None)
        )
    progress.fail(work_id, text, fault_id)


def _stored(import_id: int, row: PlannedRow, cells: list[str]) -> tuple[Any, ...]:
    if NUL in "".join(cells):
        cells = [cell.replace(NUL, NUL_SHOWN) for cell in cells]
    return (
        import_id, row.line, row.action.value, _json(cells),
        _json({"changes": row.changes}) if row.changes else None,
        _json({"problems": [astuple(problem) for problem in row.problems]}) if row.problems else None,
    )  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
