"""Which departments people belong to (所属, D04), as a file: a department a row, one of a person's is the main one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import departments_within, people_within, whole_names
from services.changes import Keeper
from services.people.fields import MOST_DEPARTMENTS
from services.people.imports.check import NO_DEPARTMENT, OUT_OF_REACH
from services.people.imports.holders import Holder
from services.people.imports.nouns import Blame, Noun, doing, touch, yes
from services.people.imports.places import Path, Places
from services.people.imports.plan import Change
from services.people.kept import DEPARTMENTS, PEOPLE
from services.people.store import search_later, search_now, set_departments
from services.people.tree import store_departments

MAIN = "○"
TWO_MAIN = N_("Row {row} is the main one of this person already.")
Place = int | Path


class Memberships(Noun):
    """Departments of people; the main one comes first, the others in the order in which they were made."""

    field = "department"
    most = MOST_DEPARTMENTS

    def __init__(self, tx: Transaction, reach: Reach, places: Places) -> None:
        """Look departments up in ``places``."""
        self._tx = tx
        self._places = places
        self._whole = reach.whole
        self.reaches = (reach,)
        self.readers = {
            "department": lambda cell: places.find(cell) if cell.strip() else None, "main": yes, "doing": doing,
        }  # fmt: skip

    def now(self, people: Sequence[int]) -> Mapping[int, tuple[Place, ...]]:
        """Return the departments of people."""
        found: dict[int, list[Place]] = {}
        rows = self._tx.execute(
            select(Membership.person_id, Membership.department_id)
            .where(Membership.person_id == func.any(list(people)))
            .order_by(Membership.person_id, Membership.main.desc(), Membership.department_id)
        )
        for person, department in rows:
            found.setdefault(person, []).append(department)
        return {person: tuple(places) for person, places in found.items()}

    def ordered(self, holder: Holder, wanted: Sequence[Place], blame: Blame) -> tuple[Place, ...]:
        """Return departments with the main one first: the one that is marked, else the present one, else the first."""
        marked = [row for row in holder.rows if row.values.get("main") and row.thing in wanted]
        for row in marked[1:]:
            blame(row, "main", TWO_MAIN, row=marked[0].row.line)
        if not wanted:
            return ()
        main = marked[0].thing if marked else next((one for one in holder.now[:1] if one in wanted), wanted[0])
        return (main, *sorted((one for one in wanted if one != main), key=_key))

    def check(self, holders: Sequence[Holder], blame: Blame) -> None:
        """Note where departments out of reach would be added, taken away or made."""
        if self._whole:
            return
        for holder in holders:
            touched = [one for one in (*holder.now, *holder.after) if (one in holder.now) != (one in holder.after)]
            outside = [one for one in touched if not self._places.within(one)]
            for place in dict.fromkeys(outside):
                row = next((row for row in holder.rows if row.thing == place), holder.rows[0])
                blame(row, self.field, OUT_OF_REACH, name=self._places.name_of(place))
            if not outside and not any(map(self._places.within, holder.after)):
                blame(holder.rows[0], self.field, NO_DEPARTMENT)

    def said(self, thing: Place) -> str:
        """Return the name of a department from the top."""
        return self._places.name_of(thing)

    def besides(self, holder: Holder) -> list[Change]:
        """Return the change of the main department."""
        before, after = (self.said(side[0]) if side else "" for side in (holder.now, holder.after))
        return [("main", before, after)] if before != after else []

    def to_be_made(self, things: Sequence[Place]) -> list[Path]:
        """Return the departments that are not there, each after the one above it."""
        return self._places.missing(place for place in dict.fromkeys(things) if not isinstance(place, int))

    def write(self, tx: Transaction, kept: Keeper, people: Mapping[int, tuple[Any, Any]]) -> None:
        """Let people belong to their departments, and make those that are missing."""
        missing = self.to_be_made([place for _now, after in people.values() for place in after])
        ids = store_departments(tx, [self._places.node(path) for path in missing], ())
        kept.added(DEPARTMENTS, list(ids.values()))
        kept.watch(PEOPLE, list(people))
        search_later(tx)
        touch(tx, list(people))
        set_departments(tx, {
            person: [place if isinstance(place, int) else ids[place] for place in after]
            for person, (_now, after) in people.items()
        })  # fmt: skip
        search_now(tx, list(people))


class MembershipRow(Row):
    """A person's place in a department, as the import of memberships takes it."""

    code: str = field(N_("Employee number"))
    name: str = field(N_("Name"))
    department: str = field(N_("Department"))
    main: str = field(N_("Main one"))


class MembershipsAsk(PageAsk):
    """Whose memberships."""

    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")


@query("people.memberships", N_("See memberships"))
def list_memberships(tx: Transaction, ask: MembershipsAsk) -> Page[MembershipRow]:
    """Return a page of the memberships of active people within reach (所属一覧), all of a person's together."""
    statement = (
        select(Person.code, Person.family_name, Person.given_name, Department.id, Department.full_name, Membership.main)
        .join(Membership, Membership.person_id == Person.id)
        .join(Department, Department.id == Membership.department_id)
        .where(Person.retired_at.is_(None), people_within(list_memberships.reach(tx), tx.actor))
    )
    if ask.department_id is not None:
        statement = statement.where(Person.id.in_(_below(ask.department_id, list_memberships.reach(tx))))
    page = fetch_page(tx, statement, ask, orders={"code": (Person.code, Department.id)}, make=lambda row: row)
    lines = whole_names(tx, ((row.id, row.full_name) for row in page.rows))
    return replace(page, rows=[_made(row, lines[row.id]) for row in page.rows])


def _below(department_id: int, reach: Reach) -> Any:
    top = select(Department.path).where(Department.id == department_id, departments_within(reach)).scalar_subquery()
    below = Department.__table__.alias("below")
    return (
        select(Membership.person_id)
        .join(below, below.c.id == Membership.department_id)
        .where(func.starts_with(below.c.path, top))
    )


def _made(row: Any, line: str) -> MembershipRow:
    return MembershipRow(
        code=row.code, name=f"{row.family_name} {row.given_name}".strip(), department=line,
        main=MAIN if row.main else "",
    )  # fmt: skip


def _key(place: Place) -> tuple[bool, Any]:
    return isinstance(place, tuple), place
