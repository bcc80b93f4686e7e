"""Which departments an undo cannot bring back: out of reach, still in use, or their name or code is taken."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from core.i18n import N_
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import departments_within
from services.changes import RETIRED, Undoing, Wanted
from services.changes.planning import GONE, THERE

OUTSIDE = N_("This department is outside your reach.")
IN_USE = N_("People or departments belong to it. Move them first.")
ABOVE_GONE = N_("The department that it lay below does not exist any more.")
NAME_TAKEN = N_("There is another department of its former name there.")
CODE_TAKEN = N_("Another department has its former code.")


def blocked(tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
    """Return which departments cannot be brought back, and why, as message ids."""
    found: dict[int, str] = {}
    there = {row.id: row for row in tx.execute(select(Department)).scalars()}
    within = set(tx.execute(select(Department.id).where(departments_within(undo.reach))).scalars())
    by_id = {one.record_id: one for one in wanted}
    in_use = _in_use(tx, by_id, undo)
    others = [row for row in there.values() if row.id not in by_id]
    names, codes = {(row.parent_id, row.name) for row in others}, {row.code for row in others if row.code}
    for one in wanted:
        reason = _out_of_question(one, there, within, in_use, whole=undo.reach.whole)
        if reason is None and one.values is not None:
            above, name = _place(one, there.get(one.record_id))
            if "parent_id" in one.fields and not undo.reach.whole and above not in within:
                reason = OUTSIDE
            elif above is not None and above not in there and above not in by_id:
                reason = ABOVE_GONE
            elif (above, name) in names:
                reason = NAME_TAKEN
            elif one.values.get("code") in codes:
                reason = CODE_TAKEN
        if reason is not None:
            found[one.record_id] = reason
    return found


def _out_of_question(
    one: Wanted, there: Mapping[int, Department], within: Collection[int], in_use: Collection[int], *, whole: bool
) -> str | None:
    to_be_made = one.values is not None and not one.fields
    if to_be_made is (one.record_id in there):
        return THERE if to_be_made else GONE
    if not whole and (to_be_made or one.record_id not in within):
        return OUTSIDE
    return IN_USE if one.record_id in in_use else None


def _place(one: Wanted, now: Department | None) -> tuple[int | None, str]:
    then = one.values or {}
    if now is None:
        return then.get("parent_id"), then.get("name", "")
    above = then.get("parent_id") if "parent_id" in one.fields else now.parent_id
    return above, then.get("name", now.name)


def _in_use(tx: Transaction, by_id: dict[int, Wanted], undo: Undoing) -> set[int]:
    # What goes away or out of use must be empty, apart from what this undo takes out of it.
    leaving = [key for key, one in by_id.items() if one.values is None or RETIRED in one.values]
    going = [key for key, one in undo.of("person").items() if one.values is None or "departments" in one.fields]
    people = select(Membership.department_id).join(Person, Person.id == Membership.person_id).where(
        Membership.department_id == func.any(leaving), Person.retired_at.is_(None),
        ~(Person.id == func.any(going)),
    )  # fmt: skip
    below = select(Department.parent_id).where(
        Department.parent_id == func.any(leaving), Department.retired_at.is_(None),
        ~(Department.id == func.any(leaving)),
    )  # fmt: skip
    return {key for key in [*tx.execute(people.distinct()).scalars(), *tx.execute(below).scalars()] if key is not None}
