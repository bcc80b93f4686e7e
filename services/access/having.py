"""Who has a permission set, by name (権限セットを持つ人): found by what people are found by, read by number."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, literal, select

from core.actor import Reach
from core.paging import COUNT_CAP, KeptList, Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import Department, Person
from data.models.people_search import PersonSearch
from services.access.called import has_letters, words_have
from services.access.reach import search_within

FEW = 5_000
MANY = 30_000
"""Holders of sets: up to the first number each is looked at, above the second never (2 µs each)."""

COMMON = 10_000
"""People with the same letters above whom those who have them are not read first."""


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
    within = Within(ask.anywhere, reach, tx.actor.person_id, bool(ask.text) and _one_by_one(tx, sets, ask.text))
    kept = _list(tuple(sets), within, by_code)
    number = PermissionAssignment.id
    orders = {"name": (PermissionAssignment.sort_key, PermissionAssignment.person_id, number),
              "code": (Person.code, number)}  # fmt: skip
    page = fetch_page(tx, kept, ask, orders=orders, make=lambda row: row.id)
    found = {row.PermissionAssignment.id: row for row in tx.execute(_rows(page.rows))}
    # Somebody may lose it between the two statements.
    return Page([found[one] for one in page.rows if one in found], page.next, page.previous, page.count, page.more)


class Within(NamedTuple):
    """Who is meant among those who have a set; ``one_by_one``: each is looked at whether the letters stand there."""

    ask: Having
    reach: Reach
    person_id: int | None
    one_by_one: bool


@lru_cache(maxsize=64)  # whoever pages through a list asks the same each time
def _list(sets: tuple[int, ...], within: Within, by_code: bool) -> KeptList:
    # Each set for itself: its holders are in an index in the order of names, those of several sets are not. Nothing
    # of the register: the first page of a million is then read along the order, and few are gathered.
    parts = [_holders(within, PermissionAssignment.set_id == one) for one in sets] or [_holders(within, false())]
    if by_code:
        parts = [part.join(Person, Person.id == PermissionAssignment.person_id) for part in parts]
    # Who is called the same stands together: along the order half of the organisation would be read.
    everybody = within.ask.text and not within.one_by_one
    return KeptList(*parts, plan_anew=True, gather_up_to=COUNT_CAP + 1 if everybody else COUNT_CAP)


def _holders(within: Within, of_set: ColumnElement[bool]) -> Select[int]:
    ask, stand = within.ask, words_have if within.one_by_one else has_letters
    statement = select(PermissionAssignment.id).where(of_set)
    if ask.usable:
        statement = statement.join(Account, Account.id == PermissionAssignment.account_id)
        statement = statement.where(Account.status != AccountStatus.STOPPED)
    if ask.reach is not None:
        statement = statement.where(PermissionAssignment.reach == ask.reach)
    if ask.text or not within.reach.whole:
        statement = statement.join(PersonSearch, PersonSearch.person_id == PermissionAssignment.person_id).where(
            search_within(within.reach, within.person_id), *[stand(word) for word in ask.text.split()]
        )
    return statement


def _one_by_one(tx: Transaction, sets: Sequence[int], text: str) -> bool:
    """Say whether fewer have one of the sets than have these letters in their names.

    The index of letters is read for all who have them, at once; each holder of a set is looked up by number.
    """
    holders = select(literal(1)).where(PermissionAssignment.set_id == func.any(list(sets)))
    counted = tx.count(holders.limit(MANY + 1))
    if FEW < counted <= MANY:
        letters = select(literal(1)).select_from(PersonSearch).where(*[has_letters(word) for word in text.split()])
        return tx.count(letters.limit(COMMON + 1)) > COMMON
    return counted <= FEW


def _rows(ids: Sequence[int]) -> Any:
    return (
        select(PermissionAssignment, Person, Account.status, PermissionSet.name.label("set_name"), Department.full_name)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.id == func.any(list(ids)))
    )
