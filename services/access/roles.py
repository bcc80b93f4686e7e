"""Permission sets of many accounts at once (D05), for files and what undoes them; never the system administrator's."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from core.actor import Reach, What
from core.errors import Refused
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department, Person
from services.access.actors import reach_of
from services.access.assignments import assign, unassign
from services.access.branches import whole_names
from services.access.reach import people_within
from services.access.sessions import narrow_sessions
from services.access.shipped import ADMINISTRATOR
from services.access.within import holds

MORE_THAN_YOU = N_("You can only give what you may do yourself, and as far.")
OTHERS = """
    FROM unnest(
        CAST(:people AS bigint[]), CAST(:sets AS bigint[]), CAST(:reaches AS text[]), CAST(:departments AS bigint[])
    ) AS one (person_id, set_id, reach, department_id)
    JOIN account ON account.person_id = one.person_id
    JOIN permission_set ON permission_set.id = one.set_id AND permission_set.shipped IS DISTINCT FROM :administrator
"""
GIVE = text(f"""
    INSERT INTO permission_assignment (account_id, set_id, reach, department_id)
    SELECT account.id, one.set_id, one.reach, one.department_id {OTHERS} ON CONFLICT DO NOTHING
""")
TAKE = text(f"""
    DELETE FROM permission_assignment AS given USING (
        SELECT account.id AS account_id, one.set_id, one.reach, one.department_id {OTHERS}
    ) AS gone
    WHERE given.account_id = gone.account_id AND given.set_id = gone.set_id AND given.reach = gone.reach
      AND given.department_id IS NOT DISTINCT FROM gone.department_id
""")  # noqa: S608 - all of it is our own


class Role(NamedTuple):
    """A permission set with a reach, as an account has it."""

    set_id: int
    reach: ReachKind
    department_id: int | None


Roles = tuple[Role, ...]


class RolesRow(Row):
    """A permission set that somebody has, as the import of roles takes it."""

    code: str = field(N_("Employee number"))
    name: str = field(N_("Name"))
    login: str = field(N_("Login name"))
    role: str = field(N_("Permission set"))
    reach: ReachKind = field(N_("Reach"))
    department: str = field(N_("Department and all below"))


@query("access.roles", N_("See who has which permission sets"))
def list_roles(tx: Transaction, ask: PageAsk) -> Page[RolesRow]:
    """Return a page of the permission sets of people within reach (権限一覧), without the system administrators'."""
    statement = (
        select(Person.code, Person.family_name, Person.given_name, Account.login, PermissionSet.name.label("role"),
               PermissionAssignment.reach, PermissionAssignment.department_id, Department.full_name)
        .join(Account, Account.person_id == Person.id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(Person.retired_at.is_(None), PermissionSet.shipped.is_distinct_from(ADMINISTRATOR),
               people_within(list_roles.reach(tx), tx.actor))
    )  # fmt: skip
    orders = {"code": (Person.code, PermissionAssignment.id)}
    page = fetch_page(tx, statement, ask, orders=orders, make=lambda row: row)
    lines = whole_names(tx, ((row.department_id, row.full_name) for row in page.rows if row.department_id))
    return replace(page, rows=[_made(row, lines.get(row.department_id, "")) for row in page.rows])


def roles_of(tx: Transaction, people: Sequence[int]) -> dict[int, Roles]:
    """Return the permission sets of these people, in order; those with an account but no set have none."""
    found: dict[int, list[Role]] = {}
    rows = tx.execute(
        select(Account.person_id, PermissionAssignment.set_id, PermissionAssignment.reach,
               PermissionAssignment.department_id)
        .join(PermissionAssignment, PermissionAssignment.account_id == Account.id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .where(Account.person_id == func.any(list(people)), PermissionSet.shipped.is_distinct_from(ADMINISTRATOR))
    )  # fmt: skip
    for person, *given in rows:
        found.setdefault(person, []).append(Role(*given))
    return {person: in_order(roles) for person, roles in found.items()}


def in_order(roles: Collection[Role]) -> Roles:
    """Return permission sets in the order in which two lists of the same are equal."""
    return tuple(sorted(roles, key=lambda one: (one.set_id, one.reach.value, one.department_id or 0)))


def too_much(tx: Transaction, roles: Collection[Role]) -> set[Role]:
    """Return which of these the actor may not give or take away: more than they may do themselves, or further."""
    grants: dict[int, list[tuple[str, What]]] = defaultdict(list)
    sets = sorted({one.set_id for one in roles})
    for row in tx.execute(select(PermissionGrant).where(PermissionGrant.set_id == func.any(sets))).scalars():
        grants[row.set_id].append((row.process, row.what))
    places = sorted({one.department_id for one in roles if one.department_id})
    found = select(Department.id, Department.path).where(Department.id == func.any(places))
    paths: dict[int | None, str] = {row.id: row.path for row in tx.execute(found)}
    reaches: dict[Role, Reach] = {one: reach_of(one.reach, paths.get(one.department_id)) for one in roles}
    return {one for one in roles if not holds(tx, dict.fromkeys(grants[one.set_id], reaches[one]))}


def set_roles(tx: Transaction, people: Mapping[int, tuple[Collection[Role], Collection[Role]]]) -> None:
    """Let people have the second permission sets where they have the first ones; what only the first has is taken.

    Raises:
        NotAllowed: when the actor may not give, or take away, permission sets.
        Refused: when one of them is more than the actor may do.
    """
    given = [(person, one) for person, (now, then) in people.items() for one in then if one not in now]
    taken = [(person, one) for person, (now, then) in people.items() for one in now if one not in then]
    for process, rows in ((assign, given), (unassign, taken)):
        if rows:
            process.require(tx)
    sets = {one.set_id for _person, one in (*given, *taken)}
    # While they are given and taken nobody adds to them.
    tx.execute(select(PermissionSet.id).where(PermissionSet.id == func.any(sorted(sets))).with_for_update())
    if too_much(tx, {one for _person, one in given}):
        raise Refused(MORE_THAN_YOU)
    _run(tx, TAKE, taken)
    _run(tx, GIVE, given)
    losers = sorted({person for person, _one in taken})
    narrow_sessions(tx, select(Account.id).where(Account.person_id == func.any(losers)))


def _run(tx: Transaction, statement: Any, rows: Sequence[tuple[int, Role]]) -> None:
    if rows:
        tx.execute(statement, {
            "people": [person for person, _one in rows], "sets": [one.set_id for _person, one in rows],
            "reaches": [one.reach.value for _person, one in rows],
            "departments": [one.department_id for _person, one in rows], "administrator": ADMINISTRATOR,
        })  # fmt: skip


def _made(row: Any, line: str) -> RolesRow:
    return RolesRow(
        code=row.code, name=f"{row.family_name} {row.given_name}".strip(), login=row.login, role=row.role,
        reach=row.reach, department=line,
    )  # fmt: skip
