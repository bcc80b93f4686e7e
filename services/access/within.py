"""Which accounts an actor may see and handle: by the reach of the process, and never those that may do more."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.actor import Grants
from core.errors import NotFound, Refused
from core.i18n import N_
from core.operations import Process, names
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet
from data.models.people import Person
from services.access.actors import grants_of
from services.access.reach import covers, people_within
from services.access.required import administrates
from services.access.shipped import ADMINISTRATOR


def account_within(tx: Transaction, process: Process[Any, Any], account_id: int) -> Account:
    """Return an account that the actor reaches with this process, locked for change.

    Raises:
        NotFound: when there is none, or out of reach: the answer is the same.
        Refused: when it may do something that the actor may not.
    """
    account: Account | None = tx.scalar(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == account_id, people_within(process.reach(tx), tx.actor))
        .with_for_update(of=Account)
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NotFound(N_("This account does not exist, or is outside your reach."))
    if not holds(tx, grants_of(tx, account_id)):
        raise Refused(N_("This account may do more than you. Ask a system administrator."))
    return account


def holds(tx: Transaction, grants: Grants, own: Grants | None = None) -> bool:
    """Say whether the actor may do all of this, as far: nobody gives or takes over more than they have.

    ``own``: whether somebody who may do that much may.
    """
    if own is None and tx.actor.is_system:
        return True
    mine = tx.actor.grants if own is None else own
    # What an earlier version granted and is no more counts for nothing: not even a system administrator has it.
    known = set(names())
    return all(
        process not in known
        or not (reach.whole or reach.paths or reach.own)  # only in what one made oneself: it is nobody's power
        or ((process, what) in mine and covers(mine[process, what], reach))
        for (process, what), reach in grants.items()
    )


def more_powerful(tx: Transaction, *which: ColumnElement[bool], than: Grants | None = None) -> list[int]:
    """Return those of these people whose accounts may do something that the actor may not; conditions on ``Person``.

    ``than``: measured by these grants instead. One look at the grants for each combination of sets and reaches that
    accounts have, however many have the same.
    """
    given = (
        select(Account.person_id, PermissionAssignment.account_id, PermissionAssignment.set_id,
               PermissionAssignment.reach, PermissionAssignment.department_id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(*which)
    )  # fmt: skip
    by_account: dict[tuple[int, int], set[Any]] = defaultdict(set)
    for person_id, account_id, *assignment in tx.execute(given):
        by_account[person_id, account_id].add(tuple(assignment))
    alike: dict[frozenset[Any], list[tuple[int, int]]] = defaultdict(list)
    for who, assignments in by_account.items():
        alike[frozenset(assignments)].append(who)
    more = [whose for whose in alike.values() if not holds(tx, grants_of(tx, whose[0][1]), than)]
    return [person_id for whose in more for person_id, _account_id in whose]


def keep_an_administrator(tx: Transaction) -> None:
    """Check after a change that somebody who may do everything can still sign in.

    Two changes at once cannot each count on the other's administrator: both wait for the same row.

    Raises:
        Refused: when nobody is left; the transaction is then rolled back.
    """
    administrators = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == ADMINISTRATOR).with_for_update())
    left = tx.scalar(
        select(func.count())
        .select_from(PermissionAssignment)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .where(PermissionAssignment.set_id == administrators, Account.status == AccountStatus.ACTIVE)
    )
    if not left:
        raise Refused(N_("This is the last system administrator who can sign in. Name another one first."))


def is_administrator(tx: Transaction, account_ids: list[int]) -> bool:
    """Say whether one of these accounts may do everything."""
    return bool(tx.scalar(select(administrates(func.any(account_ids)))))
