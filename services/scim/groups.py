"""Groups that a directory makes, changes and takes away: departments with their members, never permission sets."""

from typing import Any

from sqlalchemy import exists, func, select

from core.errors import Conflict, Refused
from core.i18n import N_
from core.inputs import Input, field, validated
from core.operations import Process, operation
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.changes import keeping
from services.people.department_edit import DepartmentFields, department_within
from services.people.external import set_external_ids_of_departments
from services.people.kept import DEPARTMENTS
from services.people.lock import alone
from services.people.tree import refresh_tree
from services.scim.matching import Taken
from services.scim.members import MembersChange, change_members
from services.scim.rows import MOST_MEMBERS, groups
from services.scim.users import CHANGED, STAYS, Kept

TAKEN_NAME = N_("There is a department of this name there already.")


class GroupFields(Input):
    """What a directory says about a group: its name and the numbers of its members."""

    name: str = field(N_("Name"))
    external_id: str | None = field(N_("External ID"), default=None, max_length=500, help=STAYS)
    members: list[int] = field(N_("Members"), default=[], max_length=MOST_MEMBERS)


class EditedGroup(Input):
    """A group as changed: exactly ``members``, if they are named, then some who come and some who go."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), default="", hidden=True)
    name: str | None = field(N_("Name"), default=None, help=STAYS)
    external_id: str | None = field(N_("External ID"), default=None, max_length=500, help=STAYS)
    members: list[int] | None = field(N_("Members"), default=None, max_length=MOST_MEMBERS, help=STAYS)
    joining: list[int] = field(N_("Who joins"), default=[], max_length=MOST_MEMBERS)
    leaving: list[int] = field(N_("Who leaves"), default=[], max_length=MOST_MEMBERS)


class WhichGroup(Input):
    """One group; with a ``version`` only if that still stands."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), default="", hidden=True)


@operation("scim.add_group", N_("Add SCIM groups"), touches="department")
def add_group(tx: Transaction, ask: GroupFields) -> Kept:
    """Add a department at the top (SCIMグループ登録, N11); a retired one of that name comes back.

    Raises:
        Taken: when there is one of that name. Invalid: when the name or a member cannot be used.
        Refused: with a limited reach.
    """
    alone(tx)
    if not add_group.reach(tx).whole:
        raise Refused(N_("Only somebody with the whole organisation in reach makes departments at the top."))
    name = _usable(ask.name)
    there = _of_name(tx, name, None)
    if there is not None and there.retired_at is None:
        raise Taken(TAKEN_NAME)
    with keeping(tx) as kept:
        if there is None:
            there = Department(name=name, parent_id=None, code=None, path="", full_name="", depth=0)
            tx.add(there)
            refresh_tree(tx)
            kept.added(DEPARTMENTS, [there.id])
        else:
            kept.watch(DEPARTMENTS, [there.id])
            there.retired_at, there.version = None, there.version + 1
            tx.session.flush()
        if ask.external_id is not None:
            set_external_ids_of_departments(tx, {there.id: ask.external_id})
        change_members(tx, add_group, there, MembersChange(exactly=ask.members), kept)
    return Kept(id=there.id)


@operation("scim.change_group", N_("Change SCIM groups"), touches="department")
def change_group(tx: Transaction, ask: EditedGroup) -> Kept:
    """Rename a department where it lies, and let users join and leave it (SCIMグループ変更, N11).

    People without an account, whom no directory sees, stay in it.

    Raises:
        NotFound: when it is out of reach. Conflict: when it was changed after it was read.
        Taken: when another one beside it has the name. Invalid: when the name or a member cannot be used.
        Refused: when a limited reach would let somebody go out of it.
    """
    alone(tx)
    department = _standing(tx, change_group, ask.id, ask.version)
    name = department.name if ask.name is None else _usable(ask.name)
    if _of_name(tx, name, department.parent_id, but=department.id) is not None:
        raise Taken(TAKEN_NAME)
    before = {"name": department.name}
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        if name != department.name:
            department.name, department.version = name, department.version + 1
            refresh_tree(tx)
        if ask.external_id is not None:
            set_external_ids_of_departments(tx, {department.id: ask.external_id})
        wanted = MembersChange(ask.members, frozenset(ask.joining), frozenset(ask.leaving))
        change_members(tx, change_group, department, wanted, kept)
    tx.note(f"department:{ask.id}", before, {"name": name})
    return Kept(id=ask.id)


@operation("scim.remove_group", N_("Take SCIM groups away"), touches="department")
def remove_group(tx: Transaction, ask: WhichGroup) -> Kept:
    """Let its users leave a department and retire it (SCIMグループ削除, N11); it stays in old broadcasts.

    Raises:
        NotFound: when it is out of reach. Conflict: when it was changed after it was read.
        Refused: while departments lie below it, or people without an account belong to it.
    """
    alone(tx)
    department = _standing(tx, remove_group, ask.id, ask.version)
    if tx.scalar(select(exists().where(Department.parent_id == department.id, Department.retired_at.is_(None)))):
        raise Refused(N_("There are departments below “{name}”. Move or retire them first."), name=department.full_name)
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        change_members(tx, remove_group, department, MembersChange(exactly=[]), kept)
        _refuse_while_people_stay(tx, department)
        department.retired_at, department.version = tx.now, department.version + 1
        set_external_ids_of_departments(tx, {department.id: ""})
        tx.session.flush()
    return Kept(id=ask.id)


def _usable(name: str) -> str:
    return validated(DepartmentFields, {"name": name}).name


def _of_name(tx: Transaction, name: str, parent_id: int | None, *, but: int | None = None) -> Department | None:
    found: Department | None = tx.scalar(
        select(Department).where(
            Department.parent_id.is_not_distinct_from(parent_id), Department.name == name,
            Department.id.is_distinct_from(but),
        )
    )  # fmt: skip
    return found


def _standing(tx: Transaction, process: Process[Any, Any], department_id: int, version: str) -> Department:
    department = department_within(tx, process, department_id)
    if department.retired_at is not None:
        raise Conflict(CHANGED)
    if version:
        [row] = groups(tx, [department.id], process.reach(tx), members=False)
        if row.version != version:
            raise Conflict(CHANGED)
    return department


def _refuse_while_people_stay(tx: Transaction, department: Department) -> None:
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
