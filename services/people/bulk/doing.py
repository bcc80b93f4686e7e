"""Changing and retiring many people: at once when they are few, else as a job; either way one change-set."""

from typing import Any

import structlog

from core import audit, progress
from core.actor import Actor, What
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_, using_language
from core.inputs import Input
from core.jobs import enqueue, job
from core.operations import operation
from core.transaction import Transaction
from services.access import actor_for, stop_accounts_of
from services.changes import Keeper, keeping, set_of
from services.people.bulk.asks import DIRECTLY, BulkDone, BulkEdit, Chosen
from services.people.bulk.edits import Edits
from services.people.bulk.plan import EDIT, RETIRE, edits_of, plan
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.retire import mark_retired

SECONDS = 15 * 60
RETRIES = 3
STEPS = 3
FAULT = N_("This could not be done because of a fault in the program. Nothing was changed. Tell your administrator.")
ASKS: dict[str, type[Chosen]] = {EDIT: BulkEdit, RETIRE: Chosen}
log = structlog.get_logger("people.bulk")


class BulkOutcome(Input):
    """What the audit record of a finished job says."""

    work_id: int
    count: int


@operation("people.bulk_edit", N_("Change many people at once"), does=What.BULK, touches="person")
def bulk_edit(tx: Transaction, ask: BulkEdit) -> BulkDone:
    """Change departments, a region, the language or own fields of many people (一括変更).

    Raises:
        Refused: when nobody would change. NotFound: when a department is out of use or out of reach.
        Invalid: when a value cannot be used. Conflict: when it is another number of people than the preview said.
    """
    alone(tx)
    edits = edits_of(tx, ask)
    ids = _checked(tx, ask, edits)
    if len(ids) > DIRECTLY:
        return _as_job(tx, ask, len(ids), EDIT)
    with keeping(tx) as kept:
        _write(tx, kept, ids, edits)
    return _done(tx, ids, kept)


@operation("people.bulk_retire", N_("Retire many people at once"), does=What.BULK, touches="person")
def bulk_retire(tx: Transaction, ask: Chosen) -> BulkDone:
    """Retire many people, stop their accounts and end their sessions (一括退職).

    Raises:
        Refused: when nobody would change, or no administrator would be left.
        Conflict: when it is another number of people than the preview said.
    """
    alone(tx)
    ids = _checked(tx, ask, None)
    if len(ids) > DIRECTLY:
        return _as_job(tx, ask, len(ids), RETIRE)
    with keeping(tx) as kept:
        _write(tx, kept, ids, None)
    return _done(tx, ids, kept)


@job("people.change_many", retries=RETRIES)
def change_many(process: str, ask: dict[str, Any], account_id: int | None, work_id: int) -> None:
    """Do what was begun; what was done already is left alone."""
    with transaction(Actor.system("people.bulk")) as tx:
        actor = tx.actor if account_id is None else actor_for(tx, account_id)
        done = set_of(tx, f"work:{work_id}") is not None
    try:
        if not done:
            with using_language(actor.language), transaction(actor, statement_seconds=SECONDS) as tx:
                _work(tx, process, ASKS[process].model_validate(ask), work_id)
    except RenrakuError as error:
        with using_language(actor.language):
            progress.fail(work_id, error.text)
        return
    except Exception:
        log.exception("a change of many failed", work=work_id)
        with using_language(actor.language):
            progress.fail(work_id, RenrakuError(FAULT).text)
        raise
    progress.finish(work_id)


def _checked(tx: Transaction, ask: Chosen, edits: Edits | None) -> list[int]:
    found = plan(tx, ask, edits)
    found.require(ask.expected)
    return found.ids


def _as_job(tx: Transaction, ask: Chosen, count: int, process: str) -> BulkDone:
    work_id = progress.begin(tx, process, total=STEPS)
    asked = ask.model_copy(update={"expected": count}).model_dump(mode="json")
    enqueue(tx, change_many, process=process, ask=asked, account_id=tx.actor.account_id, work_id=work_id)
    return BulkDone(count=count, work_id=work_id)


def _done(tx: Transaction, ids: list[int], kept: Keeper) -> BulkDone:
    tx.note("people", None, len(ids))
    return BulkDone(count=len(ids), change_set_id=kept.id)


def _work(tx: Transaction, process: str, ask: Chosen, work_id: int) -> None:
    progress.report(work_id, N_("Comparing"), 0, STEPS)
    tx.actor.require(process, What.BULK)
    alone(tx)
    edits = edits_of(tx, ask) if isinstance(ask, BulkEdit) else None
    ids = _checked(tx, ask, edits)
    progress.report(work_id, N_("Writing"), 1, STEPS)
    with keeping(tx, process=process, subject=f"work:{work_id}") as kept:
        _write(tx, kept, ids, edits)
        progress.report(work_id, N_("Storing the result"), 2, STEPS)
    outcome = BulkOutcome(work_id=work_id, count=len(ids))
    audit.record(tx, process, "person", outcome, outcome)


def _write(tx: Transaction, kept: Keeper, ids: list[int], edits: Edits | None) -> None:
    kept.watch(PEOPLE, ids)
    if edits is not None:
        edits.write(tx, ids)
        return
    mark_retired(tx, ids)
    stop_accounts_of(tx, ids)
    tx.session.expire_all()
