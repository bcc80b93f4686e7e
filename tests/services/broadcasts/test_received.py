"""What was sent to oneself, for the own page."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from core.actor import Actor, Looker
from data.models.broadcasts import Broadcast, BroadcastState, Recipient
from data.models.people import ContactKind, ContactPoint, Person
from services.broadcasts import ReceivedAsk, find_asked, received
from services.broadcasts.replies import Replies, Reply, record
from tests.factories import actor_of
from tests.services.delivery.stage import open_one
from tests.statements import statements


@pytest.fixture
def sent(tx, cast):
    """Two broadcasts to the staff member, who has no permission, and to somebody else; the first has a reminder."""
    people = [cast.staff.id, cast.far.id]
    for at, person in enumerate(people):
        tx.add(ContactPoint(person_id=person, kind=ContactKind.MAIL, value=f"p{at}@example.jp"))
    to = select(Person.id).where(Person.id.in_(people))
    first = open_one(tx, people=to)
    open_one(tx, first, people=to, reminder=True)
    second = open_one(tx, people=to)
    for broadcast in (first, second):
        tx.add_all([Recipient(broadcast_id=broadcast, person_id=person) for person in people])
    return first, second


class TestReceived:
    def test_the_newest_first_and_only_ones_own(self, tx, acting, cast, sent):
        page = received(acting(actor_of(tx, cast.staff)), ReceivedAsk())
        assert [(row.address, row.reminder) for row in page.rows] == [
            ("p0@example.jp", False), ("p0@example.jp", True), ("p0@example.jp", False),
        ]  # fmt: skip
        assert page.rows[0].id > page.rows[1].id > page.rows[2].id

    def test_by_pages(self, tx, acting, cast, sent):
        mine = acting(actor_of(tx, cast.staff))
        first = received(mine, ReceivedAsk(size=2))
        rest = received(mine, ReceivedAsk(size=2, after=first.next))
        assert [len(first.rows), len(rest.rows), rest.next] == [2, 1, None]

    def test_the_link_answers_and_then_it_says_so(self, tx, acting, cast, sent):
        mine = acting(actor_of(tx, cast.staff))
        newest = received(mine, ReceivedAsk()).rows[0]
        asked = find_asked(tx, newest.answer_url.rpartition("/")[2])
        assert (asked.person_id, asked.broadcast_id) == (cast.staff.id, sent[1])
        at = datetime(2026, 4, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
        record(tx, Replies(replies=[Reply(broadcast_id=sent[1], person_id=cast.staff.id, answer={}, at=at)]))
        assert [row.answered_at is not None for row in received(mine, ReceivedAsk()).rows] == [True, False, False]

    def test_no_link_where_no_answer_is_taken_or_somebody_else_reads(self, tx, acting, cast, sent):
        actor = actor_of(tx, cast.staff)
        for other in (replace(actor, via="key ab"), replace(actor, looker=Looker(1, "管理", tx.now))):
            assert {row.answer_url for row in received(acting(other), ReceivedAsk()).rows} == {""}
        closed = update(Broadcast).where(Broadcast.id == sent[1]).values(state=BroadcastState.CLOSED, closed_at=tx.now)
        tx.execute(closed)
        assert [bool(row.answer_url) for row in received(acting(actor), ReceivedAsk()).rows] == [False, True, True]

    def test_somebody_without_a_person_gets_nothing(self, acting, sent):
        assert received(acting(Actor("誰", account_id=1)), ReceivedAsk()).rows == []

    def test_asks_a_fixed_number_of_statements(self, tx, acting, cast, sent):
        mine = acting(actor_of(tx, cast.staff))
        with statements() as asked:
            received(mine, ReceivedAsk())
        assert len([one for one in asked if "delivery" in one]) == 2
