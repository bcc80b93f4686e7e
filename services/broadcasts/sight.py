"""Which broadcasts an actor sees, which the actor may steer, and loading one for a change."""

from sqlalchemy import ColumnElement, exists, or_, select, true

from core.actor import Actor, Reach
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.prepared import Columns
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import Department, Membership
from services.access import departments_within


def seen(reach: Reach, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``broadcast``: the actor's own, and those that asked somebody within reach."""
    return seen_by(reach, actor.account_id, actor.person_id)


def seen_by(reach: Reach, account_id: int | None, person_id: int | None) -> ColumnElement[bool]:
    """Return the same condition for the actor with this account and person, for statements that are kept."""
    if reach.whole:
        return true()
    choices = [Broadcast.created_by == account_id]
    asked = select(1).select_from(Recipient).where(Recipient.broadcast_id == Broadcast.id)
    if reach.paths:
        choices.append(exists(with_departments(asked).where(departments_within(reach))))
    if reach.own and person_id is not None:
        choices.append(exists(asked.where(Recipient.person_id == person_id)))
    return or_(*choices)


def with_departments(recipients: Columns) -> Columns:
    """Return recipients once for each of the departments that they belong to now, which stand beside them.

    Whoever looks for the first ones within some departments has them found from there, one after the other; where each
    person is asked for a department instead, PostgreSQL goes through everybody (1.3 s of a million, with nobody found).
    """
    members = recipients.join(Membership, Membership.person_id == Recipient.person_id)
    return members.join(Department, Department.id == Membership.department_id)


def steered(reach: Reach, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``broadcast``: who reaches everybody steers all, others what they made themselves."""
    return true() if reach.whole else Broadcast.created_by == actor.account_id


def over(reach: Reach, row: Broadcast, actor: Actor) -> Reach:
    """Return how far the actor reaches in this broadcast: who made it also reaches those whom one may write to."""
    made = row.created_by is not None and row.created_by == actor.account_id
    return reach.joined(Reach(paths=reach.made)) if made else reach


def get_seen(tx: Transaction, broadcast_id: int, reach: Reach) -> Broadcast:
    """Return a broadcast that the actor may see.

    Raises:
        NotFound: when there is none, or it asked nobody within reach.
    """
    statement = select(Broadcast).where(Broadcast.id == broadcast_id, seen(reach, tx.actor))
    return _found(tx.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none())


def require_steered(tx: Transaction, broadcast_id: int, reach: Reach) -> None:
    """Raise NotFound unless the actor may steer this broadcast; locks nothing."""
    statement = select(Broadcast).where(Broadcast.id == broadcast_id, steered(reach, tx.actor))
    _found(tx.execute(statement).scalar_one_or_none())


def get_steered(tx: Transaction, broadcast_id: int, reach: Reach, version: int | None = None) -> Broadcast:
    """Return a broadcast that the actor may steer, locked until the end of the transaction.

    Raises:
        NotFound: when there is none, or somebody else made it and the actor does not reach everybody.
        Conflict: when its version is another than the one the actor saw.
    """
    statement = select(Broadcast).where(Broadcast.id == broadcast_id, steered(reach, tx.actor))
    statement = statement.with_for_update(key_share=True)
    row = _found(tx.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none())
    require_version(row.version, version)
    return row


def require_version(there: int, seen_version: int | None) -> None:
    """Raise Conflict when somebody saved another version than the one the actor saw; None means any."""
    if seen_version is not None and there != seen_version:
        raise Conflict(N_("Somebody else changed this meanwhile. Load it again and repeat your change."))


def get_seen_locked(tx: Transaction, broadcast_id: int, reach: Reach) -> Broadcast:
    """Return a broadcast that the actor may see, locked; raise NotFound as ``get_seen`` does."""
    get_seen(tx, broadcast_id, reach)
    return _found(tx.get(Broadcast, broadcast_id, lock=True))


def _found(row: Broadcast | None) -> Broadcast:
    if row is None:
        raise NotFound(N_("This broadcast does not exist, or it is outside your reach. Go back to the list."))
    return row
