"""The kept totals are what counting the ledger gives, whatever was written to it, and however often they are folded."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError

from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, Recipient
from data.models.delivery import Delivery, DeliveryState, DeliveryTotal, Mailing
from data.models.people import ContactPoint, Person
from services import delivery
from services.delivery.ledger import arrived
from services.delivery.totals import MANY_STEPS, fold, totals
from tests.services.delivery.stage import make_broadcast, make_crowd, open_one
from tests.waiting import until_somebody_waits

SEED = 20261122


def counted(tx: Transaction):
    """Count the ledger itself."""
    columns = (Delivery.mailing_id, Delivery.channel, Delivery.state)
    return {tuple(row[:3]): row[3] for row in tx.execute(select(*columns, func.count()).group_by(*columns))}


def kept(tx: Transaction):
    """Return the totals of all mailings."""
    return {tuple(row[:3]): row[3] for row in totals(tx, Mailing.id > 0)}


def test_are_what_is_counted_after_every_change(tx):
    make_crowd(tx, 60)
    first, second = open_one(tx), open_one(tx, make_broadcast(tx))
    assert kept(tx) == counted(tx)
    ids = tx.session.scalars(select(Delivery.id)).all()
    print(f"seed {SEED}")  # noqa: T201
    chance = random.Random(SEED)
    for _ in range(30):
        some = chance.sample(ids, chance.randint(0, 40))
        tx.execute(update(Delivery).where(Delivery.id.in_(some)).values(state=chance.choice(list(DeliveryState))))
        assert kept(tx) == counted(tx)
    arrived(tx, ids[:7])
    delivery.close(tx, first)
    assert kept(tx) == counted(tx)
    tx.execute(text("DELETE FROM broadcast WHERE id = :id"), {"id": second})
    assert kept(tx) == counted(tx) != {}


def test_a_change_that_moves_nothing_adds_no_step(tx):
    make_crowd(tx, 3)
    open_one(tx)
    before = tx.scalar(select(func.count()).select_from(DeliveryTotal))
    tx.execute(update(Delivery).values(address="other@example.jp"))
    assert tx.scalar(select(func.count()).select_from(DeliveryTotal)) == before == 1


def test_many_steps_become_few_while_more_come(live):
    with transaction(Actor.system("test")) as tx:
        make_crowd(tx, 40)
        open_one(tx)
        ids = tx.session.scalars(select(Delivery.id)).all()
    swaps = [DeliveryState.SENDING, DeliveryState.WAITING] * (MANY_STEPS // 2)

    def write(mine: list[int]) -> None:
        for state in [*swaps, DeliveryState.ACCEPTED]:
            with transaction(Actor.system("test")) as tx:
                tx.execute(update(Delivery).where(Delivery.id.in_(mine)).values(state=state))

    writers = [threading.Thread(target=write, args=(ids[at::2],)) for at in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        fold()
    for writer in writers:
        writer.join()
    fold()
    with transaction(Actor.system("test")) as tx:
        assert kept(tx) == counted(tx)
        assert set(kept(tx).values()) == {40}
        assert tx.scalar(select(func.count()).select_from(DeliveryTotal)) <= MANY_STEPS
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1


class TestParents:
    """What a foreign key would see to once a row is seen to once a statement."""

    def test_a_delivery_belongs_to_a_mailing_and_goes_with_it(self, tx):
        make_crowd(tx, 3)
        open_one(tx)
        same = [Delivery.person_id, Delivery.channel, Delivery.address, Delivery.state, Delivery.updated_at]
        copied = insert(Delivery).from_select(
            ["mailing_id", *[one.key for one in same]], select(literal(999_999), *same)
        )
        with pytest.raises(IntegrityError, match="delivery_total_mailing"), tx.session.begin_nested():
            tx.session.execute(copied)
        tx.execute(delete(Broadcast))
        assert tx.scalar(select(func.count()).select_from(Delivery)) == 0

    def test_a_recipient_belongs_to_a_broadcast_and_goes_with_it(self, tx):
        make_crowd(tx, 3)
        broadcast_id = make_broadcast(tx)
        people = select(Person.id)
        nowhere = people.with_only_columns(literal(999_999), Person.id)
        lost = insert(Recipient).from_select(["broadcast_id", "person_id"], nowhere)
        with pytest.raises(IntegrityError, match="refers to no broadcast"), tx.session.begin_nested():
            tx.session.execute(lost)
        theirs = people.with_only_columns(literal(broadcast_id), Person.id)
        tx.execute(insert(Recipient).from_select(["broadcast_id", "person_id"], theirs))
        tx.execute(delete(Broadcast))
        assert tx.scalar(select(func.count()).select_from(Recipient)) == 0

    @pytest.mark.parametrize("column", ["person_id", "department_id", "area_code"])
    def test_a_recipient_refers_to_what_is_there(self, tx, column):
        make_crowd(tx, 1)
        person_id = tx.scalar(select(Person.id).where(Person.code == "p-1"))
        row = {"broadcast_id": make_broadcast(tx), "person_id": person_id} | {column: 999_999}
        if column == "area_code":
            row[column] = "9999999"
        with pytest.raises(IntegrityError, match="a recipient refers to no"), tx.session.begin_nested():
            tx.session.execute(insert(Recipient).values(row))

    def test_who_was_asked_or_written_to_is_not_deleted(self, tx):
        make_crowd(tx, 2)
        open_one(tx)
        tx.execute(delete(ContactPoint))
        with pytest.raises(IntegrityError, match="still refers to this person"), tx.session.begin_nested():
            tx.execute(delete(Person).where(Person.code.startswith("p-")))

    def test_who_deletes_waits_for_those_who_add(self, live):
        with transaction(Actor.system("test")) as tx:
            make_crowd(tx, 1)
            person_id = tx.scalar(select(Person.id).where(Person.code == "p-1"))
            tx.execute(delete(ContactPoint))
            broadcast_id = make_broadcast(tx)
        with ThreadPoolExecutor(1) as other:
            with transaction(Actor.system("test")) as tx:
                tx.execute(insert(Recipient).values(broadcast_id=broadcast_id, person_id=person_id))
                deleting = other.submit(delete_person, person_id)
                until_somebody_waits(tx)
            with pytest.raises(IntegrityError, match="still refers to this person"):
                deleting.result(10)

    def test_what_a_result_changes_is_indexed_nowhere(self, tx):
        indexed = set(tx.execute(INDEXED).scalars())
        assert indexed == {"id", "mailing_id", "person_id", "contact_point_id", "sms_ref"}


def delete_person(person_id: int) -> None:
    with transaction(Actor.system("test")) as tx:
        tx.execute(delete(Person).where(Person.id == person_id))


INDEXED = text("""
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
    WHERE indrelid = 'delivery'::regclass
""")
