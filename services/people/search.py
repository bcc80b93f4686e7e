"""Finding people (people.search): by a part of the name, department, region, role, list, state."""

from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.actor import Reach
from core.i18n import N_, language
from core.inputs import Row, field
from core.operations import query
from core.paging import COUNT_CAP, KeptList, Page, PageAsk, fetch_page
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment
from data.models.areas import Area
from data.models.people import (
    ContactKind,
    ContactOrigin,
    ContactPoint,
    Department,
    Membership,
    Person,
    PersonListMember,
    PersonRegion,
)
from data.models.people_search import PersonSearch
from services.access import called, has_letters, lies_below, search_within
from services.fields import Words, own_fields, words_for
from services.fields import conditions as own_conditions
from services.people.addresses import shown_mobile
from services.people.own import PERSON

EVERYBODY = COUNT_CAP + 1
"""More than are ever counted."""


class Whose(StrEnum):
    """Which people: those who are with us, those who have left, or both."""

    ACTIVE = "active"
    RETIRED = "retired"
    ALL = "all"


class HasRegion(StrEnum):
    """Who has a region, and from where."""

    NONE = "none"
    ADDRESSED = "addressed"
    OWN = "own"


class PeopleAsk(PageAsk):
    """What to look for; everything given must hold."""

    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")
    area_code: str | None = field(
        N_("Region and all in it"), default=None, of="people.area_choices", sought="people.region_of"
    )
    region: HasRegion | None = field(N_("Regions"), default=None)
    role_id: int | None = field(N_("Permission set"), default=None, of="access.set_choices")
    list_id: int | None = field(N_("List"), default=None, of="people.list_choices")
    state: Whose = field(N_("State"), default=Whose.ACTIVE)
    own: tuple[str, ...] = field(
        N_("Own fields"), default=(), max_length=50, hidden=True,
        help=N_("Conditions by code, such as size=M, until>=2026-04-01 or pay<=1200; note^=early for texts that begin "
                "so; references as #12 or by code."),
    )  # fmt: skip


class PersonRow(Row):
    """A line of the list of people."""

    id: int
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    kana: str = field(N_("Kana"))
    department: str = field(N_("Department"))
    other_departments: int = field(N_("Number of other departments"))
    regions: list[str] = field(N_("Regions"))
    mails: int = field(N_("Number of mail addresses"))
    mobile: str = field(N_("Mobile number"))
    login: str = field(N_("Login name"))
    retired: bool = field(N_("Retired"))
    own: dict[str, Any]
    """What is kept of own fields, by code."""

    own_values: dict[str, str] = field(N_("Own fields"))
    """The own fields in words, by label; in files each is a column."""


@query("people.search", N_("Find people"))
def search_people(tx: Transaction, ask: PeopleAsk) -> Page[PersonRow]:
    """Return a page of the people within reach (検索), in the order of their kana or of their codes."""
    by_code = ask.sort.lstrip("-") == "code"
    kept = _list(ask.anywhere, search_people.reach(tx), tx.actor.person_id, by_code)
    # What their own fields are may change: not kept.
    own_ones = own_conditions(tx, PERSON, ask.own)
    statement = kept.statement.where(_person_is(*own_ones)) if own_ones else kept
    orders = {"name": (PersonSearch.sort_key, PersonSearch.person_id), "code": (Person.code,)}
    page = fetch_page(tx, statement, ask, orders=orders, make=lambda row: row.person_id)
    found = {row.id: row for row in tx.rows(_rows(language()), ids=page.rows)}
    own = words_for(tx, own_fields(tx, PERSON.name), [row.own for row in found.values()])
    # Somebody may be erased between the two statements.
    rows = [_made(found[person_id], own) for person_id in page.rows if person_id in found]
    return Page(rows, page.next, page.previous, page.count, page.more)


@lru_cache(maxsize=64)  # whoever pages through a list asks the same each time; to build it takes longer than to send it
def _list(ask: PeopleAsk, reach: Reach, person_id: int | None, by_code: bool) -> KeptList:
    statement = select(PersonSearch.person_id).where(*_searched(ask), search_within(reach, person_id))
    if by_code:
        statement = statement.join(Person, Person.id == PersonSearch.person_id)
    return KeptList(statement, plan_anew=True, gather_up_to=_gathered(ask, reach))


def _gathered(ask: PeopleAsk, reach: Reach) -> int:
    # Whether few or very many are meant decides how they are found best. Who is called the same stands together.
    if ask.text:
        return EVERYBODY
    along = ask.department_id is None and ask.region is not HasRegion.OWN and not _others(ask)
    return 0 if reach.whole and along else COUNT_CAP


def _searched(ask: PeopleAsk) -> list[ColumnElement[bool]]:
    found = [has_letters(word) for word in ask.text.split()]
    if ask.department_id is not None:
        found.append(PersonSearch.within.contains([ask.department_id]))
    if ask.state is not Whose.ALL:
        found.append(PersonSearch.active.is_(ask.state is Whose.ACTIVE))
    if ask.region is not None:
        found.append(_regions(ask.region))
    others = _others(ask)
    return [*found, _person_is(*others)] if others else found


def _person_is(*others: ColumnElement[bool]) -> ColumnElement[bool]:
    return PersonSearch.person_id.in_(select(Person.id).where(*others))


def conditions(ask: PeopleAsk) -> list[ColumnElement[bool]]:
    """Return the conditions on ``person`` that a search means, without own fields and the actor's reach."""
    found = called(ask.text)
    if ask.department_id is not None:
        found.append(_in_department(ask.department_id))
    if ask.state is not Whose.ALL:
        found.append(Person.retired_at.is_(None) if ask.state is Whose.ACTIVE else Person.retired_at.is_not(None))
    if ask.region is not None:
        found.append(Person.id.in_(select(PersonSearch.person_id).where(_regions(ask.region))))
    return found + _others(ask)


def _others(ask: PeopleAsk) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ask.area_code is not None:
        found.append(_in_region(ask.area_code))
    if ask.role_id is not None:
        found.append(_holds(ask.role_id))
    if ask.list_id is not None:
        listed = select(PersonListMember.person_id).where(PersonListMember.list_id == ask.list_id)
        found.append(Person.id.in_(listed))
    return found


def _in_department(department_id: int) -> ColumnElement[bool]:
    top = aliased(Department)
    below = select(Department.id).join(top, lies_below(top)).where(top.id == department_id)
    return Person.id.in_(select(Membership.person_id).where(Membership.department_id.in_(below)))


def _in_region(code: str) -> ColumnElement[bool]:
    above = aliased(Area)
    inside = (
        select(Area.code)
        .outerjoin(above, above.code == Area.parent_code)
        .where(or_(Area.code == code, Area.parent_code == code, above.parent_code == code))
    )
    return Person.id.in_(select(PersonRegion.person_id).where(PersonRegion.area_code.in_(inside)))


def _regions(which: HasRegion) -> ColumnElement[bool]:
    if which is HasRegion.OWN:
        return PersonSearch.person_id.in_(select(PersonRegion.person_id).where(PersonRegion.own))
    # Kept there by triggers: nobody is found by what is not there, but by looking at everybody.
    return and_(PersonSearch.regionless if which is HasRegion.NONE else PersonSearch.placeable)


def _holds(set_id: int) -> ColumnElement[bool]:
    return exists(
        select(1)
        .select_from(Account)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .where(Account.person_id == Person.id, PermissionAssignment.set_id == set_id)
    )


@cache
def _rows(spoken: str) -> Prepared:
    of_person = Membership.person_id == Person.id
    main = select(Department.full_name).join(Membership).where(of_person, Membership.main)
    others = select(func.count()).select_from(Membership).where(of_person, ~Membership.main)
    area_name = Area.name if spoken == "ja" else Area.name_en
    regions = (
        select(func.array_agg(area_name))
        .join(PersonRegion, PersonRegion.area_code == Area.code)
        .where(PersonRegion.person_id == Person.id)
    )
    mails = _contacts(func.count(), ContactKind.MAIL)
    office = ContactPoint.origin == ContactOrigin.OFFICE
    mobile = _contacts(func.min(ContactPoint.value), ContactKind.MOBILE, office)
    return Prepared(select(
        Person.id, Person.code, Person.family_name, Person.given_name, Person.family_kana, Person.given_kana,
        Person.retired_at, Person.own,
        main.scalar_subquery().label("department"),
        others.scalar_subquery().label("other_departments"),
        regions.scalar_subquery().label("regions"),
        mails.label("mails"),
        mobile.label("mobile"),
        select(Account.login).where(Account.person_id == Person.id).scalar_subquery().label("login"),
    ).where(Person.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))  # fmt: skip


def _contacts(value: Any, kind: ContactKind, *more: ColumnElement[bool]) -> Any:
    return select(value).select_from(ContactPoint).where(
        ContactPoint.person_id == Person.id, ContactPoint.kind == kind, *more
    ).scalar_subquery()  # fmt: skip


def _made(row: Any, own: Words) -> PersonRow:
    return PersonRow(
        id=row.id, code=row.code, name=f"{row.family_name} {row.given_name}".strip(),
        kana=f"{row.family_kana} {row.given_kana}".strip(), department=row.department or "",
        other_departments=row.other_departments, regions=row.regions or [], mails=row.mails,
        mobile=shown_mobile(row.mobile) if row.mobile else "", login=row.login or "",
        retired=row.retired_at is not None, own=row.own, own_values=own.all_said(row.own),
    )  # fmt: skip
