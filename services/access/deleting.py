"""Deleting a permission set, also one in use: who loses what is shown first, and done exactly so or not at all."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, exists, func, select

from core.actor import Grants
from core.errors import Conflict, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import find, operation, query
from core.paging import Page, PageAsk
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, ApiKey, PermissionAssignment, PermissionGrant, PermissionSet
from data.models.people import Department, Person
from services.access.actors import joined_grants
from services.access.assignments import unassign
from services.access.explaining import reach_in_words
from services.access.having import Having, fetch_having
from services.access.key_state import living
from services.access.processes import place_of
from services.access.reach import covers, people_within
from services.access.sessions import narrow_sessions
from services.access.sets import check_own, grantable_pairs, granted_by, loaded, noted, reaches_of
from services.access.within import more_powerful


class DeletedSet(Input):
    """The set that shall go, as it was seen, and from how many accounts it is taken with it."""

    id: int = field(N_("Permission set"), hidden=True)
    version: int = field(N_("Version"), hidden=True)
    accounts: int = field(N_("Accounts that have it"), default=0, hidden=True)


class LosingAsk(PageAsk):
    """Who would lose what if this set were gone."""

    set_id: int = field(N_("Permission set"), hidden=True)


class LosingRow(Row):
    """Somebody who has a set; ``loses`` is what no other set of theirs lets them do, or not as far."""

    id: int
    account_id: int
    name: str = field(N_("Name"))
    code: str = field(N_("Code"))
    status: AccountStatus = field(N_("Status"))
    reach: str = field(N_("Reach"))
    loses: list[str] = field(N_("Loses"))


@query("access.losing", N_("See who would lose what without a permission set"))
def losing(tx: Transaction, ask: LosingAsk) -> Page[LosingRow]:
    """Return a page of those within reach who have a set, with what they would lose if it were deleted."""
    asked = Having(sort=ask.sort, after=ask.after, before=ask.before, size=ask.size)
    page = fetch_having(tx, [ask.set_id], asked, losing.reach(tx))
    lost = _lost(tx, ask.set_id, {row.PermissionAssignment.account_id for row in page.rows})
    rows = [_row(row, lost[row.PermissionAssignment.account_id]) for row in page.rows]
    return Page(rows=rows, next=page.next, previous=page.previous, count=page.count, more=page.more)


@operation("access.delete_set", N_("Delete permission sets"), touches="permission_set")
def delete_set(tx: Transaction, ask: DeletedSet) -> None:
    """Delete a permission set, and take it from exactly as many accounts as the actor has seen to have it.

    Raises:
        NotFound: when there is none of this number.
        Conflict: when it was changed, or somebody got or lost it, since it was looked at.
        Refused: when a key has it, it came with the product, grants what the actor may not do as far, or the actor may
            not take it from everybody who has it.
    """
    found = loaded(tx, ask.id, ask.version)
    if found.shipped is not None:
        raise Refused(N_("This permission set came with the product. It can be changed, not deleted."))
    if tx.scalar(select(exists().where(ApiKey.set_id == ask.id, living(tx)))):
        raise Refused(N_("An API key uses this permission set. Revoke the key first."))
    holders = select(PermissionAssignment.account_id).where(PermissionAssignment.set_id == ask.id).distinct()
    there = list(tx.execute(holders.order_by(PermissionAssignment.account_id)).scalars())
    if len(there) != ask.accounts:
        raise Conflict(N_("Who has this permission set has changed meanwhile. Look again at who would lose what."))
    before = granted_by(tx, ask.id)
    check_own(tx, before & grantable_pairs(), reaches_of(tx, ask.id))
    if there:
        _check_taking(tx, there)
    tx.note(f"permission_set:{ask.id}", {**noted(found, before), "accounts": there}, None)
    narrow_sessions(tx, holders)
    tx.execute(delete(PermissionAssignment).where(PermissionAssignment.set_id == ask.id))
    tx.session.delete(found)


def _check_taking(tx: Transaction, account_ids: list[int]) -> None:
    if not unassign.allowed(tx.actor):
        raise Refused(N_("Somebody has this permission set, and you may not take sets away from people."))
    theirs = Person.id.in_(select(Account.person_id).where(Account.id == func.any(account_ids)))
    within = people_within(unassign.reach(tx), tx.actor)
    if tx.scalar(select(func.count()).select_from(Person).where(theirs, within)) != len(account_ids):
        raise Refused(N_("Somebody outside your reach has this permission set. Ask a system administrator."))
    if more_powerful(tx, theirs):
        raise Refused(N_("Somebody who has this permission set may do more than you. Ask a system administrator."))


def _lost(tx: Transaction, set_id: int, account_ids: Iterable[int]) -> dict[int, list[str]]:
    """Say for these accounts what only this set lets them do: one statement for all of them."""
    rows = tx.execute(
        select(PermissionAssignment.account_id, PermissionAssignment.set_id, PermissionAssignment.reach,
               Department.path, PermissionSet.shipped, PermissionGrant.process, PermissionGrant.what)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.account_id == func.any(list(account_ids)))
    )  # fmt: skip
    through: dict[int, list[Any]] = defaultdict(list)
    others: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        (through if row.set_id == set_id else others)[row.account_id].append(row)
    return {one: _titles(joined_grants(through[one]), joined_grants(others[one])) for one in through}


def _titles(through: Grants, others: Grants) -> list[str]:
    known = grantable_pairs()
    gone = [pair for pair, reach in through.items()
            if pair in known and not (pair in others and covers(others[pair], reach))]  # fmt: skip
    return list(dict.fromkeys(find(process).title for process, _what in sorted(gone, key=lambda one: place_of(one[0]))))


def _row(row: Any, lost: list[str]) -> LosingRow:
    one = row.PermissionAssignment
    return LosingRow(
        id=one.id, account_id=one.account_id, name=row.Person.name, code=row.Person.code, status=row.status,
        reach=reach_in_words(one.reach, row.full_name), loses=lost,
    )  # fmt: skip
