"""The one place that turns an actor's reach into SQL: whom a query may show and an operation may touch (範囲)."""

from sqlalchemy import ColumnElement, Select, and_, exists, false, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from core.actor import Actor, Reach
from data.models.people import Department, Membership, Person
from data.models.people_search import PersonSearch
from services.access.branches import below_path, department_of


def people_within(reach: Reach, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``person`` that holds for those whom the actor may see with this reach."""
    return people_of(reach, actor.person_id)


def people_of(reach: Reach, person_id: int | None) -> ColumnElement[bool]:
    """Return the same condition for the actor who is this person, for statements that are kept."""
    if reach.whole:
        return true()
    choices: list[ColumnElement[bool]] = []
    if reach.paths:
        choices.append(
            exists(
                select(1)
                .select_from(Membership)
                .join(Department, Department.id == Membership.department_id)
                .where(Membership.person_id == Person.id, departments_within(reach))
            )
        )
    if reach.own and person_id is not None:
        choices.append(Person.id == person_id)
    return or_(*choices) if choices else false()


def search_within(reach: Reach, person_id: int | None) -> ColumnElement[bool]:
    """Return the same condition on ``person_search``, whose index it uses."""
    if reach.whole:
        return true()
    choices: list[ColumnElement[bool]] = []
    if reach.paths:
        tops = sorted(map(department_of, reach.paths))
        choices.append(PersonSearch.within.overlap(tops))
    if reach.own and person_id is not None:
        choices.append(PersonSearch.person_id == person_id)
    return or_(*choices) if choices else false()


def people_ids_within(reach: Reach, actor: Actor) -> Select[int]:
    """Return the ids of those whom the actor may see with a limited reach, to begin from them; some more than once."""
    inside = select(Membership.person_id.label("id")).join(Department, Department.id == Membership.department_id)
    own = select(Person.id).where(Person.id == actor.person_id, literal(reach.own))
    return select(union_all(inside.where(departments_within(reach)), own).subquery().c.id)


def once_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on ``membership`` and its ``department`` that holds once for each person in these.

    For counting until it is enough: one member after the other is found, whereas the index that ``search_within`` uses
    gathers everybody first. Of several departments the main one counts, or else the one with the lowest number.
    """
    other = aliased(Membership)
    others = select(1).select_from(other).join(Department, Department.id == other.department_id)
    others = others.where(other.person_id == Membership.person_id, departments_within(reach))
    rather = others.where(or_(other.main, other.department_id < Membership.department_id)).correlate(Membership)
    return and_(departments_within(reach), or_(Membership.main, ~rather.exists()))


def covers(wide: Reach, narrow: Reach) -> bool:
    """Say whether one reach goes at least as far as another. What is the actor's own is nobody else's."""
    if wide.whole:
        return True
    inside = all(any(path.startswith(above) for above in wide.paths) for path in narrow.paths)
    return inside and not narrow.whole


def to_choose(reach: Reach) -> Reach:
    """Return the reach for choosing departments: those that one may only write to are among them."""
    return Reach(reach.whole, reach.paths | reach.made, reach.own)


def departments_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on ``department`` that holds for those within reach: each path and all below it."""
    if reach.whole:
        return true()
    return or_(*[below_path(path) for path in sorted(reach.paths)], false())
