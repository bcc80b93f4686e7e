"""An audience in parts (宛先の分割): whom a broadcast asks is fixed at one moment, the ledger is filled part by part.

A mailing to a million begins with its first part, in the transaction that decides it; the worker adds the others while
that is on its way. Each part is one transaction, which also takes it off the list: a death in between changes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import CTE, CompoundSelect, Select, delete, func, insert, literal, select

from core.actor import Actor
from core.database import transaction
from core.jobs import EVERY_FIVE_SECONDS, enqueue, job
from core.transaction import Transaction
from data.models.audience import AudiencePart
from data.models.broadcasts import Recipient
from data.models.delivery import Mailing
from data.models.people import Membership, Person, PersonRegion
from services import delivery
from services.broadcasts.audience import areas_below
from services.broadcasts.totals import count_part

FIRST_PEOPLE, PART_PEOPLE = 2_000, 50_000
"""The first part is small, so that the first mail is out soon; each has twice as many as the one before it until they
are this large, so that who sends finds people waiting."""

PATIENCE_SECONDS = 60
ADD_PARTS = "broadcasts.add_parts"

FEW_PEOPLE = 1_000
FEW = """
    SELECT set_config('enable_nestloop', 'off', true)
    FROM pg_class WHERE oid = 'person'::regclass AND reltuples < %(few)s
"""


@dataclass(frozen=True)
class Part:
    """A part that is being worked off; its people stay in the database, where all that is done with them is done."""

    id: int
    broadcast_id: int
    round: int
    asks: bool
    areas: list[str]
    size: int

    @property
    def people(self) -> Select[int]:
        """Return the ids of its people."""
        return select(func.unnest(AudiencePart.person_ids)).where(AudiencePart.id == self.id)

    def ask(self, tx: Transaction) -> None:
        """Make its people recipients, with department and area as they are now, unless they are already."""
        if self.asks:
            tx.execute(count_part(self.broadcast_id, self.round, _recipients(self)))

    def take_off(self, tx: Transaction) -> None:
        """Take the part off the list: whatever had to be done with its people is done."""
        tx.execute(delete(AudiencePart).where(AudiencePart.id == self.id))


def keep_parts(
    tx: Transaction,
    broadcast_id: int,
    number: int,
    people: Select[int] | CompoundSelect[int],
    areas: Sequence[str],
    *,
    asks: bool,
) -> int:
    """Fix who is meant, in one statement: the ids of ``people``, each once. Return how many they are."""
    person_id = people.subquery("meant").c[0]
    place, grown = func.row_number().over(order_by=person_id) - 1, _growing()
    part = func.width_bucket(place, grown) - 1 + func.greatest(place - grown[-1], 0) // PART_PEOPLE
    meant = select(person_id.label("id"), part.label("part")).subquery("by_part")
    kept = insert(AudiencePart).from_select(
        ["broadcast_id", "round", "number", "asks", "areas", "person_ids"],
        select(
            literal(broadcast_id), literal(number), meant.c.part, literal(asks),
            literal(list(areas), AudiencePart.areas.type), func.array_agg(meant.c.id),
        ).group_by(meant.c.part),
    )  # fmt: skip
    with _each_once(tx):
        sizes = tx.execute(kept.returning(func.cardinality(AudiencePart.person_ids)))
        return sum(row[0] for row in sizes)


@contextmanager
def _each_once(tx: Transaction) -> Iterator[None]:
    """Go through people once while PostgreSQL believes that there are few of them.

    After everybody was deleted it may believe in nobody for minutes, whoever has come meanwhile, and goes through all
    of them for each of them: 660 people took more than 15 s. Where there really are few, a hash costs nothing.
    """
    careful = bool(tx.plain(FEW, {"few": FEW_PEOPLE}))
    yield
    if careful:
        tx.plain("SELECT set_config('enable_nestloop', 'on', true)", {})


def _growing() -> list[int]:
    """Return how many people come before each part, up to the first one of full size."""
    before, size = [0], FIRST_PEOPLE
    while size < PART_PEOPLE:
        before.append(before[-1] + size)
        size *= 2
    return before


def first_part(tx: Transaction, broadcast_id: int, number: int) -> tuple[Part, int]:
    """Return the first part of a round, and how many people come later."""
    rest = select(func.coalesce(func.sum(func.cardinality(AudiencePart.person_ids)), 0)).where(
        AudiencePart.broadcast_id == broadcast_id, AudiencePart.round == number, AudiencePart.number > 0
    )
    to_come = int(tx.scalar(rest))
    if to_come:
        _enqueue(tx, broadcast_id)
    return _next(tx, broadcast_id, number) or Part(0, broadcast_id, number, asks=False, areas=[], size=0), to_come


@job(ADD_PARTS, retries=8)
def add_parts(broadcast_id: int) -> None:
    """Add the people of a broadcast who are still to come, a part at a time."""
    while True:
        with transaction(Actor.system(ADD_PARTS), statement_seconds=PATIENCE_SECONDS) as tx:
            if not _add_next(tx, broadcast_id):
                return


@job("broadcasts.sweep_parts", periodic=EVERY_FIVE_SECONDS)
def sweep_parts() -> None:
    """Queue again what somehow stands still."""
    with transaction(Actor.system(ADD_PARTS)) as tx:
        for broadcast_id in tx.session.scalars(select(AudiencePart.broadcast_id).distinct()).all():
            _enqueue(tx, broadcast_id)


def _enqueue(tx: Transaction, broadcast_id: int) -> None:
    name = f"{ADD_PARTS}:{broadcast_id}"
    enqueue(tx, add_parts, once=name, alone=name, broadcast_id=broadcast_id)


def _add_next(tx: Transaction, broadcast_id: int) -> bool:
    part = _next(tx, broadcast_id)
    if part is None:
        return False
    part.ask(tx)
    here = (Mailing.broadcast_id == broadcast_id) & (Mailing.round == part.round)
    mailing_id: int = tx.scalar(select(Mailing.id).where(here))
    delivery.add_people(tx, mailing_id, part.people, part.size)
    part.take_off(tx)
    return True


def _next(tx: Transaction, broadcast_id: int, number: int | None = None) -> Part | None:
    of_round = [] if number is None else [AudiencePart.round == number]
    first = (
        select(
            AudiencePart.id, AudiencePart.broadcast_id, AudiencePart.round, AudiencePart.asks, AudiencePart.areas,
            func.cardinality(AudiencePart.person_ids).label("size"),
        )
        .where(AudiencePart.broadcast_id == broadcast_id, *of_round)
        .order_by(AudiencePart.round, AudiencePart.number)
        .limit(1)
        .with_for_update()
    )  # fmt: skip
    row = tx.execute(first).first()
    return None if row is None else Part(*row)


def _recipients(part: Part) -> CTE:
    region = select(PersonRegion.area_code).where(PersonRegion.person_id == Person.id)
    order = [PersonRegion.area_code.in_(areas_below(part.areas)).desc()] if part.areas else []
    area_code = region.order_by(*order, PersonRegion.area_code).limit(1).scalar_subquery()
    frozen = (
        select(literal(part.broadcast_id), Person.id, Membership.department_id, area_code, literal(part.round))
        .outerjoin(Membership, (Membership.person_id == Person.id) & Membership.main)
        .where(Person.id.in_(part.people))
    )
    return (
        insert(Recipient)
        .from_select(["broadcast_id", "person_id", "department_id", "area_code", "round"], frozen)
        .returning(Recipient.department_id, Recipient.area_code)
        .cte("came")
    )
