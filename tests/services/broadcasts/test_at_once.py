"""What happens when two do the same thing at the same moment; on a database of its own, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Refused
from data.models.broadcasts import Recipient
from data.models.delivery import Delivery, Mailing
from services.broadcasts import Replies, Reply, Send, Which, record_replies, remind, send
from tests.factories import actor_of, make_cast
from tests.services.broadcasts.asks import drafted, finish, reachable, sent

AT_ONCE = 6


@pytest.fixture
def stage(live):
    """The cast, stored, each with a mail address; returned with the administrator's actor."""
    with transaction(Actor.system("test")) as tx:
        cast = make_cast(tx)
        for person in (cast.administrator, cast.manager, cast.crisis_manager, cast.staff, cast.far):
            reachable(tx, person)
        return cast, actor_of(tx, cast.administrator)


def at_once(work):
    """Do the same work in several threads from one moment on; return what each got or raised."""
    barrier = Barrier(AT_ONCE)

    def one(number):
        barrier.wait(timeout=10)
        try:
            return work(number)
        except (Refused, Conflict) as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def counted(*tables):
    """Return how many rows there are."""
    with transaction(Actor.system("test")) as tx:
        return [tx.scalar(select(func.count()).select_from(table)) for table in tables]


class TestSendAtOnce:
    def test_many_clicks_are_one_mailing(self, stage):
        _cast, actor = stage
        with transaction(actor) as tx:
            row = drafted(tx)

        def click(_number):
            with transaction(actor) as tx:
                return send(tx, Send(id=row.id, version=row.version))

        results = at_once(click)
        assert sum(isinstance(result, Refused) for result in results) == AT_ONCE - 1
        assert counted(Mailing, Recipient, Delivery) == [1, 5, 5]


class TestRemindAtOnce:
    def test_many_clicks_are_one_reminder(self, stage):
        _cast, actor = stage
        with transaction(actor) as tx:
            row = sent(tx)
        with transaction(Actor.system("test")) as tx:
            finish(tx, row.id)

        def click(_number):
            with transaction(actor) as tx:
                return remind(tx, Which(id=row.id))

        results = at_once(click)
        assert sum(isinstance(result, Refused) for result in results) == AT_ONCE - 1
        assert counted(Mailing, Delivery) == [2, 10]


class TestReplyAtOnce:
    def test_from_many_phones_the_first_stays_first_and_one_is_the_latest(self, stage):
        cast, actor = stage
        with transaction(actor) as tx:
            row = sent(tx)

        def answer(number):
            reply = Reply(broadcast_id=row.id, person_id=cast.staff.id, answer={"1": str(number)}, at=now())
            with transaction(Actor.system("phone")) as tx:
                return record_replies(tx, Replies(replies=[reply])).stored

        assert at_once(answer) == [frozenset({(row.id, cast.staff.id)})] * AT_ONCE
        with transaction(Actor.system("test")) as tx:
            kept = tx.session.get(Recipient, (row.id, cast.staff.id))
        assert kept.answers == AT_ONCE
        assert kept.first_answer != kept.latest_answer
        assert kept.first_at <= kept.latest_at

    def test_batches_with_the_same_people_in_another_order_do_not_block_each_other(self, stage):
        cast, actor = stage
        with transaction(actor) as tx:
            row = sent(tx)
        people = [cast.administrator, cast.manager, cast.crisis_manager, cast.staff, cast.far]

        def batch(number):
            order = people if number % 2 else people[::-1]
            replies = [Reply(broadcast_id=row.id, person_id=person.id, answer={}, at=now()) for person in order]
            with transaction(Actor.system("phones")) as tx:
                return len(record_replies(tx, Replies(replies=replies)).stored)

        assert at_once(batch) == [len(people)] * AT_ONCE
