"""What is heard of deliveries, in any order and twice (受信確認): ledger and contact points come to the same."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from core.actor import Actor
from core.clock import frozen, now
from core.database import transaction
from data.models.delivery import Channel, Chunk, Delivery, DeliveryState, Mailing, Receipt
from data.models.people import ContactPoint, ContactState, Person
from data.models.receipts import EarlyReceipt
from services import delivery
from services.delivery import leases, results
from services.delivery.contacts import note_works
from services.delivery.providers import Outcome
from services.delivery.receipts.notices import EARLY, HeardOfSms, count_failed, is_new, take_early, take_of_sms
from services.delivery.receipts.taking import COMPLAINT, Heard, take
from services.network import Revive, revive
from tests.services.delivery.stage import make_crowd, open_one

BOUNCE = "550 5.1.1 User unknown"
LATER = timedelta(minutes=5)


def accepted(tx, one: int) -> None:
    """Record that the provider took it, as the sending does."""
    record(tx, Outcome(one, accepted=True, reference="250 ok"))


def record(tx, outcome: Outcome) -> None:
    tx.execute(update(Chunk).values(state="waiting", owner=None, lease_until=None))
    lease = leases.take(tx, tx.scalar(select(Mailing.id)), "worker")
    results.record(tx, lease, [outcome])


WORDS = {
    "returned": lambda tx, one: take(tx, [Heard(one, Receipt.RETURNED, word="452 4.2.2 Mailbox full")]),
    "arrived": lambda tx, one: take(tx, [Heard(one, Receipt.ARRIVED)]),
    "bounced": lambda tx, one: take(tx, [Heard(one, Receipt.BOUNCED, word="554 5.7.1 No")]),
    "dead": lambda tx, one: take(tx, [Heard(one, Receipt.BOUNCED, dead=True, word=BOUNCE)]),
    "complained": lambda tx, one: take(tx, [Heard(one, Receipt.ARRIVED, complained=True)]),
    "answered": lambda tx, one: delivery.arrived(tx, [one]),
    "accepted": accepted,
}


def heard(tx, one: int) -> tuple[str, bool | None, ContactState, bool]:
    """Return state, whether it failed for good, the state of the address, and whether its owner complained."""
    row = tx.execute(
        select(Delivery.state, Delivery.permanent, ContactPoint.state, ContactPoint.reason)
        .join(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
        .where(Delivery.id == one)
    ).one()
    return row[0].value, row[1], row[2], row[3] == COMPLAINT


@pytest.fixture
def one(tx) -> int:
    """A delivery that was handed over."""
    make_crowd(tx, 1)
    open_one(tx)
    return tx.scalar(select(Delivery.id))


class TestOne:
    @pytest.mark.parametrize(
        ("words", "came_to"),
        [
            (["accepted"], ("accepted", None, ContactState.UNTRIED, False)),
            (["arrived"], ("delivered", None, ContactState.WORKS, False)),
            (["returned"], ("failed", False, ContactState.UNTRIED, False)),
            (["returned", "arrived"], ("delivered", None, ContactState.WORKS, False)),
            (["bounced"], ("failed", True, ContactState.UNTRIED, False)),
            (["dead"], ("failed", True, ContactState.DEAD, False)),
            (["dead", "arrived"], ("failed", True, ContactState.DEAD, False)),
            (["dead", "answered"], ("delivered", None, ContactState.WORKS, False)),
            (["complained"], ("delivered", None, ContactState.DEAD, True)),
            (["complained", "answered"], ("delivered", None, ContactState.DEAD, True)),
        ],
    )
    def test_comes_to(self, tx, one, words, came_to):
        for word in words:
            WORDS[word](tx, one)
        assert heard(tx, one) == came_to

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(words=st.lists(st.sampled_from([word for word in WORDS if word != "accepted"]), min_size=1, max_size=7),
           shuffled=st.randoms(use_true_random=False))  # fmt: skip
    def test_comes_to_the_same_in_any_order_and_twice(self, tx, one, words, shuffled):
        """Acceptance is noted at any moment, too: a notice may be quicker than our own record."""
        found = []
        for _time in range(2):
            tx.execute(update(Delivery).values(state="sending", receipt=None, permanent=None, reason=None))
            tx.execute(update(ContactPoint).values(state="untried", reason=None))
            told = [*words, *words, "accepted"]
            shuffled.shuffle(told)
            for word in told:
                WORDS[word](tx, one)
            found.append((heard(tx, one), told))
        assert found[0][0] == found[1][0], found

    def test_says_the_provider_s_word(self, tx, one):
        WORDS["dead"](tx, one)
        assert tx.scalar(select(Delivery.reason)) == BOUNCE
        assert tx.scalar(select(ContactPoint.reason)) == BOUNCE

    def test_an_address_that_was_mended_meanwhile_is_another_one(self, tx, one):
        tx.execute(update(ContactPoint).values(value="new@example.jp"))
        WORDS["dead"](tx, one)
        WORDS["complained"](tx, one)
        assert heard(tx, one) == ("failed", True, ContactState.UNTRIED, False)

    def test_what_was_heard_keeps_it_from_being_sent_again(self, tx, one):
        WORDS["arrived"](tx, one)
        record(tx, Outcome(one, accepted=False, word="451 later"))
        assert tx.scalar(select(Delivery.state)) is DeliveryState.DELIVERED

    def test_of_a_delivery_that_is_gone_nothing_follows(self, tx):
        assert take(tx, [Heard(99, Receipt.BOUNCED, dead=True, complained=True)]) == []
        assert take(tx, []) == []


class TestRevived:
    """An address that was revived, or from which somebody has answered, and what is heard of an older message."""

    @pytest.mark.parametrize("word", ["dead", "complained", "arrived"])
    def test_what_was_sent_before_the_revival_says_nothing_any_more(self, tx, one, word):
        WORDS["dead"](tx, one)
        revive_later(tx)
        for _time in range(2):
            WORDS[word](tx, one)
        assert heard(tx, one)[2:] == (ContactState.UNTRIED, False)

    @pytest.mark.parametrize("word", ["dead", "complained"])
    def test_what_is_sent_since_kills_it_again(self, tx, one, word):
        WORDS["dead"](tx, one)
        revive_later(tx)
        WORDS[word](tx, another(tx))
        assert heard(tx, one)[2] is ContactState.DEAD

    def test_an_answer_to_a_newer_message_outweighs_an_older_one_s_bounce_in_any_order(self, tx, one):
        newer, found = another(tx), []
        tx.now += LATER
        for told in permutations([("dead", one), ("dead", one), ("answered", newer)]):
            tx.execute(update(Delivery).values(state="accepted", receipt=None))
            tx.execute(update(ContactPoint).values(state="untried", reason=None))
            for word, delivery_id in told:
                WORDS[word](tx, delivery_id)
            found.append(heard(tx, one)[2])
        assert set(found) == {ContactState.WORKS}

    def test_the_bounce_of_a_message_sent_after_an_answer_counts(self, tx, one):
        tx.now += LATER
        WORDS["answered"](tx, one)
        newer = another(tx)
        WORDS["dead"](tx, newer)
        assert heard(tx, newer)[2] is ContactState.DEAD

    def test_an_arrival_at_a_server_outweighs_no_bounce(self, tx, one):
        newer = another(tx)
        tx.now += LATER
        WORDS["arrived"](tx, newer)
        WORDS["dead"](tx, one)
        assert heard(tx, one)[2] is ContactState.DEAD

    def test_the_end_of_an_older_sending_is_no_sign_that_it_works(self, live):
        with system() as tx:
            make_crowd(tx, 1)
            open_one(tx)
            tx.execute(update(Delivery).values(state="accepted"))
            mailing_id, opened_at = tx.execute(select(Mailing.id, Mailing.created_at)).one()
            tx.execute(update(ContactPoint).values(state_at=opened_at + LATER))
        note_works(mailing_id=mailing_id)
        with system() as tx:
            assert tx.scalar(select(ContactPoint.state)) is ContactState.UNTRIED
            tx.execute(update(ContactPoint).values(state_at=opened_at))
        note_works(mailing_id=mailing_id)
        with system() as tx:
            assert tx.scalar(select(ContactPoint.state)) is ContactState.WORKS


def revive_later(tx):
    """Have everything that fails revived a while after it was sent."""
    tx.now += LATER
    revive(tx, Revive(person_ids=tx.execute(select(Person.id)).scalars().all()))


def another(tx) -> int:
    """Return a delivery of a message that is sent to the same address a while later."""
    tx.now += LATER
    open_one(tx)
    return tx.scalar(select(func.max(Delivery.id)))


class TestMany:
    def test_one_statement_for_all_of_them(self, tx):
        make_crowd(tx, 3)
        open_one(tx)
        ids = tx.execute(select(Delivery.id).order_by(Delivery.id)).scalars().all()
        told = [Heard(ids[2], Receipt.ARRIVED), Heard(ids[0], Receipt.BOUNCED, dead=True, word=BOUNCE),
                Heard(ids[0], Receipt.ARRIVED), Heard(ids[0], Receipt.BOUNCED, word="no")]  # fmt: skip
        assert take(tx, told) == [ids[0], ids[2]]
        assert take(tx, told) == []
        assert [heard(tx, one)[0] for one in ids] == ["failed", "waiting", "delivered"]
        assert heard(tx, ids[0])[2] is ContactState.DEAD


class TestNotices:
    def test_each_is_taken_once(self, tx):
        assert [is_new(tx, "sns", "1"), is_new(tx, "sns", "1"), is_new(tx, "x", "1")] == [True, False, True]


class TestSms:
    """Receipts of SMS name AWS's own number, which may not stand in the ledger yet."""

    def test_is_found_when_it_was_recorded(self, live):
        with system() as tx:
            make_crowd(tx, 1)
            open_one(tx)
            tx.execute(update(Delivery).values(channel=Channel.SMS))
            take_of_sms(tx, [HeardOfSms("ref-1", Receipt.ARRIVED, False, "on the phone")])
            assert tx.scalar(select(EarlyReceipt.provider_ref)) == "ref-1"
        take_early()
        with system() as tx:
            assert tx.scalar(select(Delivery.receipt)) is None
            tx.execute(update(Delivery).values(sms_ref="ref-1"))
        take_early()
        with system() as tx:
            assert tx.scalar(select(Delivery.state)) is DeliveryState.DELIVERED
            assert tx.scalar(select(EarlyReceipt.provider_ref)) is None

    @pytest.mark.parametrize("dead", [(True, False), (False, True)])
    def test_two_that_come_early_come_to_the_same(self, live, dead):
        with system() as tx:
            make_crowd(tx, 1)
            open_one(tx)
            for one in dead:
                word = BOUNCE if one else "blocked"
                take_of_sms(tx, [HeardOfSms("ref-1", Receipt.BOUNCED, one, word)])
            tx.execute(update(Delivery).values(channel=Channel.SMS, sms_ref="ref-1"))
        take_early()
        with system() as tx:
            assert heard(tx, tx.scalar(select(Delivery.id)))[2] is ContactState.DEAD
            assert tx.scalar(select(ContactPoint.reason)) == BOUNCE

    def test_is_forgotten_when_it_was_no_broadcast_s(self, live):
        with system() as tx:
            take_of_sms(tx, [HeardOfSms("code", Receipt.ARRIVED, False, "")])
        with frozen(now() + EARLY * 2):
            take_early()
        with system() as tx:
            assert tx.scalar(select(EarlyReceipt.provider_ref)) is None


def test_what_comes_back_after_the_end_is_counted_as_failed(live):
    with system() as tx:
        make_crowd(tx, 2)
        open_one(tx)
        tx.execute(update(Mailing).values(state="finished", finished_at=tx.now, failed=0))
        take(tx, [Heard(tx.scalar(select(Delivery.id)), Receipt.BOUNCED, word="no")])
    count_failed()
    with system() as tx:
        assert tx.scalar(select(Mailing.failed)) == 1


def system():
    return transaction(Actor.system("test"))
