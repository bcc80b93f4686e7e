"""Which accounts may see a record, or do something: the reverse of ``people_within``, for offering whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, and_, bindparam, exists, func, or_, select, true

from core.actor import What
from core.operations import Process
from data.models.access import (
    Account,
    AccountStatus,
    PermissionAssignment,
    PermissionGrant,
    PermissionSet,
    ReachKind,
)
from data.models.people import Department
from services.access.shipped import ADMINISTRATOR


@dataclass(frozen=True)
class Lies:
    """Where a record lies: paths of its departments, the person that it is, the account that made it."""

    paths: Sequence[str] = ()
    person_id: int | None = None
    account_id: int | None = None


def holds_there(process: Process[Any, Any], lies: Lies) -> ColumnElement[bool]:
    """Return the condition on ``account`` that holds for those in use that may do ``process`` with such a record."""
    path = func.unnest(bindparam(None, list(lies.paths), ARRAY(String))).column_valued("path")
    reached = or_(
        PermissionAssignment.reach == ReachKind.WHOLE,
        exists(select(path).where(func.starts_with(path, Department.path))),
        and_(PermissionAssignment.reach == ReachKind.SELF, Account.person_id == lies.person_id),
        Account.id == lies.account_id,
    )
    return _holding(process.name, process.what, reached)


def may_do(process: str, what: What) -> ColumnElement[bool]:
    """Return the condition on ``account`` that holds for those in use that may do it, however far they reach."""
    return _holding(process, what, true())


def _holding(process: str, what: What, reached: ColumnElement[bool]) -> ColumnElement[bool]:
    granted = and_(
        PermissionGrant.set_id == PermissionSet.id,
        PermissionGrant.process == process,
        PermissionGrant.what == what,
    )
    holding = (
        select(PermissionAssignment.id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(PermissionGrant, granted)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.account_id == Account.id)
        .where(or_(PermissionSet.shipped == ADMINISTRATOR, and_(PermissionGrant.set_id.is_not(None), reached)))
        .correlate(Account)
    )
    return and_(Account.status == AccountStatus.ACTIVE, exists(holding))
