"""Giving many people the regions of their addresses: at once when they are few, else as a job; one change-set."""

from typing import Any

from core import audit, logs, progress
from core.actor import Actor, What
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_, using_language
from core.inputs import Input
from core.jobs import enqueue, job
from core.operations import operation
from core.transaction import Transaction
from services.access import actor_for
from services.changes import keeping, set_of
from services.people.bulk.asks import BulkDone
from services.people.bulk.doing import FAULT, RETRIES, SECONDS
from services.people.bulk.homes import LOOKED_AT, TAKE, HomeRegions, count_with_address, taken, write
from services.people.kept import PEOPLE
from services.people.lock import alone

STEPS = 2


class TakenHomes(Input):
    """What the audit record of a finished job says."""

    work_id: int
    count: int


@operation(TAKE, N_("Take the regions of many people from their addresses"), does=What.BULK, touches="person")
def take_home_regions(tx: Transaction, ask: HomeRegions) -> BulkDone:
    """Give people the municipality of their address as a region (住所からの一括登録); what is not clear stays open.

    Raises:
        Refused: when nobody would change. Conflict: when it is another number of people than the preview said.
        Invalid: when a region was chosen that the address does not allow.
    """
    alone(tx)
    if count_with_address(tx, ask) > LOOKED_AT:
        work_id = progress.begin(tx, TAKE, total=STEPS)
        asked = ask.model_copy(update={"expected": None}).model_dump(mode="json")
        enqueue(tx, take_many, ask=asked, account_id=tx.actor.account_id, work_id=work_id)
        return BulkDone(count=0, work_id=work_id)
    regions = taken(tx, ask)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, list(regions))
        write(tx, regions)
    tx.note("people", None, len(regions))
    return BulkDone(count=len(regions), change_set_id=kept.id)


@job(TAKE, retries=RETRIES)
def take_many(ask: dict[str, Any], account_id: int | None, work_id: int) -> None:
    """Do what was begun; what was done already is left alone."""
    with transaction(Actor.system("people.bulk")) as tx:
        actor = tx.actor if account_id is None else actor_for(tx, account_id)
        done = set_of(tx, f"work:{work_id}") is not None
    try:
        if not done:
            with using_language(actor.language), transaction(actor, statement_seconds=SECONDS) as tx:
                _take(tx, HomeRegions.model_validate(ask), work_id)
    except RenrakuError as error:
        with using_language(actor.language):
            progress.fail(work_id, error.text)
        return
    except Exception as error:
        fault_id = logs.fault(error, work=work_id)
        with using_language(actor.language):
            progress.fail(work_id, RenrakuError(FAULT).text, fault_id)
        raise
    progress.finish(work_id)


def _take(tx: Transaction, ask: HomeRegions, work_id: int) -> None:
    progress.report(work_id, N_("Reading addresses"), 0, STEPS)
    tx.actor.require(TAKE, What.BULK)
    alone(tx)
    regions = taken(tx, ask)
    progress.report(work_id, N_("Writing"), 1, STEPS)
    with keeping(tx, process=TAKE, subject=f"work:{work_id}") as kept:
        kept.watch(PEOPLE, list(regions))
        write(tx, regions)
    outcome = TakenHomes(work_id=work_id, count=len(regions))
    audit.record(tx, TAKE, "person", outcome, outcome)
