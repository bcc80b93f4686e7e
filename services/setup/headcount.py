"""How many people have what the setup asks for (D17): counted while one waits, or remembered in a large organisation.

Counting some thousand people takes a few milliseconds. With a million it takes half a second, so a job does it every
ten minutes, or whoever does not want to wait for the job.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from core.actor import Actor
from core.database import transaction
from core.i18n import N_
from core.inputs import Nothing
from core.jobs import job
from core.operations import operation
from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, ContactState, Membership, Person, PersonRegion
from data.models.setup import SetupHeadcount

LARGE = 20_000
"""People beyond whom nobody waits for the count."""


@dataclass(frozen=True)
class Headcount:
    """People without those who left, how many have what, and their contact points; ``counted_at`` None: just now."""

    people: int
    with_department: int
    with_region: int
    with_contact: int
    mail_addresses: int
    untried: int
    dead: int
    counted_at: datetime | None = None


def headcount(tx: Transaction) -> Headcount | None:
    """Return the counts without a long wait; None: the organisation is large, and nobody has counted it yet."""
    if not _is_large(tx):
        return counted(tx)
    kept = tx.get(SetupHeadcount, 1)
    return Headcount(**{name: getattr(kept, name) for name in Headcount.__dataclass_fields__}) if kept else None


def counted(tx: Transaction) -> Headcount:
    """Count everybody."""
    rows = [tx.execute(statement).one()._asdict() for statement in (_people(), _contacts())]
    return Headcount(**{name: count for row in rows for name, count in row.items()})


@operation("setup.count", N_("Count people for the setup guide again"), touches="setup_headcount")
def count_again(tx: Transaction, ask: Nothing) -> None:  # noqa: ARG001 - every operation is asked with something
    """Count everybody at once, after much was changed (数え直し)."""
    _keep(tx)


@job("setup.count", periodic="*/10 * * * *")
def count_regularly() -> None:
    """Remember the counts of a large organisation."""
    with transaction(Actor.system("setup.count")) as tx:
        if _is_large(tx):
            _keep(tx)


def _is_large(tx: Transaction) -> bool:
    some = select(Person.id).limit(LARGE + 1).subquery()
    return bool(tx.scalar(select(func.count()).select_from(some)) > LARGE)


def _keep(tx: Transaction) -> None:
    values = {**asdict(counted(tx)), "counted_at": tx.now}
    kept = insert(SetupHeadcount).values(id=1, **values)
    tx.execute(kept.on_conflict_do_update(index_elements=["id"], set_=values))


def _people() -> Select[*tuple[Any, ...]]:
    # Those who have one are counted along an index: to look each person up in three tables costs eight times as much.
    people = select(func.count()).select_from(Person).where(Person.retired_at.is_(None))
    return select(
        people.scalar_subquery().label("people"),
        _owners(Membership.person_id).label("with_department"),
        _owners(PersonRegion.person_id).label("with_region"),
        _owners(ContactPoint.person_id).label("with_contact"),
    )


def _owners(person_id: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return select(func.count(person_id.distinct())).where(person_id.not_in(_gone())).scalar_subquery()


def _contacts() -> Select[*tuple[Any, ...]]:
    mail = ContactPoint.kind == ContactKind.MAIL
    return select(
        func.count().filter(mail).label("mail_addresses"),
        func.count().filter(and_(mail, ContactPoint.state == ContactState.UNTRIED)).label("untried"),
        func.count().filter(ContactPoint.state == ContactState.DEAD).label("dead"),
    ).where(ContactPoint.person_id.not_in(_gone()))


def _gone() -> Select[int]:
    return select(Person.id).where(Person.retired_at.is_not(None))
