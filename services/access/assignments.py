"""Permission sets given to accounts, with their reach (D05): at the next click the person may do it."""

from pydantic import model_validator
from sqlalchemy import select

from core.actor import WHOLE, Grants, Reach, What
from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, WrongValue, field
from core.operations import operation, registered
from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department
from services.access.account_list import AssignmentRow
from services.access.reach import departments_within
from services.access.sessions import narrow_sessions
from services.access.shipped import ADMINISTRATOR
from services.access.within import account_within, holds, keep_an_administrator

GONE = N_("The account does not have this permission set any more.")
NEEDS_DEPARTMENT = N_("Choose a department for the reach “department and below”, and only for it.")


class NewAssignment(Input):
    """Which set an account gets, and how far it goes."""

    account_id: int = field(N_("Account"), hidden=True)
    set_id: int = field(N_("Permission set"), of="access.set_choices")
    reach: ReachKind = field(N_("Reach"), default=ReachKind.DEPARTMENT)
    department_id: int | None = field(
        N_("Department and all below"), default=None, of="people.department_choices",
        help=N_("Only for the reach “department and below”."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _department_if_reach(self) -> "NewAssignment":
        if (self.reach is ReachKind.DEPARTMENT) != (self.department_id is not None):
            raise WrongValue(NEEDS_DEPARTMENT)
        return self


class WhichAssignment(Input):
    """One permission set of one account."""

    id: int = field(N_("Assignment"), hidden=True)


class Unassigned(Row):
    """The account from which a set was taken."""

    id: int


@operation("access.assign", N_("Give permission sets"), touches="account")
def assign(tx: Transaction, ask: NewAssignment) -> AssignmentRow:
    """Give a permission set with a reach to an account (権限付与, D05).

    Raises:
        NotFound: when account, set or department do not exist or are out of reach.
        Refused: when the account has it already, or the actor may not do all of it as far.
    """
    account = account_within(tx, assign, ask.account_id)
    given, department = giveable(tx, ask.set_id, ask.reach, ask.department_id, assign.reach(tx))
    if tx.scalar(select(PermissionAssignment.id).where(
        PermissionAssignment.account_id == account.id, PermissionAssignment.set_id == given.id,
        PermissionAssignment.reach == ask.reach,
        PermissionAssignment.department_id.is_not_distinct_from(ask.department_id),
    )) is not None:  # fmt: skip
        raise Refused(N_("The account has this permission set with this reach already."))
    made = PermissionAssignment(
        account_id=account.id, set_id=given.id, reach=ask.reach, department_id=ask.department_id
    )
    tx.add(made)
    row = AssignmentRow(
        id=made.id, set_id=given.id, set_name=given.name, reach=made.reach,
        department=department.full_name if department else None,
    )  # fmt: skip
    tx.note(f"account:{account.id}", None, row.model_dump(mode="json"))
    return row


@operation("access.unassign", N_("Take permission sets away"), touches="account")
def unassign(tx: Transaction, ask: WhichAssignment) -> Unassigned:
    """Take a permission set away from an account.

    Raises:
        NotFound: when it is gone already, or the account is out of reach.
        Refused: when nobody who may do everything would be left, or the account may do more than the actor.
    """
    found = tx.get(PermissionAssignment, ask.id)
    if found is None:
        raise NotFound(GONE)
    account = account_within(tx, unassign, found.account_id)
    found = tx.get(PermissionAssignment, ask.id, lock=True)
    if found is None:  # somebody else took it away before the account was ours
        raise NotFound(GONE)
    given = tx.get(PermissionSet, found.set_id)
    department = tx.get(Department, found.department_id) if found.department_id is not None else None
    before = AssignmentRow(
        id=found.id, set_id=found.set_id, set_name=given.name if given else "", reach=found.reach,
        department=department.full_name if department else None,
    )  # fmt: skip
    tx.note(f"account:{account.id}", before.model_dump(mode="json"), None)
    tx.session.delete(found)
    tx.session.flush()
    narrow_sessions(tx, select(Account.id).where(Account.id == account.id))
    if given is not None and given.shipped == ADMINISTRATOR:
        keep_an_administrator(tx)
    return Unassigned(id=account.id)


def giveable(
    tx: Transaction, set_id: int, kind: ReachKind, department_id: int | None, within: Reach
) -> tuple[PermissionSet, Department | None]:
    """Return a set that the actor may give with this reach, locked so that nobody adds to it, and its department.

    Raises:
        NotFound: when the set or the department do not exist, or the department is outside ``within``.
        Refused: when the actor may not do all of it as far.
    """
    given = tx.get(PermissionSet, set_id, lock=True)
    if given is None:
        raise NotFound(N_("This permission set does not exist any more."))
    department = department_within(tx, department_id, within)
    if given.shipped == ADMINISTRATOR and kind is not ReachKind.WHOLE:
        raise Refused(N_("System administrators reach the whole organisation. Choose this reach."))
    if not holds(tx, _granted(tx, given, _reach(kind, department))):
        raise Refused(N_("You can only give what you may do yourself, and as far."))
    return given, department


def department_within(tx: Transaction, department_id: int | None, within: Reach) -> Department | None:
    """Return a department in use and within reach; None for none.

    Raises:
        NotFound: when it does not exist, is retired, or lies beyond.
    """
    if department_id is None:
        return None
    found: Department | None = tx.scalar(
        select(Department).where(
            Department.id == department_id, Department.retired_at.is_(None), departments_within(within)
        )
    )
    if found is None:
        raise NotFound(N_("This department does not exist, is retired, or is outside your reach."))
    return found


def _reach(kind: ReachKind, department: Department | None) -> Reach:
    if department is not None:
        return Reach(paths=frozenset({department.path}))
    return WHOLE if kind is ReachKind.WHOLE else Reach(own=True)


def _granted(tx: Transaction, given: PermissionSet, reach: Reach) -> Grants:
    if given.shipped == ADMINISTRATOR:
        return dict.fromkeys(((process.name, what) for process in registered() for what in What), WHOLE)
    rows = tx.execute(select(PermissionGrant.process, PermissionGrant.what).where(PermissionGrant.set_id == given.id))
    return {(row.process, row.what): reach for row in rows}
