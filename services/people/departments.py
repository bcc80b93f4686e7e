"""The tree of departments as lists and forms show it (D03)."""

from typing import Any

from sqlalchemy import func, select

from core.i18n import N_
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import departments_within
from services.people.search import Whose


class DepartmentsAsk(PageAsk):
    """Which departments."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    text: str = field(N_("Name or code"), default="", max_length=100)
    state: Whose = field(N_("State"), default=Whose.ACTIVE)


class DepartmentRow(Row):
    """A line of the tree: ``people`` counts active members of the department itself, not of those below."""

    id: int
    parent_id: int | None
    code: str = field(N_("Department code"))
    name: str = field(N_("Name"))
    full_name: str = field(N_("Whole name"))
    depth: int
    people: int = field(N_("Number of people"))
    version: int
    retired: bool = field(N_("Out of use"))


@query("people.departments", N_("See departments"))
def list_departments(tx: Transaction, ask: DepartmentsAsk) -> Page[DepartmentRow]:
    """Return a page of the departments within reach (部署), each directly below the one it belongs to."""
    people = (
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.department_id == Department.id, Person.retired_at.is_(None))
        .scalar_subquery()
    )
    statement = select(Department, people.label("people")).where(departments_within(list_departments.reach(tx)))
    if ask.id is not None:
        statement = statement.where(Department.id == ask.id)
    for word in ask.text.split():
        named = Department.full_name.icontains(word, autoescape=True)
        statement = statement.where(named | Department.code.icontains(word, autoescape=True))
    if ask.state is not Whose.ALL:
        active = Department.retired_at.is_(None)
        statement = statement.where(active if ask.state is Whose.ACTIVE else ~active)
    return fetch_page(tx, statement, ask, orders={"tree": (Department.full_name,)}, make=_made)


@query("people.department_choices", N_("Choose departments"))
def department_choices(tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return the active departments within reach for a form, by full name."""
    rows = tx.execute(
        select(Department.id.label("value"), Department.full_name.label("label"))
        .where(Department.retired_at.is_(None), departments_within(department_choices.reach(tx)))
        .order_by(Department.full_name)
    )
    return [Choice.model_validate(row) for row in rows]


class DepartmentAsk(Input):
    """Which department."""

    id: int = field(N_("Number"))


def _made(row: Any) -> DepartmentRow:
    department: Department = row.Department
    return DepartmentRow(
        id=department.id, parent_id=department.parent_id, code=department.code or "", name=department.name,
        full_name=department.full_name, depth=department.depth, people=row.people, version=department.version,
        retired=department.retired_at is not None,
    )  # fmt: skip
