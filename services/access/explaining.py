"""What an account may do, and through which permission set (権限の根拠): for administrators who are asked why not."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from core.actor import What
from core.errors import NotFound
from core.i18n import N_, _, listed
from core.inputs import Input, Row, field
from core.operations import query
from core.shown import said
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department, Membership, Person
from services.access.branches import TREE_ORDER
from services.access.everybody import everybody_creates
from services.access.processes import category_title, grantable, place_of
from services.access.reach import people_within
from services.access.required import lacks_second_factor
from services.access.shipped import ADMINISTRATOR, WRITING

ALL_USERS = N_("All users create messages (own ones, to {departments} and all below)")


class ExplainAsk(Input):
    """Which account."""

    account_id: int = field(N_("Account"), hidden=True)


class Explained(Row):
    """One box of the permission master for one account.

    ``through``: the sets by which it may, each with its reach; ``offered``: where it may not, the sets that would do.
    """

    process: str
    what: What
    category: str
    title: str
    through: list[str]
    offered: list[str]

    @property
    def held(self) -> bool:
        """Say whether the account may."""
        return bool(self.through)


class Explanation(Row):
    """What an account may do. ``works``: it can sign in; ``confined``: not before it has its second factor."""

    id: int
    name: str
    works: bool
    confined: bool
    boxes: list[Explained]


@query("access.explain", N_("See what an account may do and why"))
def explain(tx: Transaction, ask: ExplainAsk) -> Explanation:
    """Return every permission with the sets through which the account has it.

    Raises:
        NotFound: when there is no such account, or it is out of reach.
    """
    reached = people_within(explain.reach(tx), tx.actor)
    found = tx.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == ask.account_id, reached)
    ).first()
    if found is None:
        raise NotFound(N_("This account does not exist, or is outside your reach."))
    through, offered = _through(tx, ask.account_id), _offered(tx)
    boxes = [
        Explained(
            process=box.process.name, what=box.what, category=category_title(box.process.category),
            title=box.process.title, through=[*through[ADMINISTRATOR], *through[box.grant]],
            offered=[*offered[ADMINISTRATOR], *offered[box.grant]],
        )
        for box in sorted(grantable(), key=lambda one: place_of(one.process.name))
    ]  # fmt: skip
    return Explanation(
        id=found.Account.id, name=found.Person.name, works=found.Account.status is AccountStatus.ACTIVE,
        confined=lacks_second_factor(tx, ask.account_id), boxes=boxes,
    )  # fmt: skip


def reach_in_words(kind: ReachKind, department: str | None) -> str:
    """Say how far a set goes."""
    return _(N_("{department} and all below"), department=department) if department else said(kind)


def _through(tx: Transaction, account_id: int) -> dict[str, list[str]]:
    rows = tx.execute(
        select(PermissionSet.name, PermissionSet.shipped, PermissionAssignment.reach, Department.full_name,
               PermissionGrant.process, PermissionGrant.what)
        .join(PermissionAssignment, PermissionAssignment.set_id == PermissionSet.id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .where(PermissionAssignment.account_id == account_id)
        .order_by(PermissionSet.name, PermissionAssignment.id)
    )  # fmt: skip
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[_key(row)].append(f"{row.name} ({reach_in_words(row.reach, row.full_name)})")
    if departments := _writes_to(tx, account_id):
        for grant in WRITING:
            found[grant].append(_(ALL_USERS, departments=listed(departments)))
    return _each_once(found)


def _writes_to(tx: Transaction, account_id: int) -> list[str]:
    rows = tx.execute(
        select(Department.full_name)
        .join(Membership, Membership.department_id == Department.id)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Account.id == account_id, Department.retired_at.is_(None), everybody_creates())
        .order_by(*TREE_ORDER)
    )
    return list(rows.scalars())


def _offered(tx: Transaction) -> dict[str, list[str]]:
    rows = tx.execute(
        select(PermissionSet.name, PermissionSet.shipped, PermissionGrant.process, PermissionGrant.what)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .order_by(PermissionSet.name)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[_key(row)].append(row.name)
    return _each_once(found)


def _key(row: Any) -> str:
    return ADMINISTRATOR if row.shipped == ADMINISTRATOR else f"{row.process}:{row.what}"


def _each_once(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return defaultdict(list, {key: list(dict.fromkeys(names)) for key, names in found.items()})
