"""Users and Groups as a directory looks them up: filtered, in an order, by the page (RFC 7644 §3.4.2)."""

from collections.abc import Mapping
from typing import Any

from scim2_models import Path as AttributePath
from scim2_models import SCIMException
from sqlalchemy import ColumnElement, Select, func, select

from core.i18n import N_
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
    """Which users: all conditions hold. ``start`` counts from 1; ``count`` 0 asks only how many there are."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    filter: str = field(N_("Filter"), default="", max_length=LONGEST, personal=True)
    sort_by: str = field(N_("Order"), default="", max_length=200)
    descending: bool = field(N_("From the end"), default=False)
    start: int = field(N_("From which on"), default=1, ge=1, le=FARTHEST)
    count: int = field(N_("How many"), default=MOST, ge=0, le=MOST)


class GroupsAsk(UsersAsk):
    """Which groups; without ``members`` they are not looked up."""

    members: bool = field(N_("With members"), default=True)


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
    total, ids = _page(tx, statement, ask, Person.id, _order(ask.sort_by, FullUser, USER_COLUMNS))
    return Users(total=total, users=users(tx, ids))


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
    total, ids = _page(tx, statement, ask, Department.id, _order(ask.sort_by, Group, GROUP_COLUMNS))
    return Groups(total=total, groups=groups(tx, ids, people_within(reach, tx.actor), members=ask.members))


def _page(
    tx: Transaction, statement: Select[Any], ask: UsersAsk, key: Any, order: ColumnElement[Any] | None
) -> tuple[int, list[int]]:
    if ask.id is not None:
        ids = list(tx.execute(statement.where(key == ask.id)).scalars())
        return len(ids), ids
    total = tx.scalar(select(func.count()).select_from(statement.subquery()))
    if not ask.count or ask.start > total:
        return total, []
    by = [key] if order is None else [order, key]
    ordered = statement.order_by(*[one.desc() if ask.descending else one for one in by])
    return total, list(tx.execute(ordered.offset(ask.start - 1).limit(ask.count)).scalars())


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
    ordered: ColumnElement[Any] = found.sql
    return ordered
