"""One person with everything that is kept (people.show)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.i18n import N_, language
from core.inputs import Input, Row, field
from core.operations import query
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.areas import Area
from data.models.people import (
    ContactKind,
    ContactOrigin,
    Department,
    Membership,
    Person,
    PersonList,
    PersonListMember,
    PersonRegion,
)
from services.fields import own_fields, words_for
from services.people.contacts import Contact, contacts_of
from services.people.homes import shown_postal_code
from services.people.within import person_within


class PersonAsk(Input):
    """Which person."""

    id: int = field(N_("Number"))


class Place(Row):
    """A department that a person belongs to."""

    id: int
    full_name: str
    main: bool
    retired: bool


class Region(Row):
    """An area that concerns a person, its name in the reader's language."""

    code: str
    name: str


class OwnValue(Row):
    """An own field of a person: what is kept of it, what people read, and what a form or a file holds."""

    code: str
    label: str
    value: Any
    said: str
    written: str


class PersonDetail(Row):
    """A person as the page shows and the form takes it: the fields of the form have the same names here."""

    id: int
    version: int
    code: str
    name: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    language: str
    departments: list[Place]
    regions: list[Region]
    contacts: list[Contact]
    lists: list[str]
    login: str
    account_status: AccountStatus | None
    retired_at: datetime | None
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime

    department_id: int | None
    other_department_ids: list[int]
    area_codes: list[str]
    mail1: str
    mail2: str
    mail3: str
    mobile: str
    postal_code: str
    address: str

    own: dict[str, Any]
    own_values: list[OwnValue]


@query("people.show", N_("See a person"))
def show_person(tx: Transaction, ask: PersonAsk) -> PersonDetail:
    """Return a person with departments, regions, addresses, lists and account.

    Raises:
        NotFound: when there is none of that number within reach.
    """
    return shown(tx, person_within(tx, show_person, ask.id))


def shown(tx: Transaction, person: Person) -> PersonDetail:
    """Return everything that is kept about a person."""
    places, regions, contacts = _places(tx, person.id), _regions(tx, person.id), contacts_of(tx, person.id)
    account = tx.execute(select(Account.login, Account.status).where(Account.person_id == person.id)).first()
    office = [contact for contact in contacts if contact.origin is ContactOrigin.OFFICE]
    mails = [contact.value for contact in office if contact.kind is ContactKind.MAIL]
    mails += [""] * 3
    lists = tx.execute(
        select(PersonList.name)
        .join(PersonListMember, PersonListMember.list_id == PersonList.id)
        .where(PersonListMember.person_id == person.id)
        .order_by(PersonList.name)
    ).scalars()
    return PersonDetail(
        id=person.id, version=person.version, code=person.code, name=person.name,
        family_name=person.family_name, given_name=person.given_name,
        family_kana=person.family_kana, given_kana=person.given_kana, language=person.language,
        departments=places, regions=regions, contacts=contacts, lists=list(lists),
        login=account.login if account else "", account_status=account.status if account else None,
        retired_at=person.retired_at, erased_at=person.erased_at,
        created_at=person.created_at, updated_at=person.updated_at,
        department_id=next((place.id for place in places if place.main), None),
        other_department_ids=[place.id for place in places if not place.main],
        postal_code=shown_postal_code(person.postal_code), address=person.address,
        area_codes=[region.code for region in regions],
        mail1=mails[0], mail2=mails[1], mail3=mails[2],
        mobile=next((contact.shown for contact in office if contact.kind is ContactKind.MOBILE), ""),
        own=person.own, own_values=_own(tx, person.own),
    )  # fmt: skip


def _own(tx: Transaction, own: dict[str, Any]) -> list[OwnValue]:
    fields = own_fields(tx, "person")
    words, writings = words_for(tx, fields, [own]), words_for(tx, fields, [own], files=True)
    return [
        OwnValue(
            code=one.code, label=one.label, value=value, said=words.said(one.code, value),
            written=writings.written(one.code, value),
        )
        for one in fields for value in [own.get(one.code)]
    ]  # fmt: skip


def _places(tx: Transaction, person_id: int) -> list[Place]:
    rows = tx.execute(
        select(
            Department.id, Department.full_name, Membership.main, Department.retired_at.is_not(None).label("retired")
        )
        .join(Membership, Membership.department_id == Department.id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.main.desc(), Department.full_name)
    )
    return [Place.model_validate(row) for row in rows]


def _regions(tx: Transaction, person_id: int) -> list[Region]:
    name = (Area.name if language() == "ja" else Area.name_en).label("name")
    rows = tx.execute(
        select(Area.code, name)
        .join(PersonRegion, PersonRegion.area_code == Area.code)
        .where(PersonRegion.person_id == person_id)
        .order_by(Area.code)
    )
    return [Region.model_validate(row) for row in rows]
