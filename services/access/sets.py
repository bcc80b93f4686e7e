"""Permission sets (権限セット): looked at, made, changed, deleted. A change holds from the next click on."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, select

from core.actor import Reach, What
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import operation, query
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.access import ApiKey, PermissionAssignment, PermissionGrant, PermissionSet
from data.models.people import Department
from services.access.actors import reach_of
from services.access.key_state import grants_behind_keys, living
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


class WhichSet(Input):
    """One permission set."""

    id: int = field(N_("Permission set"), hidden=True)


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
    wanted = _pairs(ask.grants)
    _check_name(tx, ask)
    edited = _loaded(tx, ask) if ask.id is not None else PermissionSet(name=ask.name, version=0)
    before = _grants(tx, edited.id) if ask.id is not None else set()
    if edited.shipped == ADMINISTRATOR and wanted:
        raise Refused(N_("System administrators may do everything; there is nothing to grant."))
    changed = (wanted ^ before) & _grantable()
    _check_own(tx, changed, _reaches(tx, edited.id) if ask.id is not None else [])
    if ask.id is not None:
        _check_keys(tx, changed, ask.id)
    tx.note(f"permission_set:{ask.id or 'new'}", _noted(edited, before), _noted(ask, wanted))
    edited.name, edited.description, edited.version = ask.name, ask.description, edited.version + 1
    tx.add(edited)
    _store(tx, edited.id, before, wanted)
    return _rows(tx, edited.id)[0]


@operation("access.delete_set", N_("Delete permission sets"), touches="permission_set")
def delete_set(tx: Transaction, ask: WhichSet) -> None:
    """Delete a permission set that nobody has.

    Raises:
        NotFound: when there is none of this number.
        Refused: when an account or a key has it, it came with the product, or grants what the actor may not do.
    """
    found = tx.get(PermissionSet, ask.id, lock=True)
    if found is None:
        raise NotFound(N_("This permission set does not exist any more."))
    if found.shipped is not None:
        raise Refused(N_("This permission set came with the product. It can be changed, not deleted."))
    if tx.scalar(select(exists().where(PermissionAssignment.set_id == ask.id))):
        raise Refused(N_("Somebody has this permission set. Take it away from everybody first."))
    if tx.scalar(select(exists().where(ApiKey.set_id == ask.id, living(tx)))):
        raise Refused(N_("An API key uses this permission set. Revoke the key first."))
    before = _grants(tx, ask.id)
    _check_own(tx, before & _grantable(), [])
    tx.note(f"permission_set:{ask.id}", _noted(found, before), None)
    tx.session.delete(found)


def _pairs(grants: list[str]) -> Pairs:
    known = {f"{process}:{what}": (process, what) for process, what in _grantable()}
    for grant in grants:
        if grant not in known:
            raise Invalid(N_("There is no process “{name}”."), name=grant, fields={"grants": grant})
    return {known[grant] for grant in grants}


def _grantable() -> Pairs:
    return {(box.process.name, box.what) for box in grantable()}


def _check_own(tx: Transaction, pairs: Pairs, reaches: Sequence[Reach]) -> None:
    # A set changes for all who have it, the actor among them perhaps, each with the reach that came with it.
    for pair in pairs:
        own = tx.actor.reach(*pair)
        if not tx.actor.may(*pair) or not all(covers(own, reach) for reach in reaches):
            raise Refused(N_("You can only give or take away what you may do yourself."))


def _check_keys(tx: Transaction, pairs: Pairs, set_id: int) -> None:
    # A key goes as far as its account, so whoever opens more to it must go as far.
    for grants in grants_behind_keys(tx, set_id):
        for pair in pairs & grants.keys():
            _check_own(tx, {pair}, [grants[pair]])


def _reaches(tx: Transaction, set_id: int) -> list[Reach]:
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


def _loaded(tx: Transaction, ask: EditedSet) -> PermissionSet:
    found = tx.get(PermissionSet, ask.id, lock=True)
    if found is None:
        raise NotFound(N_("This permission set does not exist any more."))
    if found.version != ask.version:
        raise Conflict(
            N_("Somebody else changed this permission set meanwhile. Load the page again and repeat your change.")
        )
    return found


def _grants(tx: Transaction, set_id: int) -> Pairs:
    rows = tx.execute(select(PermissionGrant.process, PermissionGrant.what).where(PermissionGrant.set_id == set_id))
    return {(row.process, row.what) for row in rows}


def _store(tx: Transaction, set_id: int, before: Pairs, wanted: Pairs) -> None:
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


def _noted(named: PermissionSet | EditedSet, grants: Pairs) -> dict[str, Any]:
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
