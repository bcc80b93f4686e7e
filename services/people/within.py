"""Who is within reach of the actor, and what an actor with a limited reach may do to memberships."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select

from core.actor import Reach
from core.errors import NotFound, Refused
from core.i18n import N_
from core.operations import Process
from core.transaction import Transaction
from data.models.people import Department, Person
from services.access import departments_within, people_within


def person_within(tx: Transaction, process: Process[Any, Any], person_id: int, *, lock: bool = False) -> Person:
    """Return a person whom the actor reaches with this process.

    Raises:
        NotFound: when there is none, or out of reach: the answer is the same.
    """
    statement = select(Person).where(Person.id == person_id, people_within(process.reach(tx), tx.actor))
    if lock:
        statement = statement.with_for_update(of=Person).execution_options(populate_existing=True)
    person: Person | None = tx.scalar(statement)
    if person is None:
        raise NotFound(N_("This person does not exist, or is outside your reach."))
    return person


def ids_within(tx: Transaction, process: Process[Any, Any], person_ids: Sequence[int]) -> list[int]:
    """Return these people's ids, each once, locked for change.

    Raises:
        NotFound: when one of them does not exist or is out of reach.
    """
    wanted = sorted(set(person_ids))
    found = tx.execute(
        select(Person.id)
        .where(Person.id == func.any(wanted), people_within(process.reach(tx), tx.actor))
        .order_by(Person.id)
        .with_for_update(of=Person)
    ).scalars()
    if len(list(found)) != len(wanted):
        raise NotFound(N_("One of these people does not exist, or is outside your reach."))
    return wanted


def check_departments(tx: Transaction, reach: Reach, before: Collection[int], after: Collection[int]) -> None:
    """Check a change of departments: all exist and are active, and the actor reaches what is added or removed.

    Raises:
        NotFound: when a department does not exist, is retired, or is out of reach.
        Refused: when an actor with a limited reach would leave the person in no department within it.
    """
    touched = set(before) ^ set(after)
    added = set(after) - set(before)
    if touched:
        rows = tx.execute(
            select(Department.id, Department.retired_at).where(
                Department.id == func.any(sorted(touched)), departments_within(reach)
            )
        ).all()
        usable = {row.id for row in rows if row.retired_at is None or row.id not in added}
        if usable != touched:
            raise NotFound(N_("One of these departments does not exist, is retired, or is outside your reach."))
    if not reach.whole and (touched or not before) and not _any_within(tx, reach, after):
        raise Refused(N_("Choose at least one department within your reach."))


def _any_within(tx: Transaction, reach: Reach, departments: Collection[int]) -> bool:
    statement = select(Department.id).where(Department.id == func.any(sorted(departments)), departments_within(reach))
    return tx.scalar(statement.limit(1)) is not None
