"""What is known of the people that a file names, loaded at once, to compare the file with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, ScalarSelect, String, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from core.actor import Actor, Reach
from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Membership, Person, PersonRegion
from services.access import people_within
from services.people.store import PersonValues, Reachable


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as stored; ``departments`` has the main one first, ``steady``: others look after the login name."""

    id: int
    values: PersonValues
    departments: tuple[int, ...]
    regions: tuple[str, ...]
    reachable: Reachable
    login: str | None
    steady: bool
    retired: bool
    within: bool
    own: Mapping[str, Any] = field(default_factory=dict)


def load_people(tx: Transaction, codes: Sequence[str], reach: Reach, actor: Actor) -> dict[str, KnownPerson]:
    """Return the people who have these codes, by code."""
    there = known_people(tx, [Person.code == func.any(list(codes))], reach, actor)
    return {person.values.code: person for person in there}


def known_people(
    tx: Transaction, wanted: Iterable[ColumnElement[bool]], reach: Reach, actor: Actor
) -> list[KnownPerson]:
    """Return the people for whom these conditions hold, in the order of their codes."""
    places = _joined(Membership.department_id, Membership.main.desc(), Membership.department_id)
    regions = _joined(PersonRegion.area_code, PersonRegion.area_code)
    mails = _joined(ContactPoint.value, ContactPoint.id, kind=ContactKind.MAIL)
    mobiles = _joined(ContactPoint.value, ContactPoint.id, kind=ContactKind.MOBILE)
    steady = select(literal(1)).where(PermissionAssignment.account_id == Account.id).exists()
    rows = tx.execute(
        select(
            Person.id, Person.code, Person.family_name, Person.given_name, Person.family_kana, Person.given_kana,
            Person.language, Person.postal_code, Person.address, Person.retired_at, places, regions, mails, mobiles,
            Account.login, steady.label("steady"), people_within(reach, actor).label("within"),
            func.nullif(Person.own, cast({}, JSONB)).label("own"),
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(*wanted)
        .order_by(Person.code)
    )  # fmt: skip
    return [
        KnownPerson(
            id=row.id,
            values=PersonValues(
                row.code, row.family_name, row.given_name, row.family_kana, row.given_kana, row.language,
                row.postal_code, row.address,
            ),
            departments=tuple(row[10] or ()), regions=tuple(row[11] or ()),
            reachable=Reachable(tuple(row[12] or ()), row[13][0] if row[13] else None),
            login=row.login, steady=row.steady, retired=row.retired_at is not None, within=row.within,
            own=row.own or {},
        )
        for row in rows
    ]  # fmt: skip


def codes_alike(tx: Transaction, codes: Sequence[str]) -> dict[str, str]:
    """Return, by code without its leading zeros, the codes of people that differ in nothing but those zeros."""
    bare = func.ltrim(Person.code, "0")
    wanted = any_(literal(list(codes), ARRAY(String)))
    rows = tx.execute(select(bare, Person.code).where(bare == wanted, Person.code.startswith("0")))
    return {row[0]: row[1] for row in rows}


def codes_in_other_letters(tx: Transaction, codes: Sequence[str]) -> dict[str, str]:
    """Return, by code in lower case, the codes of people that differ in nothing but small and capital letters."""
    lower = func.lower(Person.code)
    wanted = any_(literal([code.lower() for code in codes], ARRAY(String)))
    return {row[0]: row[1] for row in tx.execute(select(lower, Person.code).where(lower == wanted))}


def _joined(
    value: InstrumentedAttribute[Any],
    *order: ColumnElement[Any] | InstrumentedAttribute[Any],
    kind: ContactKind | None = None,
) -> ScalarSelect[Any]:
    table = value.class_
    found = select(func.array_agg(aggregate_order_by(value, *order))).where(table.person_id == Person.id)
    if kind is not None:
        found = found.where(table.kind == kind, table.origin == ContactOrigin.OFFICE)
    return found.scalar_subquery()
