"""Departments as records whose changes are kept (変更履歴), and how an undo brings them back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, text

from core.actor import Actor, Reach
from core.errors import Refused
from core.i18n import N_
from core.shown import moment
from core.transaction import Transaction
from data.models.directory import SyncedDepartment
from data.models.people import Department, Membership, Person
from data.models.scim import ExternalId
from services.access import departments_within
from services.changes import RETIRED, Field, Kind, Say, Undoing, Values, Wanted, current, moment_of, referred_to
from services.people.external import set_external_ids_of_departments
from services.people.kept.departments_blocked import blocked
from services.people.lock import alone
from services.people.store import copy_rows
from services.people.tree import CHANGE, LATER, NOW, refresh_tree

BELOW_ITSELF = N_("A department would lie below itself, so nothing was undone.")
OUT_OF_USE = N_("A department in use would lie below a retired one, so nothing was undone.")
RETIRE = text("""
    UPDATE department SET retired_at = new.retired_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS new (id, retired_at)
    WHERE department.id = new.id
""")
REMOVE = text("DELETE FROM department WHERE id = ANY(CAST(:ids AS bigint[]))")
PUT_AWAY = text("""
    UPDATE department SET retired_at = :now, version = version + 1
    WHERE id = ANY(CAST(:ids AS bigint[])) AND retired_at IS NULL
""")
ABOVE = text("""
    WITH RECURSIVE above AS (
        SELECT parent_id AS id FROM department WHERE id = ANY(CAST(:ids AS bigint[]))
        UNION
        SELECT department.parent_id FROM department JOIN above ON above.id = department.id
        WHERE CAST(:among AS bigint[]) IS NULL OR above.id = ANY(CAST(:among AS bigint[]))
    )
    SELECT id FROM above
    WHERE id IS NOT NULL AND (CAST(:among AS bigint[]) IS NULL OR id = ANY(CAST(:among AS bigint[])))
""")


class Departments(Kind):
    """Departments. Moving one moves all below it: that is one change, of the one that was moved."""

    name = "department"
    label = N_("Department")
    reads = "people.departments"
    model = Department
    source = "department"
    key = "department.id"
    page = "people/department.py"
    order = 10
    fields = (
        Field("name", N_("Name"), "department.name"),
        Field("parent_id", N_("Lies below"), "department.parent_id"),
        Field("code", N_("Department code"), "department.code"),
        Field("external_id", N_("External ID"), "(SELECT value FROM external_id WHERE department_id = department.id)"),
        Field(RETIRED, N_("Retired at"), "department.retired_at"),
    )

    def within(self, reach: Reach, actor: Actor) -> ColumnElement[bool]:
        """Return the condition on the department."""
        del actor
        return departments_within(reach)

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes fields of departments, the one above by its full name."""
        names = self.names(tx, [value["parent_id"] for value in values if "parent_id" in value])

        def say(name: str, value: Any) -> str:
            if name == "parent_id":
                return names.get(value, f"#{value}")
            return moment(moment_of(value)) if name == RETIRED else str(value)

        return say

    def names(self, tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
        """Return the full names of departments."""
        found = select(Department.id, Department.full_name).where(Department.id == func.any(list(ids)))
        return {row.id: row.full_name for row in tx.execute(found)} if ids else {}

    def name_in(self, values: Values) -> str:
        """Return what a department was called."""
        return str(values.get("name", ""))

    def lock(self, tx: Transaction) -> None:
        """Let nobody else change departments."""
        alone(tx)

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which departments cannot be brought back, and why."""
        return blocked(tx, wanted, undo)

    def held(self, tx: Transaction, ids: Sequence[int], staying: Mapping[str, Collection[int]]) -> set[int]:
        """Return the departments that people or departments which stay belong to, with all above them."""
        return _used(tx, ids, people=sorted(staying.get("person", ())), below=sorted(staying.get(self.name, ())))

    def bring_back(self, tx: Transaction, wanted: Sequence[Wanted]) -> list[int]:
        """Give departments their former names, codes and places; those that are no more are made again.

        Raises:
            Refused: when one would lie below itself, or one in use below a retired one.
        """
        now = current(tx, self, [one.record_id for one in wanted])
        then = {
            one.record_id: {k: v for k, v in now.get(one.record_id, {}).items() if k not in one.fields}
            | dict(one.values or {})
            for one in wanted
        }
        made = [one.record_id for one in wanted if one.record_id not in now]
        tx.execute(LATER)
        copy_rows(tx, "department", ("id", "parent_id", "code", "name", "path", "full_name", "depth"), (
            (key, then[key].get("parent_id"), then[key].get("code"), then[key]["name"], "", f"#{key}", 0)
            for key in made
        ))  # fmt: skip
        there = [key for key in then if key in now]
        tx.execute(CHANGE, {
            "ids": there, "parents": [then[key].get("parent_id") for key in there],
            "names": [then[key]["name"] for key in there], "codes": [then[key].get("code") for key in there],
        })  # fmt: skip
        tx.execute(RETIRE, {"ids": list(then), "moments": [then[key].get(RETIRED) for key in then]})
        set_external_ids_of_departments(tx, {key: then[key].get("external_id", "") for key in then})
        refresh_tree(tx)
        tx.execute(NOW)
        _check_tree(tx)
        return made

    def take_away(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Remove departments to which nothing refers, retire the others; one that is still used stays as it is."""
        used = _used(tx, ids)
        free = [key for key in ids if key not in used]
        own = {Department.__tablename__, ExternalId.__tablename__, SyncedDepartment.__tablename__}
        kept = referred_to(tx, Department, free, but=own)
        kept |= _above(tx, kept)
        tx.execute(REMOVE, {"ids": [key for key in free if key not in kept]})
        tx.execute(PUT_AWAY, {"ids": [key for key in free if key in kept], "now": tx.now})
        refresh_tree(tx)


def _used(
    tx: Transaction, ids: Sequence[int], *, people: Sequence[int] | None = None, below: Sequence[int] | None = None
) -> set[int]:
    # Whoever belongs to one (of these people and departments, or at all) keeps it and everything above it.
    mine = func.any(list(ids))
    member = select(Membership.department_id).join(Person, Person.id == Membership.person_id)
    member = member.where(Membership.department_id == mine, Person.retired_at.is_(None))
    lower = select(Department.parent_id).where(Department.parent_id == mine, Department.retired_at.is_(None))
    if people is not None:
        member = member.where(Person.id == func.any(list(people)))
    others = ~(Department.id == mine) if below is None else Department.id == func.any(list(below))
    used = set(tx.execute(member.distinct()).scalars())
    used |= {key for key in tx.execute(lower.where(others)).scalars() if key is not None}
    return used | _above(tx, used, among=ids)


def _above(tx: Transaction, ids: set[int], among: Sequence[int] | None = None) -> set[int]:
    found = tx.execute(ABOVE, {"ids": sorted(ids), "among": None if among is None else list(among)})
    return set(found.scalars())


def _check_tree(tx: Transaction) -> None:
    below = Department.__table__.alias("below")
    lost = select(below.c.id).where(
        below.c.parent_id == Department.id, ~below.c.path.startswith(Department.path, autoescape=False)
    )
    if tx.scalar(select(Department.id).where(exists(lost)).limit(1)) is not None:
        raise Refused(BELOW_ITSELF)
    active = select(below.c.id).where(below.c.parent_id == Department.id, below.c.retired_at.is_(None))
    if tx.scalar(select(Department.id).where(Department.retired_at.is_not(None), exists(active)).limit(1)) is not None:
        raise Refused(OUT_OF_USE)
