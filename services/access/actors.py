"""From an account to an actor: the grants are read anew for every run, so a change takes effect on the next click."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from core.actor import WHOLE, Actor, Grants, Reach, What
from core.errors import NotAllowed
from core.i18n import N_
from core.operations import names
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department, Person
from services.access.required import lacks_second_factor
from services.access.shipped import ADMINISTRATOR


def actor_for(tx: Transaction, account_id: int, session_id: int | None = None) -> Actor:
    """Return the actor of an account as it stands now.

    In a session of a browser an account without the second factor that the organisation asks for is ``confined``.

    Raises:
        NotAllowed: when the account is stopped, or not used yet.
    """
    found = tx.execute(
        select(Account, Person).join(Person, Person.id == Account.person_id).where(Account.id == account_id)
    ).first()
    if found is None or found.Account.status is not AccountStatus.ACTIVE:
        raise NotAllowed(N_("This account is stopped. Ask an administrator."))
    confined = session_id is not None and lacks_second_factor(tx, account_id)
    return Actor(
        name=found.Person.name,
        account_id=account_id,
        person_id=found.Person.id,
        session_id=session_id,
        language=found.Account.language,
        grants={} if confined else grants_of(tx, account_id),
        confined=confined,
    )


def grants_of(tx: Transaction, account_id: int) -> Grants:
    """Return what an account may do and how far, all its permission sets joined."""
    rows = tx.execute(
        select(PermissionSet.shipped, PermissionAssignment.reach, Department.path, PermissionGrant.process,
               PermissionGrant.what)
        .join(PermissionAssignment, PermissionAssignment.set_id == PermissionSet.id)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.account_id == account_id)
    )  # fmt: skip
    return joined_grants(rows)


def joined_grants(rows: Iterable[Any]) -> Grants:
    """Return the grants of rows with ``shipped``, ``reach``, ``path``, ``process`` and ``what``, joined."""
    grants: dict[tuple[str, What], Reach] = defaultdict(Reach)
    for row in rows:
        if row.shipped == ADMINISTRATOR:
            return everything()
        if row.process is not None:
            key = (row.process, row.what)
            grants[key] = grants[key].joined(reach_of(row.reach, row.path))
    return dict(grants)


def everything() -> Grants:
    """Return what the system administrator may: all that is declared."""
    return _all_of(names())


@lru_cache(maxsize=1)
def _all_of(processes: tuple[str, ...]) -> Grants:  # a hundred, five times over: asked for on each run and request
    return MappingProxyType(dict.fromkeys(((name, what) for name in processes for what in What), WHOLE))


def reach_of(kind: ReachKind, path: str | None) -> Reach:
    """Return how far an assignment goes; ``path`` is that of its department, if it has one."""
    if kind is ReachKind.WHOLE:
        return WHOLE
    return Reach(own=True) if kind is ReachKind.SELF else Reach(paths=frozenset({path or ""}))
