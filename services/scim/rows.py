"""What is read of Users and Groups, a page at a time, each in a number of statements that no page's length changes."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from core.actor import Reach
from core.errors import Refused
from core.i18n import N_
from core.inputs import Row
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Department, Membership, Person
from data.models.scim import ExternalId
from services.access import people_within

MOST_MEMBERS = 20_000
"""Told in one answer: that many cost 1.4 s as models. A PATCH reads none of them, and has no such limit."""

TOO_MANY = N_(
    "There are more than {limit} members. Ask with “excludedAttributes=members”, or for fewer groups; "
    "change them by PATCH."
)


class TooMany(Refused):
    """More than one answer holds was asked for."""


class Named(Row):
    """Somebody or something referred to: its number and name."""

    id: int
    name: str


class UserRow(Row):
    """A person with an account (SCIMユーザー). ``version`` changes with anything else in it."""

    id: int
    version: str
    user_name: str
    external_id: str | None
    active: bool
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    employee_number: str
    mails: list[str]
    mobile: str | None
    department: str | None
    groups: list[Named]
    created_at: datetime
    updated_at: datetime


class GroupRow(Row):
    """A department (SCIMグループ); ``members`` is None when they were not asked for."""

    id: int
    version: str
    name: str
    external_id: str | None
    members: list[int] | None


class Users(Row):
    """A page of users; ``total`` counts all that match, if it was asked for; ``next`` is where the next page begins."""

    total: int | None
    next: str | None
    users: list[UserRow]


class Groups(Row):
    """A page of groups; ``total`` and ``next`` as of users."""

    total: int | None
    next: str | None
    groups: list[GroupRow]


def users(tx: Transaction, people: Sequence[int]) -> list[UserRow]:
    """Return these people as users, in this order: four statements."""
    ids = list(people)
    if not ids:
        return []
    found = {
        row.Person.id: row
        for row in tx.execute(
            select(Person, Account.login, Account.status, ExternalId.value)
            .join(Account, Account.person_id == Person.id)
            .outerjoin(ExternalId, ExternalId.person_id == Person.id)
            .where(Person.id == func.any(ids))
            .execution_options(populate_existing=True)
        )
    }
    contacts, places = contacts_of(tx, ids), _places(tx, ids)
    return [_user(found[key], contacts[key], places[key]) for key in ids if key in found]


def groups(
    tx: Transaction, departments: Sequence[int], reach: Reach, *, members: bool, versioned: bool = True
) -> list[GroupRow]:
    """Return these departments as groups, in this order, with those members who are within reach.

    Three statements; without ``members`` two, in which the database goes through them and no row of one leaves it;
    not ``versioned`` one.

    Raises:
        TooMany: when there are more members than an answer holds.
    """
    ids = list(departments)
    if not ids:
        return []
    found = {
        row.id: row
        for row in tx.execute(
            select(Department.id, Department.version, Department.name, ExternalId.value)
            .outerjoin(ExternalId, ExternalId.department_id == Department.id)
            .where(Department.id == func.any(ids))
        )
    }
    counted = _counted(tx, ids, reach) if versioned or members else {}
    if members and sum(count for count, _digest in counted.values()) > MOST_MEMBERS:
        raise TooMany(TOO_MANY, limit=f"{MOST_MEMBERS:,}")
    inside = _members(tx, ids, reach) if members else None
    return [
        GroupRow(
            id=key, name=row.name, external_id=row.value, members=None if inside is None else inside[key],
            version=_print(row.version, row.name, row.value, *counted.get(key, (0, 0))) if versioned else "",
        )
        for key in ids if (row := found.get(key))
    ]  # fmt: skip


def _user(row: Any, contacts: dict[ContactKind, list[str]], places: list[Any]) -> UserRow:
    person: Person = row.Person
    kept = UserRow(
        id=person.id, version="", user_name=row.login, external_id=row.value,
        active=row.status is not AccountStatus.STOPPED,
        family_name=person.family_name, given_name=person.given_name,
        family_kana=person.family_kana, given_kana=person.given_kana, employee_number=person.code,
        mails=contacts[ContactKind.MAIL], mobile=next(iter(contacts[ContactKind.MOBILE]), None),
        department=next((place.full_name for place in places if place.main), None),
        groups=[Named(id=place.id, name=place.name) for place in places if place.retired_at is None],
        created_at=person.created_at, updated_at=person.updated_at,
    )  # fmt: skip
    return kept.model_copy(update={"version": _print(person.version, kept.model_dump_json())})


def _print(*parts: object) -> str:
    # The row's version alone does not rise with everything that a client sees: an account is stopped, a department
    # renamed, and the user stands there changed.
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def contacts_of(tx: Transaction, ids: list[int]) -> dict[int, dict[ContactKind, list[str]]]:
    """Return how the office reaches people (会社登録), by person and kind, the oldest first."""
    found: dict[int, dict[ContactKind, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = tx.execute(
        select(ContactPoint.person_id, ContactPoint.kind, ContactPoint.value)
        .where(ContactPoint.person_id == func.any(ids), ContactPoint.origin == ContactOrigin.OFFICE)
        .order_by(ContactPoint.id)
    )
    for row in rows:
        found[row.person_id][row.kind].append(row.value)
    return found


def _places(tx: Transaction, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    rows = tx.execute(
        select(
            Membership.person_id, Membership.main, Department.id, Department.name, Department.full_name,
            Department.retired_at,
        )
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.person_id == func.any(ids))
        .order_by(Membership.main.desc(), Department.full_name)
    )  # fmt: skip
    for row in rows:
        found[row.person_id].append(row)
    return found


def _inside(tx: Transaction, ids: list[int], reach: Reach, *what: Any) -> Select[Any]:
    # Those who left are taken off, they are few: reading the row of everybody who stays takes ten times as long.
    left = select(Person.id).where(Person.id == Membership.person_id, Person.retired_at.is_not(None))
    found = (
        select(*what)
        .select_from(Membership)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Membership.department_id == func.any(ids), ~left.exists())
    )
    if reach.whole:
        return found
    return found.where(Membership.person_id.in_(select(Person.id).where(people_within(reach, tx.actor))))


def _counted(tx: Transaction, ids: list[int], reach: Reach) -> dict[int, tuple[int, int]]:
    # How many there are and a digest of who they are, for the version: the same whatever their order.
    digest = func.bit_xor(func.hashint8extended(Membership.person_id, 0))
    rows = tx.execute(
        _inside(tx, ids, reach, Membership.department_id, func.count(), digest).group_by(Membership.department_id)
    )
    return {department: (count, digest) for department, count, digest in rows}


def _members(tx: Transaction, ids: list[int], reach: Reach) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    both = (Membership.department_id, Membership.person_id)
    for department, person in tx.execute(_inside(tx, ids, reach, *both).order_by(Membership.person_id)):
        found[department].append(person)
    return found
