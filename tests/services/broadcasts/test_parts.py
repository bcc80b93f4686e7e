"""An audience in parts: fixed at one moment, complete in the end, whatever happens in between."""

import psycopg
import pytest
from sqlalchemy import func, insert, literal, select, text, update

from core import jobs
from core.actor import Actor
from core.database import libpq_url, transaction
from data.models.audience import AudiencePart
from data.models.broadcasts import Broadcast, BroadcastState, QuestionForm, Recipient
from data.models.delivery import Chunk, Delivery, DeliveryState, LocalMail, Mailing, MailingState
from data.models.people import Person, PersonRegion
from data.models.replies import ReplyTotal
from services import delivery
from services.broadcasts import Which, extend, open_automatic, parts, remind, seed_samples
from services.broadcasts.forms import form_row, questions_of
from services.broadcasts.parts import add_parts
from services.delivery import ledger, sending
from tests.factories import actor_of, make_cast
from tests.services.delivery.stage import make_crowd

PEOPLE = 23
CROWD = select(Person.id).where(Person.code.startswith("p-"))


def system():
    return transaction(Actor.system("test"))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """First five people, then six at a time: 5, 6, 6, 6."""
    monkeypatch.setattr(parts, "FIRST_PEOPLE", 5)
    monkeypatch.setattr(parts, "PART_PEOPLE", 6)


@pytest.fixture
def crowd(live):
    with system() as tx:
        seed_samples(tx)
        make_crowd(tx, PEOPLE)


def open_for(tx, person_ids, cause: str) -> int:
    form = tx.session.scalars(select(QuestionForm).where(QuestionForm.sample == "safety")).one()
    return open_automatic(
        tx, title="地震", subject="地震", body="{reply_url}", form=form_row(form, questions_of(tx, form.id)),
        person_ids=person_ids, cause=cause,
    )  # fmt: skip


def opened(cause: str = "quake 1") -> int:
    with system() as tx:
        return open_for(tx, CROWD, cause)


def count(of) -> int:
    with system() as tx:
        return tx.scalar(select(func.count()).select_from(of))


def asked_by_totals() -> int:
    with system() as tx:
        return tx.scalar(select(func.sum(ReplyTotal.asked)).where(ReplyTotal.kind == "department"))


def mailing() -> Mailing:
    with system() as tx:
        return tx.session.scalars(select(Mailing).order_by(Mailing.round)).first()


@pytest.mark.usefixtures("crowd")
class TestParts:
    def test_the_first_part_stands_at_once_and_everybody_is_counted_as_asked(self):
        broadcast_id = opened()
        with system() as tx:
            assert tx.get(Broadcast, broadcast_id).asked == PEOPLE
            round_ = delivery.counts(tx, broadcast_id)[0]
        assert (count(Recipient), count(Delivery), asked_by_totals()) == (5, 5, 5)
        assert (round_.total, round_.left, round_.to_come) == (PEOPLE, PEOPLE, PEOPLE - 5)

    def test_the_worker_adds_the_others_and_everybody_gets_one_mail(self):
        broadcast_id = opened()
        jobs.run_waiting_jobs()
        assert (count(Recipient), count(Delivery), asked_by_totals(), count(LocalMail)) == (PEOPLE,) * 4
        assert count(AudiencePart) == 0
        with system() as tx:
            assert tx.get(Broadcast, broadcast_id).state is BroadcastState.OPEN
        assert (mailing().state, mailing().to_come) == (MailingState.FINISHED, 0)

    def test_a_mailing_does_not_finish_as_long_as_somebody_is_to_come(self):
        opened()
        sending.send_mailing(mailing_id=mailing().id, lane=0)
        assert (count(LocalMail), mailing().state) == (5, MailingState.SENDING)

    def test_who_is_meant_is_fixed_at_the_moment_of_opening(self):
        opened()
        with system() as tx:
            make_crowd(tx, 3, "q")
            tx.execute(update(Person).where(Person.code == "p-23").values(code="left", retired_at=tx.now))
        jobs.run_waiting_jobs()
        with system() as tx:
            assert tx.scalar(select(func.count()).select_from(Recipient)) == PEOPLE
            assert tx.scalar(
                select(Recipient.person_id).join(Person, Person.id == Recipient.person_id).where(Person.code == "left")
            )

    def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(self, monkeypatch):
        broadcast_id = opened()
        with monkeypatch.context() as broken:
            broken.setattr(ledger, "enqueue_senders", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                add_parts(broadcast_id=broadcast_id)
        assert (count(Recipient), count(Delivery), asked_by_totals(), count(AudiencePart)) == (5, 5, 5, 3)
        parts.sweep_parts()
        jobs.run_waiting_jobs()
        assert (count(Recipient), count(LocalMail), asked_by_totals()) == (PEOPLE,) * 3

    def test_asking_more_people_meanwhile_asks_nobody_twice(self):
        broadcast_id = opened()
        with system() as tx:
            make_crowd(tx, 2, "q")
            everybody = select(Person.id).where(Person.code.startswith("p-") | Person.code.startswith("q-"))
            assert extend(tx, broadcast_id, everybody) == 2
        jobs.run_waiting_jobs()
        assert (count(Recipient), count(Delivery), count(LocalMail), asked_by_totals()) == (PEOPLE + 2,) * 4

    def test_closed_meanwhile_the_others_stand_as_not_sent(self):
        broadcast_id = opened()
        with system() as tx:
            delivery.close(tx, broadcast_id)
        jobs.run_waiting_jobs()
        with system() as tx:
            found = tx.execute(
                select(Delivery.state, Delivery.reason, func.count()).group_by(Delivery.state, Delivery.reason)
            )
            assert found.all() == [(DeliveryState.NOT_SENT, "closed", PEOPLE)]
            assert set(tx.session.scalars(select(Chunk.state))) == {"done"}
        assert count(LocalMail) == 0

    def test_stopped_meanwhile_the_others_wait(self):
        broadcast_id = opened()
        with system() as tx:
            delivery.stop(tx, broadcast_id)
        jobs.run_waiting_jobs()
        assert (count(Recipient), count(Delivery), count(LocalMail)) == (PEOPLE, PEOPLE, 0)
        with system() as tx:
            delivery.resume(tx, broadcast_id)
        jobs.run_waiting_jobs()
        assert count(LocalMail) == PEOPLE


def test_parts_grow_until_they_are_of_full_size_and_hold_everybody_once_and_in_order(crowd, monkeypatch):
    monkeypatch.setattr(parts, "FIRST_PEOPLE", 2)
    with system() as tx:
        assert parts.keep_parts(tx, opened(), 7, CROWD, (), asks=False) == PEOPLE
        kept = tx.session.scalars(select(AudiencePart.person_ids).where(AudiencePart.round == 7).order_by("number"))
        found = kept.all()
        assert [len(one) for one in found] == [2, 4, 6, 6, 5]
        assert [one for part in found for one in part] == tx.session.scalars(CROWD.order_by(Person.id)).all()


def test_a_reminder_comes_in_parts_as_well(crowd):
    opened()
    jobs.run_waiting_jobs()
    with system() as tx:
        cast = make_cast(tx)
        broadcast_id = tx.scalar(select(Broadcast.id))
        remind(type(tx)(tx.session, actor_of(tx, cast.administrator)), Which(id=broadcast_id))
    assert (count(Delivery), count(Recipient)) == (PEOPLE + 5, PEOPLE)
    jobs.run_waiting_jobs()
    assert (count(Delivery), count(LocalMail), asked_by_totals()) == (2 * PEOPLE, 2 * PEOPLE, PEOPLE)


class TestNobodyKnown:
    """PostgreSQL counted when everybody had just left, and takes it for minutes that nobody is there."""

    PEOPLE, AREA = 2_000, "13"

    def test_opening_does_not_go_through_everybody_for_each_of_them(self, live):
        with system() as tx:
            seed_samples(tx)
            tried = tx.session.begin_nested()
            self.come(tx)
            tried.rollback()
        with psycopg.connect(libpq_url(live.owner_url), autocommit=True) as owner:
            owner.execute("ANALYZE person, person_region")
        there = select(PersonRegion.person_id).where(PersonRegion.area_code == func.any([self.AREA]))
        with system() as tx:
            self.come(tx)
            tx.execute(text("SET LOCAL statement_timeout = '2s'"))
            open_for(tx, CROWD.where(Person.id.in_(select(Person.id).where(Person.id.in_(there)))), "quake 1")
            nested = tx.scalar(text("SHOW enable_nestloop"))
        assert (count(Recipient) + self.to_come(), nested) == (self.PEOPLE, "on")

    def come(self, tx):
        make_crowd(tx, self.PEOPLE)
        of_all = select(Person.id, literal(self.AREA)).where(Person.code.startswith("p-"))
        tx.execute(insert(PersonRegion).from_select(["person_id", "area_code"], of_all))

    def to_come(self):
        with system() as tx:
            return tx.scalar(select(func.sum(func.cardinality(AudiencePart.person_ids))))
