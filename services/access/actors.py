"""From an account to an actor: the grants are read anew for every run, so a change takes effect on the next click."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, null, select, union_all

from core.actor import WHOLE, Actor, Grants, Reach, What
from core.errors import NotAllowed
from core.i18n import N_
from core.operations import names
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department, Membership, Person
from services.access.everybody import everybody_creates
from services.access.required import lacks
from services.access.shipped import ADMINISTRATOR, EVERYBODY, WRITING, pairs_of

_OF_ACCOUNT: ColumnElement[int] = bindparam("account")
_ACCOUNT = Prepared(
    select(Account.status, Account.language, Account.person_id, Person.family_name, Person.given_name,
           lacks().label("lacks"))
    .join(Person, Person.id == Account.person_id)
    .where(Account.id == _OF_ACCOUNT)
)  # fmt: skip
_GIVEN = (
    select(PermissionSet.shipped, PermissionAssignment.reach, Department.path, PermissionGrant.process,
           PermissionGrant.what)
    .join(PermissionAssignment, PermissionAssignment.set_id == PermissionSet.id)
    .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
    .outerjoin(Department, Department.id == PermissionAssignment.department_id)
    .where(PermissionAssignment.account_id == _OF_ACCOUNT)
)  # fmt: skip
_OF_EVERYBODY = (
    select(literal(EVERYBODY), literal(ReachKind.DEPARTMENT, PermissionAssignment.reach.type), Department.path, null(),
           null())
    .select_from(Account)
    .join(Membership, Membership.person_id == Account.person_id)
    .join(Department, Department.id == Membership.department_id)
    .where(Account.id == _OF_ACCOUNT, Department.retired_at.is_(None), everybody_creates())
)  # fmt: skip
_GRANTS = Prepared(select(union_all(_GIVEN, _OF_EVERYBODY).subquery()))


def actor_for(tx: Transaction, account_id: int, session_id: int | None = None) -> Actor:
    """Return the actor of an account as it stands now.

    In a session of a browser an account without the second factor that the organisation asks for is ``confined``.

    Raises:
        NotAllowed: when the account is stopped, or not used yet.
    """
    found = tx.first(_ACCOUNT, account=account_id)
    if found is None or found.status is not AccountStatus.ACTIVE:
        raise NotAllowed(N_("This account is stopped. Ask an administrator."))
    confined = session_id is not None and found.lacks
    return Actor(
        name=f"{found.family_name} {found.given_name}".strip(),
        account_id=account_id,
        person_id=found.person_id,
        session_id=session_id,
        language=found.language,
        grants={} if confined else grants_of(tx, account_id),
        confined=confined,
    )


def grants_of(tx: Transaction, account_id: int) -> Grants:
    """Return what an account may do and how far: all its permission sets joined, and what everybody may (D10)."""
    return joined_grants(tx.rows(_GRANTS, account=account_id))


def joined_grants(rows: Iterable[Any]) -> Grants:
    """Return the grants of rows with ``shipped``, ``reach``, ``path``, ``process`` and ``what``, joined."""
    grants: dict[tuple[str, What], Reach] = defaultdict(Reach)
    for row in rows:
        if row.shipped == ADMINISTRATOR:
            return everything()
        if row.shipped == EVERYBODY:
            for key in pairs_of(WRITING):
                grants[key] = grants[key].joined(Reach(made=frozenset({row.path})))
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
