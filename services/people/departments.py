"""The tree of departments as lists and forms show it (D03)."""

from dataclasses import replace
from functools import lru_cache

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import TREE_ORDER, departments_within, to_choose, whole_names
from services.people.search import Whose


class DepartmentsAsk(PageAsk):
    """Which departments."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    text: str = field(N_("Name or code"), default="", max_length=100)
    state: Whose = field(N_("State"), default=Whose.ACTIVE)


class DepartmentRow(Row):
    """A department in the tree: ``people`` counts active members of the department itself, not of those below.

    ``full_name`` leaves out the middle of long lines; ``line`` has it, if one department is asked for by its number.
    """

    id: int
    parent_id: int | None
    code: str = field(N_("Department code"))
    name: str = field(N_("Name"))
    full_name: str = field(N_("Whole name"))
    line: str = field(N_("All names from the top"))
    depth: int
    people: int = field(N_("Number of people"))
    version: int
    retired: bool = field(N_("Out of use"))


@query("people.departments", N_("See departments"))
def list_departments(tx: Transaction, ask: DepartmentsAsk) -> Page[DepartmentRow]:
    """Return a page of the departments within reach (部署), each directly below the one it belongs to."""
    statement = select(Department).where(departments_within(list_departments.reach(tx)))
    if ask.id is not None:
        statement = statement.where(Department.id == ask.id)
    for word in ask.text.split():
        named = Department.full_name.icontains(word, autoescape=True)
        statement = statement.where(named | Department.code.icontains(word, autoescape=True))
    if ask.state is not Whose.ALL:
        active = Department.retired_at.is_(None)
        statement = statement.where(active if ask.state is Whose.ACTIVE else ~active)
    page = fetch_page(tx, statement, ask, orders={"tree": TREE_ORDER}, make=lambda row: row.Department)
    people = _people_of(tx, [department.id for department in page.rows])
    lines = whole_names(tx, [(one.id, one.full_name) for one in page.rows]) if ask.id is not None else {}
    rows = [_made(one, people.get(one.id, 0), lines.get(one.id, one.full_name)) for one in page.rows]
    return replace(page, rows=rows)


def _people_of(tx: Transaction, department_ids: list[int]) -> dict[int, int]:
    # Members are counted in the index alone, and those who left, mostly few, taken off: to look each person up takes
    # thirty times as long.
    members = (
        select(Membership.department_id, func.count())
        .where(Membership.department_id == func.any(department_ids))
        .group_by(Membership.department_id)
    )
    left = members.join(Person, Person.id == Membership.person_id).where(Person.retired_at.is_not(None))
    gone = dict(tx.execute(left).all())
    return {department_id: count - gone.get(department_id, 0) for department_id, count in tx.execute(members)}


@query("people.department_choices", N_("Choose departments"))
def department_choices(tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return the active departments within reach for a form, by full name."""
    rows = tx.rows(_choices_within(to_choose(department_choices.reach(tx))))
    return [Choice.model_validate(row) for row in rows]


@lru_cache(maxsize=64)
def _choices_within(reach: Reach) -> Prepared:
    return Prepared(
        select(Department.id.label("value"), Department.full_name.label("label"))
        .where(Department.retired_at.is_(None), departments_within(reach))
        .order_by(*TREE_ORDER)
    )


class DepartmentAsk(Input):
    """Which department."""

    id: int = field(N_("Number"))


def _made(department: Department, people: int, line: str) -> DepartmentRow:
    return DepartmentRow(
        id=department.id, parent_id=department.parent_id, code=department.code or "", name=department.name,
        full_name=department.full_name, line=line, depth=department.depth, people=people, version=department.version,
        retired=department.retired_at is not None,
    )  # fmt: skip
