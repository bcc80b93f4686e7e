"""Who has a permission set, by name (権限セットを持つ人): found by what people are found by, read by number."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from core.actor import Reach
from core.paging import COUNT_CAP, KeptList, Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import Department, Person
from data.models.people_search import PersonSearch
from services.access.called import has_letters
from services.access.reach import search_within


class Having(PageAsk):
    """Who is meant, beside the sets: by words, how far the set goes for them; ``usable``: not those stopped."""

    text: str = ""
    reach: ReachKind | None = None
    usable: bool = False


def fetch_having(tx: Transaction, sets: Sequence[int], ask: Having, reach: Reach) -> Page[Any]:
    """Return a page of the assignments of these sets to people within reach, by kana or by code.

    The rows have ``PermissionAssignment``, ``Person``, ``status``, ``set_name`` and the ``full_name`` of the
    department.

    Raises:
        Invalid: when the cursor or the order is not one of ours.
    """
    by_code = ask.sort.lstrip("-") == "code"
    kept = _list(tuple(sets), ask.anywhere, reach, tx.actor.person_id, by_code)
    number = PermissionAssignment.id
    orders = {"name": (PersonSearch.sort_key, PersonSearch.person_id, number), "code": (Person.code, number)}
    page = fetch_page(tx, kept, ask, orders=orders, make=lambda row: row.id)
    found = {row.PermissionAssignment.id: row for row in tx.execute(_rows(page.rows))}
    # Somebody may lose it between the two statements.
    return Page([found[one] for one in page.rows if one in found], page.next, page.previous, page.count, page.more)


@lru_cache(maxsize=64)  # whoever pages through a list asks the same each time
def _list(sets: tuple[int, ...], ask: Having, reach: Reach, person_id: int | None, by_code: bool) -> KeptList:
    # Nothing of the register itself: the first page of a million is then read along the order, and few are gathered.
    statement = (
        select(PermissionAssignment.id)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .join(PersonSearch, PersonSearch.person_id == Account.person_id)
        .where(
            PermissionAssignment.set_id.in_(sets), search_within(reach, person_id),
            *[has_letters(word) for word in ask.text.split()],
        )
    )  # fmt: skip
    if ask.usable:
        statement = statement.where(Account.status != AccountStatus.STOPPED)
    if ask.reach is not None:
        statement = statement.where(PermissionAssignment.reach == ask.reach)
    if by_code:
        statement = statement.join(Person, Person.id == PersonSearch.person_id)
    # Who is called the same stands together: along the order half of the organisation would be read.
    return KeptList(statement, plan_anew=True, gather_up_to=COUNT_CAP + 1 if ask.text else COUNT_CAP)


def _rows(ids: Sequence[int]) -> Any:
    return (
        select(PermissionAssignment, Person, Account.status, PermissionSet.name.label("set_name"), Department.full_name)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.id == func.any(list(ids)))
    )
