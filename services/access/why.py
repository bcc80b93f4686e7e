"""Why somebody cannot see something (表示できない理由): what is missing, how far they reach, and who can change that.

Whether a record exists beyond the reach is never said: the answer is the same for both.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import and_, or_, select

from core.actor import Grants, Reach, What
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import Process, find, query
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet
from data.models.people import Department, Membership, Person
from services.access.actors import joined_grants
from services.access.branches import TREE_ORDER, department_of
from services.access.processes import category_title
from services.access.reach import departments_within
from services.access.shipped import ADMINISTRATOR

GIVING = "access.assign"
CANDIDATES, NAMED, DEPARTMENTS = 20, 5, 10


class WhyAsk(Input):
    """Which processes were asked for; one of them would do."""

    processes: list[str] = field(N_("Processes"), max_length=20)


class WhyRow(Row):
    """One permission that would do; where the asker has it, ``departments`` and the two marks say how far it goes."""

    process: str
    category: str
    title: str
    what: What
    held: bool
    whole: bool
    own: bool
    departments: list[str]


class Why(Row):
    """What would be needed, and the names of those who can give it."""

    permissions: list[WhyRow]
    givers: list[str]


@query("access.why", N_("See why something cannot be seen"), own=True)
def why(tx: Transaction, ask: WhyAsk) -> Why:
    """Return what the asker lacks for one of these processes, and who can give it.

    Raises:
        NotFound: when a process is not there.
    """
    asked: list[Process[Any, Any]] = [process for name in ask.processes if not (process := find(name)).own]
    return Why(permissions=[_row(tx, process) for process in asked], givers=_givers(tx, asked))


def _row(tx: Transaction, process: Process[Any, Any]) -> WhyRow:
    reach = process.reach(tx)
    inside = Department.id.in_(sorted(map(department_of, reach.paths)))
    names = tx.session.scalars(select(Department.full_name).where(inside).order_by(*TREE_ORDER).limit(DEPARTMENTS))
    return WhyRow(
        process=process.name, category=category_title(process.category), title=process.title, what=process.what,
        held=process.allowed(tx.actor), whole=reach.whole, own=reach.own,
        departments=list(names) if reach.paths else [],
    )  # fmt: skip


def _givers(tx: Transaction, asked: list[Process[Any, Any]]) -> list[str]:
    candidates = (
        select(Account.id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .where(
            Account.status == AccountStatus.ACTIVE,
            Account.id != tx.actor.account_id,
            or_(
                PermissionSet.shipped == ADMINISTRATOR,
                and_(PermissionGrant.process == GIVING, PermissionGrant.what == What.DO),
            ),
        )
        .group_by(Account.id)
        .order_by(Account.id)
        .limit(CANDIDATES)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(
            Person.family_name, Person.given_name, Account.id, PermissionSet.shipped, PermissionAssignment.reach,
            Department.path, PermissionGrant.process, PermissionGrant.what,
        )
        .join(Account, Account.person_id == Person.id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(Account.id.in_(candidates))
        .order_by(Account.id)
    ):  # fmt: skip
        found[row.id].append(row)
    able = [rows[0] for rows in found.values() if _can_give(tx, joined_grants(rows), asked)]
    return [f"{row.family_name} {row.given_name}".strip() for row in able[:NAMED]]


def _can_give(tx: Transaction, grants: Grants, asked: list[Process[Any, Any]]) -> bool:
    reach = grants.get((GIVING, What.DO), Reach())
    has = any((process.name, process.what) in grants for process in asked)
    return has and (reach.whole or _reaches(tx, reach))


def _reaches(tx: Transaction, reach: Reach) -> bool:
    mine = (
        select(Membership.person_id)
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.person_id == tx.actor.person_id, departments_within(reach))
    )
    return tx.scalar(mine.limit(1)) is not None
