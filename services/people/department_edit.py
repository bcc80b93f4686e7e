"""Making, renaming, moving and retiring departments by hand (D03)."""

from typing import Any

from sqlalchemy import exists, func, select

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import Process, operation
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import departments_within
from services.changes import keeping
from services.people.departments import DepartmentAsk
from services.people.kept import DEPARTMENTS
from services.people.lock import alone
from services.people.text import LONGEST_CODE
from services.people.text import code as clean_code
from services.people.tree import DepartmentName, refresh_tree


class DepartmentFields(Input):
    """A department: its name and the one it lies below."""

    name: DepartmentName = field(N_("Name"), min_length=1)
    parent_id: int | None = field(N_("Lies below"), default=None, of="people.department_choices")
    code: str = field(N_("Department code"), default="", max_length=LONGEST_CODE)


class EditedDepartment(DepartmentFields):
    """A department as changed; ``version`` is the one that the form showed."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)


class SavedDepartment(Row):
    """A department that was stored."""

    id: int
    version: int
    full_name: str


@operation("people.add_department", N_("Add a department"), touches="department")
def add_department(tx: Transaction, ask: DepartmentFields) -> SavedDepartment:
    """Add a department (部署登録), at the top or below another one.

    Raises:
        NotFound: when the one above is out of reach; Refused: at the top with a limited reach.
        Invalid: when name or code are taken.
    """
    alone(tx)
    parent = _parent(tx, add_department, ask.parent_id)
    _check_free(tx, ask, parent, None)
    department = Department(
        name=ask.name, parent_id=ask.parent_id, code=clean_code(ask.code) or None, path="", full_name="", depth=0
    )
    with keeping(tx) as kept:
        tx.add(department)
        refresh_tree(tx)
        kept.added(DEPARTMENTS, [department.id])
    return _saved(tx, department)


@operation("people.edit_department", N_("Rename and move departments"), touches="department")
def edit_department(tx: Transaction, ask: EditedDepartment) -> SavedDepartment:
    """Rename a department or move it with all below it (部署変更).

    Raises:
        NotFound: when it or the one above is out of reach.
        Conflict: when somebody else changed it after the form was opened.
        Refused: when it would lie below itself. Invalid: when name or code are taken.
    """
    alone(tx)
    department = department_within(tx, edit_department, ask.id)
    if department.version != ask.version:
        raise Conflict(
            N_("Somebody else changed this department meanwhile. Open the page again and repeat your change.")
        )
    parent = department_above(department, ask.parent_id, tx)
    if parent is not None and parent.path.startswith(department.path):
        raise Refused(N_("“{name}” cannot lie below itself. Choose another place."), name=department.full_name)
    _check_free(tx, ask, parent, department.id)
    before = {"full_name": department.full_name, "code": department.code}
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        department.name, department.parent_id, department.code = ask.name, ask.parent_id, clean_code(ask.code) or None
        department.version += 1
        refresh_tree(tx)
    tx.session.refresh(department)
    tx.note(f"department:{department.id}", before, {"full_name": department.full_name, "code": department.code})
    return _saved(tx, department)


@operation("people.retire_department", N_("Retire departments"), touches="department")
def retire_department(tx: Transaction, ask: DepartmentAsk) -> SavedDepartment:
    """Retire a department that nobody belongs to any more (廃止); it stays in old broadcasts.

    Raises:
        NotFound: when it is out of reach.
        Refused: while people or active departments belong to it.
    """
    alone(tx)
    department = department_within(tx, retire_department, ask.id)
    if tx.scalar(select(exists().where(Department.parent_id == department.id, Department.retired_at.is_(None)))):
        raise Refused(N_("There are departments below “{name}”. Move or retire them first."), name=department.full_name)
    people = tx.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.department_id == department.id, Person.retired_at.is_(None))
    )
    if people:
        raise Refused(
            N_("{count} people belong to “{name}”. Move them first."), count=f"{people:,}", name=department.full_name
        )
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        department.retired_at = department.retired_at or tx.now
        department.version += 1
    return _saved(tx, department)


@operation("people.reinstate_department", N_("Reinstate departments"), touches="department")
def reinstate_department(tx: Transaction, ask: DepartmentAsk) -> SavedDepartment:
    """Take a retired department back.

    Raises:
        NotFound: when it is out of reach.
        Refused: while the one above it is retired.
    """
    alone(tx)
    department = department_within(tx, reinstate_department, ask.id)
    parent = tx.get(Department, department.parent_id) if department.parent_id else None
    if parent is not None and parent.retired_at is not None:
        raise Refused(N_("“{name}” above it is retired. Reinstate that one first."), name=parent.full_name)
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        department.retired_at = None
        department.version += 1
    return _saved(tx, department)


def department_within(tx: Transaction, process: Process[Any, Any], department_id: int) -> Department:
    """Return a department that the actor reaches with this process, locked for change.

    Raises:
        NotFound: when there is none, or out of reach.
    """
    found: Department | None = tx.scalar(
        select(Department)
        .where(Department.id == department_id, departments_within(process.reach(tx)))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(N_("This department does not exist, or is outside your reach."))
    return found


def department_above(department: Department, parent_id: int | None, tx: Transaction) -> Department | None:
    """Return the department that one is to lie below; where it lies already needs no reach of its own."""
    if parent_id is not None and parent_id == department.parent_id:
        return tx.get(Department, parent_id)
    if parent_id is None and department.parent_id is None:
        return None
    return _parent(tx, edit_department, parent_id)


def _parent(tx: Transaction, process: Process[Any, Any], parent_id: int | None) -> Department | None:
    if parent_id is None:
        if not process.reach(tx).whole:
            raise Refused(N_("Only somebody with the whole organisation in reach makes departments at the top."))
        return None
    parent = department_within(tx, process, parent_id)
    if parent.retired_at is not None:
        raise Refused(N_("“{name}” is retired. Choose another place."), name=parent.full_name)
    return parent


def _check_free(tx: Transaction, ask: DepartmentFields, parent: Department | None, but: int | None) -> None:
    fields: dict[str, str] = {}
    others = Department.id.is_distinct_from(but)
    above = Department.parent_id.is_not_distinct_from(parent.id if parent else None)
    same: Department | None = tx.scalar(select(Department).where(above, Department.name == ask.name, others))
    if same is not None and same.retired_at is not None:
        fields["name"] = _(N_("A retired department has this name there. Reinstate it instead."))
    elif same is not None:
        fields["name"] = _(N_("There is a department of this name there already."))
    if ask.code and tx.scalar(select(Department.id).where(Department.code == clean_code(ask.code), others)):
        fields["code"] = _(N_("Another department has this code."))
    if fields:
        raise Invalid(N_("The name or the code is taken."), fields=fields)


def _saved(tx: Transaction, department: Department) -> SavedDepartment:
    tx.session.flush()
    return SavedDepartment.model_validate(department)
