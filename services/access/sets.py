"""Permission sets (権限セット): looked at, made, changed, deleted. A change holds from the next click on."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select

from core.actor import Reach, What
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import operation, query
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.access import PermissionAssignment, PermissionGrant, PermissionSet
from data.models.people import Department
from services.access.actors import reach_of
from services.access.key_state import grants_behind_keys
from services.access.processes import grantable
from services.access.reach import covers
from services.access.sessions import narrow_sessions
from services.access.shipped import ADMINISTRATOR

Pairs = set[tuple[str, What]]


class SetRow(Row):
    """A permission set with its grants as ``process:what``. ``everything``: the system administrator's."""

    id: int
    name: str
    description: str
    shipped: bool
    everything: bool
    grants: list[str]
    accounts: int
    version: int


class EditedSet(Input):
    """A permission set as it shall be; without a number it is a new one."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    version: int = field(N_("Version"), default=0, hidden=True)
    name: str = field(N_("Name"), min_length=1, max_length=60)
    description: str = field(N_("Purpose"), default="", max_length=200)
    grants: list[str] = field(N_("Permissions"), default=[], hidden=True, max_length=2_000)


@query("access.sets", N_("See permission sets"))
def list_sets(tx: Transaction, _ask: Nothing) -> list[SetRow]:
    """Return all permission sets with their grants, the shipped ones first."""
    return _rows(tx)


_CHOICES = Prepared(
    select(PermissionSet.id.label("value"), PermissionSet.name.label("label")).order_by(
        PermissionSet.shipped.is_(None), PermissionSet.id
    )
)


@query("access.set_choices", N_("Choose permission sets"))
def set_choices(tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return the permission sets for a form."""
    return [Choice.model_validate(row) for row in tx.rows(_CHOICES)]


@operation("access.edit_set", N_("Make and change permission sets"), touches="permission_set")
def edit_set(tx: Transaction, ask: EditedSet) -> SetRow:
    """Make a permission set, or change its name, purpose and grants (権限セット編集, X06).

    Raises:
        NotFound: when there is none of this number.
        Conflict: when somebody else changed it meanwhile.
        Invalid: when the name is taken or a grant names no process.
        Refused: when it is the system administrator's, or the actor may not do all that changes as far as those
            who have the set.
    """
    wanted = pairs_of(ask.grants)
    _check_name(tx, ask)
    edited = loaded(tx, ask.id, ask.version) if ask.id is not None else PermissionSet(name=ask.name, version=0)
    before = granted_by(tx, edited.id) if ask.id is not None else set()
    check_change(tx, edited, ask.id, before, wanted)
    was = noted(edited, before) if ask.id is not None else None
    edited.name, edited.description, edited.version = ask.name, ask.description, edited.version + 1
    tx.add(edited)
    tx.note(f"permission_set:{edited.id}", was, noted(edited, wanted))
    store(tx, edited.id, before, wanted)
    return _rows(tx, edited.id)[0]


def check_change(tx: Transaction, edited: PermissionSet, set_id: int | None, before: Pairs, wanted: Pairs) -> None:
    """Check that the actor may give and take what changes in a set, as far as each who has it may do it.

    ``set_id`` is None for a set that is being made.

    Raises:
        Refused: when not, or when it is the system administrator's.
    """
    if edited.shipped == ADMINISTRATOR and wanted:
        raise Refused(N_("System administrators may do everything; there is nothing to grant."))
    changed = (wanted ^ before) & grantable_pairs()
    check_own(tx, changed, reaches_of(tx, set_id) if set_id is not None else [])
    if set_id is not None:
        _check_keys(tx, changed, set_id)


def pairs_of(grants: Sequence[str]) -> Pairs:
    """Return grants as process and what.

    Raises:
        Invalid: when one names no process.
    """
    known = {f"{process}:{what}": (process, what) for process, what in grantable_pairs()}
    for grant in grants:
        if grant not in known:
            raise Invalid(N_("There is no process “{name}”."), name=grant, fields={"grants": grant})
    return {known[grant] for grant in grants}


def grantable_pairs() -> Pairs:
    """Return everything that can be granted."""
    return {(box.process.name, box.what) for box in grantable()}


def check_own(tx: Transaction, pairs: Pairs, reaches: Sequence[Reach]) -> None:
    """Check that the actor may do all of this, as far as all of these reaches.

    Raises:
        Refused: when not.
    """
    # A set changes for all who have it, the actor among them perhaps, each with the reach that came with it.
    for pair in pairs:
        own = tx.actor.reach(*pair)
        if not tx.actor.may(*pair) or not all(covers(own, reach) for reach in reaches):
            raise Refused(N_("You can only give or take away what you may do yourself."))


def _check_keys(tx: Transaction, pairs: Pairs, set_id: int) -> None:
    # A key goes as far as its account, so whoever opens more to it must go as far.
    for grants in grants_behind_keys(tx, set_id):
        for pair in pairs & grants.keys():
            check_own(tx, {pair}, [grants[pair]])


def reaches_of(tx: Transaction, set_id: int) -> list[Reach]:
    """Return how far those go who have a set, each reach once."""
    given = (
        select(PermissionAssignment.reach, Department.path)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.set_id == set_id)
        .distinct()
    )
    return [reach_of(row.reach, row.path) for row in tx.execute(given)]


def _check_name(tx: Transaction, ask: EditedSet) -> None:
    other = select(PermissionSet.id).where(PermissionSet.name == ask.name, PermissionSet.id.is_distinct_from(ask.id))
    if tx.scalar(other) is not None:
        taken = N_("There is a permission set of this name already.")
        raise Invalid(taken, fields={"name": _(taken)})


def loaded(tx: Transaction, set_id: int, version: int) -> PermissionSet:
    """Return a permission set as somebody saw it, locked for change.

    Raises:
        NotFound: when there is none of this number.
        Conflict: when somebody else changed it meanwhile.
    """
    found = tx.get(PermissionSet, set_id, lock=True)
    if found is None:
        raise NotFound(N_("This permission set does not exist any more."))
    if found.version != version:
        raise Conflict(
            N_("Somebody else changed this permission set meanwhile. Load the page again and repeat your change.")
        )
    return found


def granted_by(tx: Transaction, set_id: int) -> Pairs:
    """Return what a permission set grants."""
    rows = tx.execute(select(PermissionGrant.process, PermissionGrant.what).where(PermissionGrant.set_id == set_id))
    return {(row.process, row.what) for row in rows}


def store(tx: Transaction, set_id: int, before: Pairs, wanted: Pairs) -> None:
    """Store what a set grants from now on; open tabs of those who lose something are drawn anew."""
    gone, fresh = before - wanted, wanted - before
    for process, what in sorted(gone):
        tx.execute(
            delete(PermissionGrant).where(
                PermissionGrant.set_id == set_id, PermissionGrant.process == process, PermissionGrant.what == what
            )
        )
    if gone:
        narrow_sessions(
            tx, select(PermissionAssignment.account_id).where(PermissionAssignment.set_id == set_id).distinct()
        )
    if fresh:
        rows = [{"set_id": set_id, "process": process, "what": what} for process, what in sorted(fresh)]
        tx.execute(insert(PermissionGrant), rows)


def _rows(tx: Transaction, set_id: int | None = None) -> list[SetRow]:
    accounts = (
        select(func.count(PermissionAssignment.account_id.distinct()))
        .where(PermissionAssignment.set_id == PermissionSet.id)
        .scalar_subquery()
    )
    grants: dict[int, list[str]] = defaultdict(list)
    for granted in tx.execute(select(PermissionGrant)).scalars():
        grants[granted.set_id].append(f"{granted.process}:{granted.what}")
    statement = select(PermissionSet, accounts.label("accounts"))
    if set_id is not None:
        statement = statement.where(PermissionSet.id == set_id)
    rows = tx.execute(statement.order_by(PermissionSet.shipped.is_(None), PermissionSet.id))
    return [_made(row.PermissionSet, row.accounts, sorted(grants[row.PermissionSet.id])) for row in rows]


def noted(named: PermissionSet, grants: Pairs) -> dict[str, Any]:
    """Return what the audit trail keeps of a set before and after a change."""
    return {
        "name": named.name, "description": named.description or "",
        "grants": sorted(f"{process}:{what}" for process, what in grants),
    }  # fmt: skip


def _made(found: PermissionSet, accounts: int, grants: list[str]) -> SetRow:
    return SetRow(
        id=found.id,
        name=found.name,
        description=found.description,
        shipped=found.shipped is not None,
        everything=found.shipped == ADMINISTRATOR,
        grants=grants,
        accounts=accounts,
        version=found.version,
    )
