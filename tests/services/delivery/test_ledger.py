"""The ledger: frozen by one statement, stopped, resumed, closed, counted."""

from itertools import pairwise

import pytest
from sqlalchemy import func, select, text, update

from core.errors import Refused
from data.models.delivery import Chunk, ChunkState, Delivery, DeliveryState, Mailing, MailingState
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from services import delivery
from tests.factories import make_person
from tests.services.delivery.stage import EVERYBODY, ledger, make_broadcast, make_crowd, open_one
from tests.statements import statements

WAITING, NOT_SENT = DeliveryState.WAITING, DeliveryState.NOT_SENT


def jobs(tx):
    return tx.execute(
        text("SELECT args->>'mailing_id', args->>'lane' FROM procrastinate_jobs WHERE task_name = 'delivery.send'")
    ).all()


class TestOpen:
    def test_one_row_for_each_person_and_address_and_one_for_who_has_none(self, tx):
        twice = make_person(tx, mail="one@example.jp")
        tx.add(ContactPoint(person_id=twice.id, kind=ContactKind.MAIL, value="two@example.jp"))
        make_person(tx, mobile="+819012345678")
        make_person(tx)
        broken = make_person(tx, mail="broken@example.jp", mobile="+819012345678")
        tx.execute(
            update(ContactPoint).where(ContactPoint.value == "broken@example.jp").values(state=ContactState.DEAD)
        )
        tx.add(ContactPoint(person_id=broken.id, kind=ContactKind.MAIL, value="not an address"))
        open_one(tx)
        assert sorted(ledger(tx)) == [
            ("", NOT_SENT, "no_contact"),
            ("", NOT_SENT, "only_mobile"),
            ("broken@example.jp", NOT_SENT, "dead"),
            ("not an address", NOT_SENT, "bad_address"),
            ("one@example.jp", WAITING, None),
            ("two@example.jp", WAITING, None),
        ]

    def test_is_a_fixed_number_of_statements_whatever_the_number_of_people(self, tx):
        make_crowd(tx, 2_500)
        broadcast_id = make_broadcast(tx)
        with statements() as sent:
            open_one(tx, broadcast_id)
        assert len(sent) < 15
        assert tx.scalar(select(func.count()).select_from(Delivery)) == 2_500

    def test_chunks_cover_every_waiting_row_once_and_nothing_twice(self, tx):
        make_crowd(tx, 2_500)
        make_person(tx)
        open_one(tx)
        chunks = tx.execute(select(Chunk.low, Chunk.high, Chunk.state).order_by(Chunk.low)).all()
        assert [one.state for one in chunks] == [ChunkState.WAITING] * 3
        assert all(before.high < after.low for before, after in pairwise(chunks))
        covered = select(func.count()).select_from(Delivery).join(Chunk, Delivery.id.between(Chunk.low, Chunk.high))
        assert tx.scalar(covered.where(Delivery.state == WAITING)) == 2_500

    def test_queues_mailings_never_people(self, tx):
        make_crowd(tx, 50)
        open_one(tx)
        mailing = str(tx.scalar(select(Mailing.id)))
        assert jobs(tx) == [(mailing, "0"), (mailing, "1")]

    def test_rounds_are_numbered(self, tx):
        make_crowd(tx, 2)
        broadcast_id = open_one(tx)
        open_one(tx, broadcast_id, reminder=True)
        rows = tx.execute(select(Mailing.round, Mailing.reminder).order_by(Mailing.round)).all()
        assert rows == [(0, False), (1, True)]

    def test_nobody_is_in_a_mailing_twice(self, tx):
        make_crowd(tx, 2)
        with pytest.raises(Exception, match="uq_delivery"):
            open_one(tx, people=EVERYBODY.order_by(None).union_all(EVERYBODY.order_by(None)))

    def test_an_unknown_field_is_refused_and_nothing_is_frozen(self, tx):
        make_crowd(tx, 2)
        with pytest.raises(Refused, match="nmae"):
            open_one(tx, body="{nmae}")
        assert tx.scalar(select(Mailing.id)) is None

    def test_later_changes_of_an_address_change_nothing(self, tx):
        make_crowd(tx, 1)
        open_one(tx)
        tx.execute(update(ContactPoint).values(value="new@example.jp"))
        assert ledger(tx) == [("p1@example.jp", WAITING, None)]


class TestStopAndResume:
    def test_stop_and_go_on(self, tx):
        make_crowd(tx, 3)
        broadcast_id = open_one(tx)
        assert delivery.stop(tx, broadcast_id) == 1
        assert delivery.counts(tx, broadcast_id)[0].state is MailingState.STOPPED
        assert delivery.stop(tx, broadcast_id) == 0
        tx.execute(text("DELETE FROM procrastinate_jobs"))
        assert delivery.resume(tx, broadcast_id) == 1
        assert delivery.counts(tx, broadcast_id)[0].state is MailingState.SENDING
        assert len(jobs(tx)) == 2
        assert delivery.resume(tx, broadcast_id) == 0

    def test_other_broadcasts_go_on(self, tx):
        make_crowd(tx, 1)
        first, second = open_one(tx), open_one(tx)
        delivery.stop(tx, first)
        assert delivery.counts(tx, second)[0].state is MailingState.SENDING


class TestClose:
    def test_what_waits_is_not_sent_and_what_went_out_stays(self, tx):
        make_crowd(tx, 3)
        broadcast_id = open_one(tx)
        first = tx.scalar(select(func.min(Delivery.id)))
        tx.execute(update(Delivery).where(Delivery.id == first).values(state=DeliveryState.ACCEPTED))
        assert delivery.close(tx, broadcast_id) == 2
        assert [row[1:] for row in ledger(tx)] == [
            (DeliveryState.ACCEPTED, None), (NOT_SENT, "closed"), (NOT_SENT, "closed"),
        ]  # fmt: skip
        assert delivery.counts(tx, broadcast_id)[0].state is MailingState.FINISHED
        assert tx.scalar(select(func.count()).where(Chunk.state != ChunkState.DONE)) == 0
        assert delivery.close(tx, broadcast_id) == 0


class TestCounts:
    def test_by_round_state_and_channel(self, tx):
        make_crowd(tx, 3)
        make_person(tx)
        broadcast_id = open_one(tx)
        some = select(Delivery.id).where(Delivery.state == WAITING).limit(1)
        tx.execute(update(Delivery).where(Delivery.id.in_(some)).values(state=DeliveryState.ACCEPTED))
        open_one(tx, broadcast_id, EVERYBODY.limit(1), reminder=True)
        first, second = delivery.counts(tx, broadcast_id)
        assert first.counts == {WAITING: 2, DeliveryState.ACCEPTED: 1, NOT_SENT: 1}
        assert (first.total, first.left, first.channels["mail"]) == (4, 2, first.counts)
        assert (second.round, second.reminder, second.counts) == (1, True, {WAITING: 1})

    def test_of_no_mailing(self, tx):
        assert delivery.counts(tx, make_broadcast(tx)) == []


class TestArrived:
    def test_an_answer_shows_that_the_mail_arrived_and_the_address_works(self, tx):
        make_crowd(tx, 2)
        open_one(tx)
        first = tx.scalar(select(func.min(Delivery.id)))
        delivery.arrived(tx, [first])
        assert [row[1] for row in ledger(tx)] == [DeliveryState.DELIVERED, WAITING]
        states = tx.session.scalars(select(ContactPoint.state).order_by(ContactPoint.id)).all()
        assert states == [ContactState.WORKS, ContactState.UNTRIED]

    def test_even_when_the_provider_said_it_failed(self, tx):
        make_crowd(tx, 1)
        open_one(tx)
        tx.execute(update(Delivery).values(state=DeliveryState.FAILED, reason="450 later", permanent=False))
        delivery.arrived(tx, [tx.scalar(select(Delivery.id))])
        row = tx.execute(select(Delivery.state, Delivery.reason, Delivery.permanent)).one()
        assert row == (DeliveryState.DELIVERED, None, None)


class TestRehearsal:
    def test_counts_what_a_mailing_would_freeze(self, tx, cast):
        make_crowd(tx, 10)
        both = make_person(tx, mail="x@example.jp", department=cast.branch)
        tx.add(ContactPoint(person_id=both.id, kind=ContactKind.MAIL, value="y@example.jp", state=ContactState.DEAD))
        make_person(tx, mobile="+819012345678")
        dead = make_person(tx, mail="dead@example.jp")
        tx.execute(update(ContactPoint).where(ContactPoint.person_id == dead.id).values(state=ContactState.DEAD))
        forecast = delivery.rehearse(tx, EVERYBODY)
        assert (forecast.people, forecast.reached, forecast.not_reached) == (18, 11, 7)
        assert {one.reason: one.people for one in forecast.missed} == {"no_contact": 5, "only_mobile": 1, "dead": 1}
        assert [(one.channel, one.messages) for one in forecast.channels] == [("mail", 11)]
        assert forecast.seconds > 0
        broadcast_id = open_one(tx)
        counts = delivery.counts(tx, broadcast_id)[0].counts
        assert counts[WAITING] == 11

    def test_of_nobody(self, tx):
        forecast = delivery.rehearse(tx, EVERYBODY)
        assert (forecast.people, forecast.missed, forecast.channels, forecast.seconds) == (0, [], [], 0)

    def test_lists_people_with_their_addresses_or_the_reason(self, tx, cast):
        person = make_person(tx, "青木", "花", cast.branch, kana=("アオキ", "ハナ"), mail="a@example.jp")
        tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value="b@example.jp"))
        people = select(Person.id).where(Person.id.in_([person.id, cast.far.id]))
        page = delivery.rehearsal_page(tx, people, delivery.RehearsalAsk())
        assert [(one.name, one.department, sorted(one.addresses), one.reached) for one in page.rows] == [
            ("青木 花", "支社", ["a@example.jp", "b@example.jp"], True),
            ("遠方 四郎", "支社", [], False),
        ]
        assert "登録" in page.rows[1].reason
        missed = delivery.rehearsal_page(tx, people, delivery.RehearsalAsk(reached=False))
        assert [one.name for one in missed.rows] == ["遠方 四郎"]

    def test_pages_and_counts(self, tx):
        make_crowd(tx, 120)
        first = delivery.rehearsal_page(tx, EVERYBODY, delivery.RehearsalAsk(size=50))
        assert (len(first.rows), first.count) == (50, 120)
        second = delivery.rehearsal_page(tx, EVERYBODY, delivery.RehearsalAsk(size=50, after=first.next))
        assert not {one.id for one in first.rows} & {one.id for one in second.rows}


def test_reasons_are_sentences_and_a_providers_word_stays():
    assert "携帯" in delivery.reason_text("only_mobile")
    assert delivery.reason_text("550 5.1.1 User unknown") == "550 5.1.1 User unknown"
    assert delivery.reason_text(None) == ""
