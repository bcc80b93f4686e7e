"""Storing answers: first and latest, many at once, and what is not taken."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.actor import Actor, Reach, What
from core.audit import AuditPersonal, AuditRecord
from core.clock import now
from core.errors import NotAllowed
from data.models.broadcasts import Broadcast
from data.models.delivery import Delivery, DeliveryState
from services import delivery
from services.broadcasts import Replies, Reply, Which, close, find_asked, record_replies
from services.broadcasts.asked import ANSWERABLE_FOR
from tests.services.broadcasts.asks import form_named, recipient, recipients, replied, sent
from tests.services.delivery.stage import make_crowd

CROWD = 100
"""Of people whose rows fill several pages."""

CHANGED = text(
    "SELECT pg_stat_get_xact_tuples_updated('recipient'::regclass), "
    "pg_stat_get_xact_tuples_hot_updated('recipient'::regclass)"
)
"""How many rows this connection has changed, and how many of them on their own page, without an index entry."""

pytestmark = pytest.mark.usefixtures("with_mail", "samples")


@pytest.fixture
def safety(administrator):
    """A broadcast with the safety form, being sent to everybody."""
    return sent(administrator, form_id=form_named(administrator, "安否確認").id)


def answered(row, *values):
    """Return an answer to the first questions of a broadcast."""
    return {str(question["id"]): value for question, value in zip(row.questions, values, strict=False)}


class TestRecord:
    def test_keeps_the_first_and_the_latest_answer(self, safety, cast, tx):
        first, latest = answered(safety, "無事です"), answered(safety, "助けが必要です", "連絡が取れません")
        replied(tx, safety.id, cast.staff, first)
        replied(tx, safety.id, cast.staff, answered(safety, "軽いけがをしています"))
        replied(tx, safety.id, cast.staff, latest)
        kept = recipient(tx, safety.id, cast.staff)
        assert (kept.first_answer, kept.latest_answer, kept.answers) == (first, latest, 3)
        assert kept.first_at < kept.latest_at
        assert kept.tally == "2,2,,,"

    def test_one_answer_is_the_first_and_the_latest(self, safety, cast, tx):
        replied(tx, safety.id, cast.staff, answered(safety, "無事です"))
        kept = recipient(tx, safety.id, cast.staff)
        assert kept.first == kept.latest_answer == answered(safety, "無事です")
        assert kept.first_at == kept.latest_at

    def test_takes_many_in_one_call_in_the_order_in_which_they_came(self, safety, cast, tx):
        base = now()
        answers = [
            (cast.staff, "無事です"),
            (cast.far, "無事です"),
            (cast.staff, "助けが必要です"),
            (cast.far, "軽いけがをしています"),
        ]
        replies = [
            Reply(broadcast_id=safety.id, person_id=person.id, answer=answered(safety, said), at=base + timedelta(n))
            for n, (person, said) in enumerate(answers)
        ]
        stored = record_replies(tx, Replies(replies=replies)).stored
        assert stored == {(safety.id, cast.staff.id), (safety.id, cast.far.id)}
        kept = recipient(tx, safety.id, cast.staff)
        assert (kept.first_answer, kept.latest_answer, kept.answers) == (
            answered(safety, "無事です"), answered(safety, "助けが必要です"), 2,
        )  # fmt: skip
        assert (kept.first_at, kept.latest_at) == (base, base + timedelta(2))

    def test_a_clock_that_goes_back_does_not_turn_the_order_round(self, safety, cast, tx):
        replied(tx, safety.id, cast.staff, answered(safety, "無事です"), at=now())
        replied(tx, safety.id, cast.staff, answered(safety, "助けが必要です"), at=now() - timedelta(hours=1))
        kept = recipient(tx, safety.id, cast.staff)
        assert kept.latest_answer == answered(safety, "助けが必要です")
        assert kept.first_at <= kept.latest_at

    def test_one_bad_row_does_not_take_the_others_with_it(self, safety, cast, tx):
        replies = [
            Reply(broadcast_id=broadcast_id, person_id=person_id, answer={}, at=now())
            for broadcast_id, person_id in [(safety.id, 999_999), (safety.id, cast.staff.id), (999_999, cast.far.id)]
        ]
        assert record_replies(tx, Replies(replies=replies)).stored == {(safety.id, cast.staff.id)}

    def test_a_closed_broadcast_takes_nothing(self, administrator, safety, cast, tx):
        close(administrator, Which(id=safety.id))
        assert replied(tx, safety.id, cast.staff, {}).stored == frozenset()
        assert recipient(tx, safety.id, cast.staff).latest_at is None

    def test_an_old_broadcast_takes_nothing(self, safety, cast, tx):
        tx.get(Broadcast, safety.id).sent_at = tx.now - ANSWERABLE_FOR
        tx.session.flush()
        assert replied(tx, safety.id, cast.staff, {}).stored == frozenset()

    def test_a_crowd_of_neighbours_that_answers_together_touches_no_index(self, administrator, tx):
        make_crowd(tx, CROWD)
        asked = sent(administrator, form_id=form_named(administrator, "安否確認").id)
        said = answered(asked, "無事です", "連絡が取れません")
        people = recipients(tx, asked.id)
        replies = [Reply(broadcast_id=asked.id, person_id=one, answer=said, at=now()) for one in sorted(people)]
        before = tx.execute(CHANGED).one()
        record_replies(tx, Replies(replies=replies))
        changed, beside = (there - then for there, then in zip(tx.execute(CHANGED).one(), before, strict=True))
        assert changed == len(people) > CROWD
        assert beside == changed

    def test_the_mail_whose_link_was_used_has_arrived(self, safety, cast, tx):
        delivery_id = tx.scalar(select(Delivery.id).where(Delivery.person_id == cast.staff.id))
        reply = Reply(broadcast_id=safety.id, person_id=cast.staff.id, delivery_id=delivery_id, answer={}, at=now())
        record_replies(tx, Replies(replies=[reply]))
        assert tx.scalar(select(Delivery.state).where(Delivery.id == delivery_id)) is DeliveryState.DELIVERED

    def test_is_refused_without_permission(self, manager, safety, cast):
        with pytest.raises(NotAllowed):
            replied(manager, safety.id, cast.staff, {})

    def test_somebody_with_a_limited_reach_answers_for_nobody_else(self, acting, safety, cast):
        reach = Reach(paths=frozenset({cast.branch.path}))
        grants = {("broadcasts.record_replies", What.DO): reach}
        limited = acting(Actor("限定", account_id=1, grants=grants))
        assert replied(limited, safety.id, cast.staff, {}).stored == frozenset()
        assert replied(limited, safety.id, cast.far, {}).stored == {(safety.id, cast.far.id)}

    def test_leaves_one_audit_row_a_batch_with_the_answers_apart(self, safety, cast, tx):
        people = (cast.staff, cast.far)
        replies = [Reply(broadcast_id=safety.id, person_id=one.id, answer={"9": "痛い"}, at=now()) for one in people]
        record_replies(tx, Replies(replies=replies))
        found = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.record_replies")).scalars()
        (one,) = found
        assert (one.changes[0]["after"], "痛い" in str(one.input)) == ({"stored": 2, "refused": 0}, False)
        assert "痛い" in str(tx.get(AuditPersonal, one.id).values)


class TestFindAsked:
    def test_finds_who_was_asked_what(self, safety, cast, tx):
        asked = find_asked(tx, token_of(tx, cast.staff))
        assert (asked.person, asked.broadcast_id, asked.answerable) == ("社員 三郎", safety.id, True)
        assert [question.label for question in asked.questions][:1] == ["ご無事ですか？"]

    def test_finds_nothing_for_what_we_never_sent(self, safety, cast, tx):
        token = token_of(tx, cast.staff)
        wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
        for unknown in ("", "x", wrong, delivery.sign(2**40), "0" * 500, "１-あ"):
            assert find_asked(tx, unknown) is None


def token_of(tx, person):
    """Return the token in the mail to a person."""
    return delivery.sign(tx.scalar(select(Delivery.id).where(Delivery.person_id == person.id)))
