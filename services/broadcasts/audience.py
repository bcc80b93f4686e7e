"""The audience (宛先) of a broadcast: a selection that a person makes, as one statement over people."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.actor import Actor, Reach
from core.i18n import N_, _, language, listed
from core.inputs import Input, field
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet
from data.models.areas import Area
from data.models.audience import AudiencePart
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import Department, Membership, Person, PersonList, PersonListMember, PersonRegion
from services.access import lies_below, people_within

MOST_NAMES = 8
"""Named on one line; the others are counted."""


class Selection(Input):
    """Whom a person chose; everything named is joined, and nobody is asked twice."""

    everybody: bool = field(N_("Everybody"), default=False)
    departments: list[int] = field(N_("Departments and all below"), default=[], max_length=500)
    areas: list[str] = field(N_("Areas and all below"), default=[], max_length=2_000)
    roles: list[int] = field(N_("Roles"), default=[], max_length=200)
    lists: list[int] = field(N_("Lists"), default=[], max_length=200)
    people: list[int] = field(N_("Single people"), default=[], max_length=2_000)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was chosen."""
        return not any(self.model_dump().values())


def people_of(selection: Selection, reach: Reach, actor: Actor) -> Select[int]:
    """Return the ids of the active people whom a selection means, as far as the actor reaches."""
    return select(Person.id).where(Person.retired_at.is_(None), chosen(selection), people_within(reach, actor))


def audience_of(row: Broadcast, reach: Reach, actor: Actor) -> Select[int]:
    """Return the ids of the active people whom a draft means, as far as the actor reaches.

    A correction means whoever the first one asked, reached or not.
    """
    if row.corrects_id is None:
        return people_of(Selection.model_validate(row.audience), reach, actor)
    asked = select(Recipient.person_id).where(Recipient.broadcast_id == row.corrects_id)
    meant = or_(Person.id.in_(asked), Person.id.in_(pending(row.corrects_id)))
    return select(Person.id).where(Person.retired_at.is_(None), meant, people_within(reach, actor))


def pending(broadcast_id: int) -> Select[int]:
    """Return the ids of the people who are asked by a broadcast and do not stand among its recipients yet."""
    return select(func.unnest(AudiencePart.person_ids)).where(
        AudiencePart.broadcast_id == broadcast_id, AudiencePart.asks
    )


def chosen(selection: Selection) -> ColumnElement[bool]:
    """Return the condition on ``person`` that holds for everybody in a selection."""
    if selection.everybody:
        return true()
    choices: list[ColumnElement[bool]] = []
    if selection.departments:
        choices.append(Person.id.in_(members_of(selection.departments)))
    if selection.areas:
        concerned = select(PersonRegion.person_id).where(PersonRegion.area_code.in_(areas_below(selection.areas)))
        choices.append(Person.id.in_(concerned))
    if selection.roles:
        choices.append(Person.id.in_(holders_of(selection.roles)))
    if selection.lists:
        listed = select(PersonListMember.person_id).where(PersonListMember.list_id.in_(selection.lists))
        choices.append(Person.id.in_(listed))
    if selection.people:
        choices.append(Person.id.in_(selection.people))
    return or_(false(), *choices)


def members_of(departments: list[int]) -> Select[int]:
    """Return the ids of the members of departments and of all below them."""
    return select(Membership.person_id).where(Membership.department_id.in_(departments_below(departments)))


def departments_below(departments: list[int]) -> Select[int]:
    """Return the ids of departments and of all below them."""
    top = aliased(Department)
    return select(Department.id).join(top, lies_below(top)).where(top.id.in_(departments)).distinct()


def areas_below(codes: list[str]) -> Select[str]:
    """Return the codes of areas and of all in them: prefecture, its areas, their municipalities."""
    between = aliased(Area)
    return (
        select(Area.code)
        .outerjoin(between, between.code == Area.parent_code)
        .where(or_(Area.code.in_(codes), Area.parent_code.in_(codes), between.parent_code.in_(codes)))
    )


def holders_of(roles: list[int]) -> Select[int]:
    """Return the ids of the people whose account holds one of these permission sets and is not stopped."""
    return (
        select(Account.person_id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .where(PermissionAssignment.set_id.in_(roles), Account.status != AccountStatus.STOPPED)
    )


def described(tx: Transaction, selection: Selection) -> list[str]:
    """Return a selection in words, one line for each kind of choice, in the current language."""
    if selection.everybody:
        return [_(N_("Everybody"))]
    area_name = Area.name if language() == "ja" else Area.name_en
    parts: list[tuple[str, InstrumentedAttribute[Any], InstrumentedAttribute[Any], list[Any]]] = [
        (N_("Departments and all below"), Department.full_name, Department.id, selection.departments),
        (N_("Areas and all below"), area_name, Area.code, selection.areas),
        (N_("Roles"), PermissionSet.name, PermissionSet.id, selection.roles),
        (N_("Lists"), PersonList.name, PersonList.id, selection.lists),
    ]
    lines = []
    for label, name, key, wanted in parts:
        if wanted:
            names = tx.execute(select(name).where(key.in_(wanted)).order_by(key)).scalars()
            lines.append(f"{_(label)}: {shortened([str(one) for one in names])}")
    if selection.people:
        found = tx.execute(select(Person).where(Person.id.in_(selection.people)).order_by(Person.sort_key)).scalars()
        label = _(N_("Single people"))
        lines.append(f"{label}: {shortened([person.name for person in found])}")
    return lines


def recipients_of(tx: Transaction, row: Broadcast) -> list[str]:
    """Return in words who gets a broadcast."""
    if row.corrects_id is None:
        return described(tx, Selection.model_validate(row.audience))
    title = tx.scalar(select(Broadcast.title).where(Broadcast.id == row.corrects_id))
    return [_(N_("Everybody who was asked by “{title}”"), title=title)]


def shortened(names: list[str]) -> str:
    """Join names for one line; what is too many becomes a number."""
    joined = listed(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return _("{names} and {more} more", names=joined, more=more) if more > 0 else joined
