"""Groups that a directory makes, changes and takes away: departments with their members, never permission sets."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, func, select, text

from core.errors import Conflict, Invalid, Refused
from core.i18n import N_, _
from core.inputs import Input, field, validated
from core.operations import Process, operation
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Department, Membership, Person
from data.models.scim import ExternalId
from services.access import people_within
from services.changes import keeping
from services.people.department_edit import DepartmentFields, department_within
from services.people.kept import DEPARTMENTS, PEOPLE
from services.people.lock import alone
from services.people.tree import refresh_tree
from services.scim.rows import groups
from services.scim.users import CHANGED, Kept, Taken, set_external

MOST_MEMBERS = 20_000
JOIN = text("""
    INSERT INTO membership (person_id, department_id, main)
    SELECT id, :department, NOT EXISTS (SELECT 1 FROM membership WHERE person_id = id AND main)
    FROM unnest(CAST(:people AS bigint[])) AS id
""")
LEAVE = text("DELETE FROM membership WHERE department_id = :department AND person_id = ANY(CAST(:people AS bigint[]))")
NEW_MAIN = text("""
    UPDATE membership SET main = true
    FROM (
        SELECT person_id, min(department_id) AS department_id FROM membership
        WHERE person_id = ANY(CAST(:people AS bigint[])) GROUP BY person_id HAVING NOT bool_or(main)
    ) AS first
    WHERE membership.person_id = first.person_id AND membership.department_id = first.department_id
""")
TOUCH = text("""
    UPDATE person SET version = version + 1, updated_at = :now WHERE id = ANY(CAST(:people AS bigint[]))
""")


class GroupFields(Input):
    """What a directory says about a group: its name and the numbers of its members."""

    name: str = field(N_("Name"))
    external_id: str = field(N_("External ID"), default="", max_length=500)
    members: list[int] = field(N_("Members"), default=[], max_length=MOST_MEMBERS)


class EditedGroup(GroupFields):
    """A group as changed; ``version`` is what was read before."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), hidden=True)


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
        raise Taken(N_("There is a department of this name there already."))
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
        set_external(tx, ExternalId.department_id, there.id, ask.external_id)
        _set_members(tx, add_group, there, ask.members, kept)
    return Kept(id=there.id)


@operation("scim.change_group", N_("Change SCIM groups"), touches="department")
def change_group(tx: Transaction, ask: EditedGroup) -> Kept:
    """Rename a department where it lies, and let exactly these users belong to it (SCIMグループ変更, N11).

    People without an account, whom no directory sees, stay in it.

    Raises:
        NotFound: when it is out of reach. Conflict: when it was changed after it was read.
        Taken: when another one beside it has the name. Invalid: when the name or a member cannot be used.
        Refused: when a limited reach would let somebody go out of it.
    """
    alone(tx)
    department = _standing(tx, change_group, ask.id, ask.version)
    name = _usable(ask.name)
    if _of_name(tx, name, department.parent_id, but=department.id) is not None:
        raise Taken(N_("There is a department of this name there already."))
    before = {"name": department.name}
    with keeping(tx) as kept:
        kept.watch(DEPARTMENTS, [department.id])
        department.name, department.version = name, department.version + 1
        refresh_tree(tx)
        set_external(tx, ExternalId.department_id, department.id, ask.external_id)
        _set_members(tx, change_group, department, ask.members, kept)
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
        _set_members(tx, remove_group, department, [], kept)
        _refuse_while_people_stay(tx, department)
        department.retired_at, department.version = tx.now, department.version + 1
        set_external(tx, ExternalId.department_id, department.id, "")
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
    [row] = groups(tx, [department.id], people_within(process.reach(tx), tx.actor), members=True)
    if department.retired_at is not None or (version and row.version != version):
        raise Conflict(CHANGED)
    return department


def _set_members(
    tx: Transaction, process: Process[Any, Any], department: Department, wanted: Collection[int], kept: Any
) -> None:
    within = people_within(process.reach(tx), tx.actor)
    users = select(Person.id).join(Account, Account.person_id == Person.id).where(Person.retired_at.is_(None), within)
    known = set(tx.execute(users.where(Person.id == func.any(sorted(set(wanted))))).scalars())
    if known != set(wanted):
        problem = N_("One of these people does not exist, or is outside your reach.")
        raise Invalid(problem, fields={"members": _(problem)})
    belongs = exists().where(Membership.person_id == Person.id, Membership.department_id == department.id)
    inside = set(tx.execute(users.where(belongs)).scalars())
    came, gone = sorted(known - inside), sorted(inside - known)
    if not came and not gone:
        return
    kept.watch(PEOPLE, [*came, *gone])
    tx.execute(JOIN, {"department": department.id, "people": came})
    tx.execute(LEAVE, {"department": department.id, "people": gone})
    tx.execute(NEW_MAIN, {"people": gone})
    tx.execute(TOUCH, {"people": [*came, *gone], "now": tx.now})
    tx.session.expire_all()
    if tx.scalar(select(func.count()).select_from(users.where(Person.id == func.any(gone)).subquery())) != len(gone):
        raise Refused(N_("Choose at least one department within your reach."))


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
