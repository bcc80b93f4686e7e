"""What a change of many does to each person: conditions on ``person``, and a handful of statements for all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB

from core.actor import Reach
from core.errors import NotFound, Refused
from core.i18n import N_
from core.transaction import Transaction
from data.models.people import Department, Membership, Person, PersonRegion
from services.access import departments_within
from services.fields import checked
from services.people.bulk.asks import BulkEdit
from services.people.fields import MOST_DEPARTMENTS, MOST_REGIONS
from services.people.own import PERSON
from services.people.rules import check_areas
from services.people.store import set_own_of_all

NOTHING = N_("Choose what shall become of these people.")
FULL = N_("They have as many departments or regions as one person can have.")
PLACE_OUTSIDE = N_("Their main department is outside your reach.")
LEAVE_MAIN = text("""
    DELETE FROM membership
    WHERE person_id = ANY(CAST(:ids AS bigint[])) AND main AND department_id <> CAST(:department AS bigint)
""")
MAKE_MAIN = text("""
    INSERT INTO membership (person_id, department_id, main)
    SELECT id, CAST(:department AS bigint), true FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT (person_id, department_id) DO UPDATE SET main = true
""")
JOIN = text("""
    INSERT INTO membership (person_id, department_id, main)
    SELECT id, CAST(:department AS bigint),
        NOT EXISTS (SELECT FROM membership AS other WHERE other.person_id = id AND other.main)
    FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT (person_id, department_id) DO NOTHING
""")
ADD_REGION = text("""
    INSERT INTO person_region (person_id, area_code)
    SELECT id, CAST(:area AS text) FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT DO NOTHING
""")
CHANGED = text("""
    UPDATE person SET version = version + 1, updated_at = :now, language = coalesce(CAST(:language AS text), language)
    WHERE id = ANY(CAST(:ids AS bigint[]))
""")


class Edits:
    """A change of many, checked."""

    def __init__(self, tx: Transaction, ask: BulkEdit, reach: Reach) -> None:
        """Check what shall be set.

        Raises:
            Refused: when nothing shall. NotFound: when a department is out of use or out of reach.
            Invalid: when a region or an own value cannot be used.
        """
        self.ask = ask
        self._reach = reach
        places = {one for one in (ask.main_department_id, ask.join_department_id) if one is not None}
        if not (places or ask.area_code or ask.language or ask.own):
            raise Refused(NOTHING)
        self._check_places(tx, places)
        if ask.area_code:
            check_areas(tx, [ask.area_code])
        self.set = checked(tx, PERSON.name, ask.own, {}, whole=False)
        self.emptied = sorted(ask.own.keys() - self.set.keys())

    def _check_places(self, tx: Transaction, places: set[int]) -> None:
        usable = select(Department.id).where(
            Department.id == func.any(sorted(places)), Department.retired_at.is_(None), departments_within(self._reach)
        )
        if set(tx.execute(usable).scalars()) != places:
            raise NotFound(N_("One of these departments does not exist, is retired, or is outside your reach."))

    def blocks(self) -> list[tuple[ColumnElement[bool], str]]:
        """Return the conditions under which somebody cannot be changed, each with its reason."""
        found: list[tuple[ColumnElement[bool], str]] = []
        places = [one for one in (self.ask.main_department_id, self.ask.join_department_id) if one is not None]
        if places:
            mine = select(func.count()).select_from(Membership).where(Membership.person_id == Person.id)
            others = mine.where(Membership.department_id.not_in(places))
            found.append((others.scalar_subquery() > MOST_DEPARTMENTS - len(set(places)), FULL))
        if self.ask.area_code:
            areas = select(func.count()).select_from(PersonRegion).where(PersonRegion.person_id == Person.id)
            others = areas.where(PersonRegion.area_code != self.ask.area_code)
            found.append((others.scalar_subquery() >= MOST_REGIONS, FULL))
        if self.ask.main_department_id is not None and not self._reach.whole:
            mains = select(1).select_from(Membership).join(Department, Department.id == Membership.department_id)
            outside = mains.where(Membership.person_id == Person.id, Membership.main, ~departments_within(self._reach))
            found.append((exists(outside), PLACE_OUTSIDE))
        return found

    def changes(self) -> ColumnElement[bool]:
        """Return the condition that holds for whom anything changes."""
        ask, found = self.ask, list[ColumnElement[bool]]()
        if ask.main_department_id is not None:
            found.append(~_belongs(Membership.department_id == ask.main_department_id, Membership.main))
        if ask.join_department_id is not None:
            found.append(~_belongs(Membership.department_id == ask.join_department_id))
        if ask.area_code:
            there = PersonRegion.area_code == ask.area_code
            found.append(~exists(select(1).where(PersonRegion.person_id == Person.id, there)))
        if ask.language:
            found.append(Person.language != ask.language)
        found += [Person.own[code].is_distinct_from(literal(value, JSONB)) for code, value in self.set.items()]
        found += [Person.own.has_key(code) for code in self.emptied]
        return or_(*found)

    def write(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Change these people."""
        asked: dict[str, Any] = {"ids": list(ids)}
        if self.ask.main_department_id is not None:
            tx.execute(LEAVE_MAIN, {**asked, "department": self.ask.main_department_id})
            tx.execute(MAKE_MAIN, {**asked, "department": self.ask.main_department_id})
        if self.ask.join_department_id is not None:
            tx.execute(JOIN, {**asked, "department": self.ask.join_department_id})
        if self.ask.area_code:
            tx.execute(ADD_REGION, {**asked, "area": self.ask.area_code})
        tx.execute(CHANGED, {**asked, "now": tx.now, "language": self.ask.language})
        set_own_of_all(tx, ids, self.set, self.emptied)
        tx.session.expire_all()


def _belongs(*conditions: ColumnElement[bool] | Any) -> ColumnElement[bool]:
    return exists(select(1).where(Membership.person_id == Person.id, *conditions))
