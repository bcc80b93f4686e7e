"""Escalation: one channel after the other to those who have not answered, within the limit on cost (N04)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import clock
from core.actor import Actor
from core.database import transaction
from core.inputs import validated
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.channels import LineChannel, SmsSender
from data.models.delivery import Delivery, DeliveryState, Mailing, MailSender, ProviderKind
from data.models.people import ContactKind, ContactPoint, ContactState
from services.broadcasts import EditProcedure, Which, close, edit_procedure, resume, show, stop
from services.broadcasts.escalating import _affordable, escalate, go_further
from services.broadcasts.opening import extend
from services.broadcasts.turns import note_next
from services.delivery import Channel
from tests.factories import make_person
from tests.services.broadcasts.asks import finish, mailings, replied, sent, state_of

MAIL, SMS, LINE = ContactKind.MAIL, ContactKind.MOBILE, ContactKind.LINE


def someone(tx, *kinds):
    """Make somebody who is reached by these kinds of contact points."""
    person = make_person(tx)
    values = {MAIL: f"p{person.id}@example.jp", SMS: f"+8190{person.id:08}", LINE: f"U{person.id:032}"}
    for kind in kinds:
        tx.add(ContactPoint(person_id=person.id, kind=kind, value=values[kind]))
    return person


@pytest.fixture(autouse=True)
def switched_on(tx):
    """LINE and SMS go out, and an SMS costs 10 yen a part."""
    tx.add(MailSender(id=1, name="見本", address="a@example.jp", provider=ProviderKind.SMTP, smtp_host="127.0.0.1"))
    tx.add(SmsSender(id=1, enabled=True, price_yen=10))
    tx.add(LineChannel(id=1, enabled=True))


def begin(administrator, people, **procedure):
    """Send a broadcast to people by a procedure: mail, LINE after 10 minutes, SMS after 30."""
    values = {"name": "段階的", "mail_minutes": 0, "line_minutes": 10, "sms_minutes": 30, **procedure}
    made = edit_procedure(administrator, validated(EditProcedure, values))
    return sent(administrator, procedure_id=made.id, audience={"people": [one.id for one in people]})


def after(tx, broadcast_id, minutes):
    """Let so many minutes pass, and give the channels their turn."""
    tx.execute(
        update(Mailing)
        .where(Mailing.broadcast_id == broadcast_id)
        .values(created_at=Mailing.created_at - timedelta(minutes=minutes, seconds=1))
    )
    tx.session.expire_all()
    note_next(tx, tx.get(Broadcast, broadcast_id))
    go_further(tx, broadcast_id)


def by(tx, broadcast_id, channel):
    """Return who gets or got something by a channel."""
    found = (
        select(Delivery.person_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.broadcast_id == broadcast_id, Delivery.channel == channel)
        .where(Delivery.state != DeliveryState.NOT_SENT)
    )
    return sorted(tx.execute(found).scalars())


class TestTurns:
    def test_each_channel_follows_until_somebody_answers(self, administrator, tx):
        one, other = someone(tx, MAIL, LINE, SMS), someone(tx, MAIL, LINE, SMS)
        row = begin(administrator, [one, other])
        after(tx, row.id, 9)
        assert (by(tx, row.id, Channel.MAIL), by(tx, row.id, Channel.LINE)) == ([one.id, other.id], [])
        after(tx, row.id, 1)
        assert by(tx, row.id, Channel.LINE) == [one.id, other.id]
        replied(tx, row.id, one, {})
        after(tx, row.id, 20)
        assert by(tx, row.id, Channel.SMS) == [other.id]
        after(tx, row.id, 60)
        assert len(mailings(tx, row.id)) == 3, "a turn was taken twice"
        assert tx.get(Broadcast, row.id).escalates_at is None

    def test_nobody_gets_a_channel_twice_in_a_round(self, administrator, tx):
        person = someone(tx, LINE)
        row = begin(administrator, [person])
        assert by(tx, row.id, Channel.LINE) == [person.id], "whom mail does not reach does not wait"
        after(tx, row.id, 10)
        assert by(tx, row.id, Channel.LINE) == [person.id]

    def test_whom_nothing_else_reaches_gets_an_sms_at_once(self, administrator, tx):
        lone, reached = someone(tx, SMS), someone(tx, MAIL, SMS)
        row = begin(administrator, [lone, reached])
        after(tx, row.id, 0)
        assert by(tx, row.id, Channel.SMS) == [lone.id]
        after(tx, row.id, 30)
        assert by(tx, row.id, Channel.SMS) == [lone.id, reached.id]

    def test_people_asked_later_have_a_clock_of_their_own(self, administrator, tx):
        first, late = someone(tx, MAIL, LINE), someone(tx, MAIL, LINE)
        row = begin(administrator, [first])
        after(tx, row.id, 8)
        extend(tx, row.id, select(ContactPoint.person_id).where(ContactPoint.person_id == late.id).distinct())
        after(tx, row.id, 5)
        assert by(tx, row.id, Channel.LINE) == [first.id]
        after(tx, row.id, 5)
        assert by(tx, row.id, Channel.LINE) == [first.id, late.id]

    def test_a_dead_number_and_somebody_who_left_are_passed_over(self, administrator, tx):
        dead, gone = someone(tx, MAIL, SMS), someone(tx, MAIL, SMS)
        row = begin(administrator, [dead, gone])
        tx.execute(
            update(ContactPoint)
            .where(ContactPoint.person_id == dead.id, ContactPoint.kind == SMS)
            .values(state=ContactState.DEAD)
        )
        gone.retired_at = tx.now
        tx.session.flush()
        after(tx, row.id, 30)
        assert len(mailings(tx, row.id)) == 1

    def test_what_was_stopped_waits_and_what_was_closed_is_over(self, administrator, tx):
        person = someone(tx, MAIL, LINE, SMS)
        row = begin(administrator, [person])
        stop(administrator, Which(id=row.id))
        after(tx, row.id, 10)
        assert by(tx, row.id, Channel.LINE) == []
        resume(administrator, Which(id=row.id))
        go_further(tx, row.id)
        assert by(tx, row.id, Channel.LINE) == [person.id]
        close(administrator, Which(id=row.id))
        after(tx, row.id, 30)
        assert by(tx, row.id, Channel.SMS) == []

    def test_a_broadcast_that_all_of_was_sent_is_sending_again(self, administrator, tx):
        row = begin(administrator, [someone(tx, MAIL, LINE)])
        finish(tx, row.id)
        assert state_of(tx, row.id) is BroadcastState.OPEN
        after(tx, row.id, 10)
        assert state_of(tx, row.id) is BroadcastState.SENDING


class TestCost:
    def test_the_limit_holds_and_whom_nothing_else_reached_comes_first(self, administrator, tx):
        reached = [someone(tx, MAIL, SMS) for _ in range(3)]
        lone = someone(tx, SMS)
        row = begin(administrator, [*reached, lone], sms_cap_yen=59)
        after(tx, row.id, 0)
        assert by(tx, row.id, Channel.SMS) == [lone.id]
        after(tx, row.id, 30)
        assert by(tx, row.id, Channel.SMS) == sorted([lone.id, reached[0].id]), "20 yen each: two of four"
        (turn,) = [one for one in show(administrator, Which(id=row.id)).course if one.channel is Channel.SMS]
        assert (turn.messages, turn.capped, turn.still_to_come) == (2, 2, False)

    def test_what_is_still_to_be_added_counts(self, administrator, tx):
        row = begin(administrator, [someone(tx, MAIL, SMS) for _ in range(3)], sms_cap_yen=100)
        after(tx, row.id, 30)
        broadcast = tx.get(Broadcast, row.id)
        assert _affordable(tx, broadcast) == 2
        tx.execute(update(Mailing).where(Mailing.by == Channel.SMS.value).values(to_come=1))
        assert _affordable(tx, broadcast) == 1

    def test_without_a_limit_everybody_gets_one(self, administrator, tx):
        people = [someone(tx, MAIL, SMS) for _ in range(3)]
        row = begin(administrator, people)
        after(tx, row.id, 30)
        assert by(tx, row.id, Channel.SMS) == [one.id for one in people]


class TestCourse:
    def test_says_whose_turn_comes_and_what_is_off(self, administrator, tx):
        tx.get(LineChannel, 1).enabled = False
        tx.session.flush()
        row = begin(administrator, [someone(tx, MAIL, SMS)])
        turns = show(administrator, Which(id=row.id)).course
        assert [(one.channel, one.minutes, one.still_to_come, one.off) for one in turns] == [
            ("mail", 0, False, False), ("line", 10, True, True), ("sms", 30, True, False),
        ]  # fmt: skip
        assert turns[1].at == row.sent_at + timedelta(minutes=10)

    def test_mail_alone_is_no_course(self, administrator, tx):
        row = sent(administrator, audience={"people": [someone(tx, MAIL).id]})
        assert show(administrator, Which(id=row.id)).course == []


def test_the_job_gives_each_its_turn_once(live):
    with transaction(Actor.system("test")) as tx:
        people = [someone(tx, MAIL, SMS) for _ in range(3)]
        procedure = edit_procedure(tx, EditProcedure(name="段階的", sms_minutes=30))
        row = sent(tx, procedure_id=procedure.id, audience={"people": [one.id for one in people]})
    escalate()
    with transaction(Actor.system("test")) as tx:
        assert by(tx, row.id, Channel.SMS) == []
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        escalate()
        escalate()
    with transaction(Actor.system("test")) as tx:
        assert len(by(tx, row.id, Channel.SMS)) == 3
        assert len(mailings(tx, row.id)) == 2
