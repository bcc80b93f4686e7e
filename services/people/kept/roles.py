"""Permission sets of accounts as records whose changes are kept (変更履歴), as far as files changed them (D05)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.actor import Actor, Reach
from core.i18n import N_
from core.shown import aside, joined, said
from core.transaction import Transaction
from data.models.access import Account, PermissionSet, ReachKind
from data.models.people import Department, Person
from services.access import assign, people_within, unassign
from services.access.roles import Role, roles_of, set_roles, too_much
from services.access.within import more_powerful
from services.changes import Field, Kind, Say, Undoing, Values, Wanted
from services.changes.planning import GONE
from services.people.lock import alone

MORE = N_("This account may do more than you. Ask a system administrator.")
GIVES_MORE = N_("You can only give or take away what you may do yourself, and as far.")
SET_GONE = N_("A permission set or a department that it had does not exist any more, or is retired.")
MAY_NOT = N_("You may not give or take away permission sets.")
OUTSIDE = N_("This account is outside your reach.")
HELD = """(
    SELECT jsonb_agg(jsonb_build_array(set_id, reach, department_id) ORDER BY set_id, reach, department_id)
    FROM permission_assignment
    WHERE account_id = account.id AND set_id NOT IN (SELECT id FROM permission_set WHERE shipped = 'administrator')
)"""


class AccountRoles(Kind):
    """What accounts may do: their permission sets with how far each goes. System administrators' are not among them."""

    name = "roles"
    label = N_("Permission sets of an account")
    reads = "access.roles"
    model = Account
    source = "account"
    key = "account.id"
    page = "access/account.py"
    order = 30
    fields = (Field("roles", N_("Permission sets"), HELD),)

    def within(self, reach: Reach, actor: Actor) -> ColumnElement[bool]:
        """Return the condition on the account."""
        return Account.person_id.in_(select(Person.id).where(people_within(reach, actor)))

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes permission sets with how far they go."""
        del values
        sets = {row.id: row.name for row in tx.execute(select(PermissionSet.id, PermissionSet.name))}
        places = {row.id: row.full_name for row in tx.execute(select(Department.id, Department.full_name))}

        def far(reach: str, department: int | None) -> str:
            return said(ReachKind(reach)) if department is None else places.get(department, f"#{department}")

        return lambda _name, value: joined(
            aside(sets.get(set_id, f"#{set_id}"), far(reach, place)) for set_id, reach, place in value
        )

    def names(self, tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
        """Return whose accounts these are."""
        found = select(Account.id, Person).join(Person, Person.id == Account.person_id)
        return {row.id: row.Person.name for row in tx.execute(found.where(Account.id == func.any(list(ids))))}

    def name_in(self, values: Values) -> str:
        """Return nothing: what was kept does not say whose account it was."""
        del values
        return ""

    def lock(self, tx: Transaction) -> None:
        """Let nobody else import meanwhile."""
        alone(tx)

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which accounts cannot get back what they had, and why."""
        ids = [one.record_id for one in wanted]
        people = _people(tx, ids)
        within = [self.within(one, tx.actor) for one in (undo.reach, assign.reach(tx), unassign.reach(tx))]
        reached = set(tx.execute(select(Account.id).where(Account.id == func.any(ids), *within)).scalars())
        more = set(more_powerful(tx, Person.id == func.any(list(people.values()))))
        now, known = roles_of(tx, list(people.values())), _known(tx)
        touched = {one.record_id: set(_then(one)) ^ set(now.get(people.get(one.record_id, 0), ())) for one in wanted}
        forbidden = too_much(tx, {role for roles in touched.values() for role in roles})
        may = assign.allowed(tx.actor) and unassign.allowed(tx.actor)
        reasons = {}
        for one in wanted:
            key = one.record_id
            if key not in people:
                reasons[key] = GONE
            elif not may:
                reasons[key] = MAY_NOT
            elif key not in reached:
                reasons[key] = OUTSIDE
            elif people[key] in more:
                reasons[key] = MORE
            elif not all(map(known, _then(one))):
                reasons[key] = SET_GONE
            elif touched[key] & forbidden:
                reasons[key] = GIVES_MORE
        return reasons

    def bring_back(self, tx: Transaction, wanted: Sequence[Wanted]) -> list[int]:
        """Let accounts have what they had.

        Raises:
            NotAllowed: when the actor may not give or take away permission sets.
        """
        people = _people(tx, [one.record_id for one in wanted])
        now = roles_of(tx, list(people.values()))
        set_roles(tx, {
            people[one.record_id]: (now.get(people[one.record_id], ()), _then(one))
            for one in wanted if one.record_id in people
        })  # fmt: skip
        return []

    def take_away(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Do nothing: no change-set of this kind adds accounts."""


def _then(one: Wanted) -> list[Role]:
    given: Sequence[Any] = (one.values or {}).get("roles", ())
    return [Role(set_id, ReachKind(reach), department) for set_id, reach, department in given]


def _people(tx: Transaction, accounts: Sequence[int]) -> Mapping[int, int]:
    # An erased account stays without any.
    found = select(Account.id, Account.person_id).join(Person, Person.id == Account.person_id)
    found = found.where(Account.id == func.any(list(accounts)), Person.erased_at.is_(None))
    return {row.id: row.person_id for row in tx.execute(found)}


def _known(tx: Transaction) -> Any:
    sets = set(tx.execute(select(PermissionSet.id)).scalars())
    places = set(tx.execute(select(Department.id).where(Department.retired_at.is_(None))).scalars())
    return lambda one: one.set_id in sets and (one.department_id is None or one.department_id in places)
