"""Who belongs to a group: users join and leave in as few statements as it takes, however many belong already."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select, text

from core.errors import Invalid, Refused
from core.i18n import N_, _
from core.operations import Process
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Department, Membership, Person
from services.access import people_within
from services.changes import Keeper
from services.people.kept import PEOPLE
from services.people.main_department import give_main

JOIN = text("""
    INSERT INTO membership (person_id, department_id, main)
    SELECT id, :department, NOT EXISTS (SELECT 1 FROM membership WHERE person_id = id AND main)
    FROM unnest(CAST(:people AS bigint[])) AS id
""")
LEAVE = text("DELETE FROM membership WHERE department_id = :department AND person_id = ANY(CAST(:people AS bigint[]))")
TOUCH = text("""
    UPDATE person SET version = version + 1, updated_at = :now WHERE id = ANY(CAST(:people AS bigint[]))
""")


class MembersChange(NamedTuple):
    """Who is to belong: exactly some, if named, and then some who join and some who leave."""

    exactly: Collection[int] | None = None
    joining: Collection[int] = ()
    leaving: Collection[int] = ()


def change_members(
    tx: Transaction, process: Process[Any, Any], department: Department, wanted: MembersChange, kept: Keeper
) -> None:
    """Let users join and leave a department; who is there already, or is not, stays so.

    The first department of somebody who has none is the main one; who leaves the main one has another one as such.

    Raises:
        Invalid: when somebody who is to belong does not exist, or is out of reach.
        Refused: when a limited reach would let somebody go out of it.
    """
    users = (
        select(Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(Person.retired_at.is_(None), people_within(process.reach(tx), tx.actor))
    )
    inside = exists().where(Membership.person_id == Person.id, Membership.department_id == department.id)
    there = (set(wanted.exactly or ()) | set(wanted.joining)) - set(wanted.leaving)
    came = _coming(tx, users, there, inside)
    gone = _among(tx, users.where(inside), None if wanted.exactly is not None else wanted.leaving) - there
    if not came and not gone:
        return
    both, leavers = sorted(came | gone), sorted(gone)
    kept.watch(PEOPLE, both)
    tx.execute(JOIN, {"department": department.id, "people": sorted(came)})
    tx.execute(LEAVE, {"department": department.id, "people": leavers})
    give_main(tx, leavers)
    tx.execute(TOUCH, {"people": both, "now": tx.now})
    tx.session.expire_all()
    if len(_among(tx, users, leavers)) != len(leavers):
        raise Refused(N_("Choose at least one department within your reach."))


def _coming(tx: Transaction, users: Select[Any], there: Collection[int], inside: Any) -> set[int]:
    if not there:
        return set()
    found = tx.execute(users.add_columns(inside.label("inside")).where(Person.id == func.any(sorted(there)))).all()
    if len(found) != len(there):
        problem = N_("One of these people does not exist, or is outside your reach.")
        raise Invalid(problem, fields={"members": _(problem)})
    return {row.id for row in found if not row.inside}


def _among(tx: Transaction, users: Select[Any], which: Collection[int] | None) -> set[int]:
    if which is None:
        return set(tx.execute(users).scalars())
    return set(tx.execute(users.where(Person.id == func.any(sorted(which)))).scalars()) if which else set()
