"""A permission set given to many accounts at once (権限の一括付与, X06): all of them or nobody."""

from pydantic import model_validator
from sqlalchemy import func, insert, select

from core.actor import What
from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, WrongValue, field
from core.operations import operation
from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment, ReachKind
from data.models.people import Person
from services.access.assignments import NEEDS_DEPARTMENT, giveable
from services.access.reach import people_within
from services.access.within import more_powerful


class ManyAssigned(Input):
    """Which accounts get which set, and how far it goes."""

    account_ids: list[int] = field(N_("Accounts"), min_length=1, max_length=1_000, hidden=True)
    set_id: int = field(N_("Permission set"), of="access.set_choices")
    reach: ReachKind = field(N_("Reach"), default=ReachKind.DEPARTMENT)
    department_id: int | None = field(
        N_("Department and all below"), default=None, of="people.department_choices",
        help=N_("Only for the reach “department and below”."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _department_if_reach(self) -> "ManyAssigned":
        if (self.reach is ReachKind.DEPARTMENT) != (self.department_id is not None):
            raise WrongValue(NEEDS_DEPARTMENT)
        return self


class GivenToMany(Row):
    """How many accounts got the set, and how many had it with this reach already."""

    id: int
    given: int
    there: int


@operation("access.assign_many", N_("Give permission sets to many at once"), does=What.BULK, touches="permission_set")
def assign_many(tx: Transaction, ask: ManyAssigned) -> GivenToMany:
    """Give a permission set with a reach to many accounts; who has it so already keeps it.

    Raises:
        NotFound: when an account, the set or the department do not exist or are out of reach.
        Refused: when the actor may not do all of it as far, or an account may do more than the actor.
    """
    wanted = sorted(set(ask.account_ids))
    chosen = Person.id.in_(select(Account.person_id).where(Account.id == func.any(wanted)))
    within = people_within(assign_many.reach(tx), tx.actor)
    locked = select(Account.id).join(Person, Person.id == Account.person_id)
    locked = locked.where(Account.id == func.any(wanted), within).order_by(Account.id).with_for_update(of=Account)
    if len(tx.execute(locked).scalars().all()) != len(wanted):
        raise NotFound(N_("One of these accounts does not exist, or is outside your reach. Choose them again."))
    if more_powerful(tx, chosen):
        raise Refused(N_("One of these accounts may do more than you. Ask a system administrator."))
    given, _department = giveable(tx, ask.set_id, ask.reach, ask.department_id, assign_many.reach(tx))
    same = (
        PermissionAssignment.set_id == given.id, PermissionAssignment.reach == ask.reach,
        PermissionAssignment.department_id.is_not_distinct_from(ask.department_id),
    )  # fmt: skip
    there = set(
        tx.execute(
            select(PermissionAssignment.account_id).where(PermissionAssignment.account_id == func.any(wanted), *same)
        ).scalars()
    )
    fresh = [one for one in wanted if one not in there]
    if fresh:
        each = {"set_id": given.id, "reach": ask.reach, "department_id": ask.department_id}
        tx.execute(insert(PermissionAssignment), [{"account_id": one, **each} for one in fresh])
    how = {"set": given.name, "reach": ask.reach, "department_id": ask.department_id}
    before, after = {**how, "accounts": sorted(there)}, {**how, "accounts": wanted}
    tx.note(f"permission_set:{given.id}", before, after)
    return GivenToMany(id=given.id, given=len(fresh), there=len(there))
