"""Erasing what a directory said of people (個人情報の消去): that a run did something stays, with whom does not."""

from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.directory import DirectoryRun, DirectoryRunRow, StagedPerson, SyncedPerson
from services.events import PeopleErased


@listens(PeopleErased)
def erase_synced(tx: Transaction, erased: PeopleErased) -> None:
    """Forget by which keys vendors know these people, and blank them in previews; a run that waits is run again.

    Somebody whom a directory goes on naming comes back with the next run, as a new person.
    """
    ids = SyncedPerson.person_id == func.any(list(erased.ids))
    of_runs = (
        select(DirectoryRun.id, SyncedPerson.key)
        .join(SyncedPerson, SyncedPerson.connection_id == DirectoryRun.connection_id)
        .where(ids)
    )
    rows: list[ColumnElement[bool]] = [tuple_(DirectoryRunRow.run_id, DirectoryRunRow.key).in_(of_runs)]
    staged: list[ColumnElement[bool]] = [tuple_(StagedPerson.run_id, StagedPerson.key).in_(of_runs)]
    if erased.words:
        rows += [mentions(column, erased.words) for column in (DirectoryRunRow.name, DirectoryRunRow.said)]
        staged.append(mentions(StagedPerson.fields, erased.words))
    blank: dict[str, Any] = {"key": None, "code": "", "name": erased.name, "said": {}}
    run(tx, update(DirectoryRunRow).where(or_(*rows)).values(**blank))
    run(tx, delete(StagedPerson).where(or_(*staged)))
    run(tx, delete(SyncedPerson).where(ids))
