"""Users and Groups as a directory looks them up: filtered, in an order, by the page (RFC 7644 §3.4.2)."""

import operator
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from scim2_models import Path as AttributePath
from scim2_models import SCIMException
from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import Input, field
from core.operations import query
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Department, Person
from services.access import departments_within, people_within
from services.scim.columns import GROUP_COLUMNS, GROUP_LISTS, USER_COLUMNS, USER_LISTS, Column, Path
from services.scim.filters import LONGEST, condition, not_filtered
from services.scim.rows import Groups, Users, groups, users
from services.scim.schemas import FullUser, Group

MOST = 100
FARTHEST = 10_000_000


class UsersAsk(Input):
    """Which users: all conditions hold. ``start`` counts from 1; ``count`` 0 asks only how many there are.

    By key instead: ``counted`` false and ``after`` empty or what the page before gave as its ``next``. That costs the
    same on every page, and nobody is left out or told twice who is there all the time.
    """

    id: int | None = field(N_("Number"), default=None, hidden=True)
    filter: str = field(N_("Filter"), default="", max_length=LONGEST, personal=True)
    sort_by: str = field(N_("Order"), default="", max_length=200)
    descending: bool = field(N_("From the end"), default=False)
    start: int = field(N_("From which on"), default=1, ge=1, le=FARTHEST)
    count: int = field(N_("How many"), default=MOST, ge=0, le=MOST)
    counted: bool = field(N_("With the number of all"), default=True)
    after: str = field(N_("After"), default="", max_length=LONGEST, hidden=True)


class GroupsAsk(UsersAsk):
    """Which groups; without ``members`` they are not looked up, and not ``versioned`` not even gone through."""

    members: bool = field(N_("With members"), default=True)
    versioned: bool = field(N_("With versions"), default=True)


@query("scim.list_users", N_("Look up SCIM users"))
def list_users(tx: Transaction, ask: UsersAsk) -> Users:
    """Return a page of the people with an account within reach, those who left not among them (SCIMユーザー検索, N11).

    Raises:
        Invalid: when filter or order name what is not kept.
    """
    statement = (
        select(Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(Person.retired_at.is_(None), people_within(list_users.reach(tx), tx.actor))
    )
    if ask.filter:
        statement = statement.where(condition(ask.filter, FullUser, USER_COLUMNS, USER_LISTS))
    order = _order(ask.sort_by, FullUser, USER_COLUMNS)
    everybody = not ask.filter and list_users.reach(tx).whole
    page = _page(tx, statement, ask, Person.id, order, everybody=everybody)
    return Users(total=page.total, next=page.next, users=users(tx, page.ids))


@query("scim.list_groups", N_("Look up SCIM groups"))
def list_groups(tx: Transaction, ask: GroupsAsk) -> Groups:
    """Return a page of the departments within reach, with their members (SCIMグループ検索, N11).

    Raises:
        Invalid: when filter or order name what is not kept.
    """
    reach = list_groups.reach(tx)
    statement = select(Department.id).where(Department.retired_at.is_(None), departments_within(reach))
    if ask.filter:
        statement = statement.where(condition(ask.filter, Group, GROUP_COLUMNS, GROUP_LISTS))
    page = _page(tx, statement, ask, Department.id, _order(ask.sort_by, Group, GROUP_COLUMNS))
    found = groups(tx, page.ids, reach, members=ask.members, versioned=ask.versioned)
    return Groups(total=page.total, next=page.next, groups=found)


class _Page(NamedTuple):
    ids: list[int]
    total: int | None
    next: str | None


def _page(
    tx: Transaction, statement: Select[Any], ask: UsersAsk, key: Any, order: ColumnElement[Any] | None,
    *, everybody: bool = False,
) -> _Page:  # fmt: skip
    if ask.id is not None:
        ids = list(tx.execute(statement.where(key == ask.id)).scalars())
        return _Page(ids, len(ids), None)
    by = [key] if order is None else [order, key]
    ordered = statement.with_only_columns(key, *by[:-1]).order_by(
        *[one.desc() if ask.descending else one for one in by]
    )
    if not ask.counted:
        return _by_key(tx, ordered, ask, by)
    if not ask.count:
        return _Page([], _count(tx, statement, everybody), None)
    ids = list(tx.execute(ordered.offset(ask.start - 1).limit(ask.count)).scalars())
    # A page that is not full is the last one, and one at the beginning says it all: no other look is needed.
    ends = 0 < len(ids) < ask.count or (not ids and ask.start == 1)
    return _Page(ids, ask.start - 1 + len(ids) if ends else _count(tx, statement, everybody), None)


def _by_key(tx: Transaction, ordered: Select[Any], ask: UsersAsk, by: list[Any]) -> _Page:
    if ask.after:
        place = [literal(one, column.type) for one, column in zip(_read(ask.after, by), by, strict=True)]
        beyond, at_least = (operator.lt, operator.le) if ask.descending else (operator.gt, operator.ge)
        # The second condition follows from the first one; an index on what is sorted by is found by it alone.
        ordered = ordered.where(beyond(tuple_(*by), tuple_(*place)), at_least(by[0], place[0]))
    rows = [tuple(row) for row in tx.execute(ordered.limit(ask.count + 1))]
    page = rows[: ask.count]
    more = len(rows) > len(page) and page
    return _Page([row[0] for row in page], None, to_json([*page[-1][1:], page[-1][0]]).decode() if more else None)


def _read(after: str, by: list[Any]) -> list[Any]:
    try:
        values = from_json(after)
        return [TypeAdapter(one.type.python_type).validate_python(value) for one, value in zip(by, values, strict=True)]
    except (ValueError, TypeError) as error:
        raise Invalid(
            N_("This is no place in a list."), fields={"after": _(N_("This is no place in a list."))}
        ) from error


def _count(tx: Transaction, statement: Select[Any], everybody: bool) -> int:
    if not everybody:
        return tx.count(statement)
    # A total must be exact, clients page by it; all accounts but those of people who left is a quick way to it.
    accounts = select(func.count()).select_from(Account)
    left = accounts.join(Person, Person.id == Account.person_id).where(Person.retired_at.is_not(None))
    return int(tx.scalar(select(accounts.scalar_subquery() - left.scalar_subquery())))


def _order(name: str, model: Any, columns: Mapping[Path, Column]) -> ColumnElement[Any] | None:
    if not name:
        return None
    try:
        bound = AttributePath[model](name).resolve()
    except SCIMException as error:
        raise not_filtered(name) from error
    found = columns.get((bound.field_name, bound.sub_field_name)) if bound else None
    if found is None:
        raise not_filtered(name)
    ordered: ColumnElement[Any] = func.coalesce(found.sql, "") if found.maybe else found.sql
    return ordered
