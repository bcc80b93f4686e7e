"""Contact points that failed for good come back (連絡先の再開, D15): sent to again from the next message on."""

from sqlalchemy import ARRAY, BigInteger, Select, cast, func, select, update

from core.actor import What
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import ContactPoint, ContactState
from services.network.search import NetworkAsk, found_people
from services.network.settling import AT_ONCE, settle
from services.people.within import ids_within

MOST = 500


class Revive(Input):
    """Whose contact points come back: all of these people's that fail, or one of them (``contact_id``)."""

    person_ids: list[int] = field(N_("People"), min_length=1, max_length=MOST, hidden=True)
    contact_id: int | None = field(N_("Contact point"), default=None, hidden=True)


class ReviveFound(Input):
    """All that a search of the contact network finds."""

    found: NetworkAsk = field(N_("All that this search finds"), hidden=True)


class Revived(Row):
    """How many contact points came back."""

    count: int


@operation("network.revive", N_("Have contacts that fail tried again"), touches="contact_point")
def revive(tx: Transaction, ask: Revive) -> Revived:
    """Have contact points that failed for good be sent to again; what they failed with is forgotten (再開).

    Raises:
        NotFound: when one of the people is out of reach. Refused: when nothing of theirs fails.
    """
    ids = ids_within(tx, revive, ask.person_ids)
    people = select(func.unnest(cast(ids, ARRAY(BigInteger))))
    return _revive(tx, people, ask.contact_id)


@operation("network.revive_found", N_("Have contacts of many people tried again"), does=What.BULK,
           touches="contact_point")  # fmt: skip
def revive_found(tx: Transaction, ask: ReviveFound) -> Revived:
    """The same for all that a search finds within reach (一括再開).

    Raises:
        Refused: when nothing of theirs fails.
    """
    return _revive(tx, found_people(tx, ask.found, revive_found.reach(tx)))


def _revive(tx: Transaction, people: Select[int], contact_id: int | None = None) -> Revived:
    failing = select(ContactPoint.id).where(ContactPoint.person_id.in_(people), ContactPoint.state == ContactState.DEAD)
    if contact_id is not None:
        failing = failing.where(ContactPoint.id == contact_id)
    rows = tx.execute(
        update(ContactPoint)
        .where(ContactPoint.id.in_(failing.order_by(ContactPoint.id).with_for_update()))
        .values(state=ContactState.UNTRIED, state_at=tx.now, reason=None)
        .returning(ContactPoint.id)
    ).all()
    if not rows:
        raise Refused(N_("None of these contacts fails any more."))
    if len(rows) <= AT_ONCE:
        settle(tx)  # so that the lists show it at once; of very many the job does within a minute
    tx.note("contact_point", None, sorted(row.id for row in rows)[:MOST])
    return Revived(count=len(rows))
