"""Waiting (待ち時間): by intensity, ended by the report that confirms, by a person, or by JMA's cancel."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock, jobs
from core.actor import Actor
from core.database import transaction
from core.errors import NotAllowed, NotFound
from core.inputs import Nothing
from core.needs import Urgency, needs_of
from data.models.broadcasts import Broadcast, Recipient
from data.models.delivery import Mailing
from data.models.safety import Asking, AskingState, TelegramRecord, Verdict
from services.safety import (
    EditRule,
    TakeTelegram,
    WhichWaiting,
    decisions,
    edit_rule,
    hold_waiting,
    opening,
    rules,
    send_waiting,
    take_telegram,
    waiting,
)
from services.safety.decisions import Decision
from tests.factories import actor_of
from tests.services.safety.conftest import asked, make_rule, only, opened, people_of, sample, take

FIRST, DETAIL, RAISED, CORRECTION = (
    "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml", "a4_VXSE53_raised.xml", "a5_VXSE53_correction.xml",
)  # fmt: skip
LATER, CANCEL = "b1_VXSE51_cancelled_later.xml", "b2_VXSE51_cancel.xml"
WAIT = {"wait_5_lower": 10, "wait_5_upper": 10, "wait_6_lower": 10}


@pytest.fixture
def rule(tx):
    """A rule of 5 lower or more that waits for ten minutes up to 6 lower, and somebody in three areas."""
    people_of(tx, ["350", "341", "520"])
    return make_rule(tx, "5-", **WAIT)


def after(tx, **later):
    """Do what the job does at a later moment, in this transaction."""
    with clock.frozen(tx.now + timedelta(**later)):
        then = type(tx)(tx.session, tx.actor)
        for rule_id, telegram_id in opening._due(then):
            opening.open_together(then, rule_id, telegram_id)


def state(tx):
    """Return where the only asking stands."""
    return tx.scalar(select(Asking.state).execution_options(populate_existing=True))


def decided(tx, telegram_id):
    """Return what is kept of a telegram."""
    kept = tx.scalar(select(TelegramRecord.decisions).where(TelegramRecord.id == telegram_id))
    return [Decision.model_validate(one) for one in kept]


class TestUntil:
    """Nothing goes out before the moment; then it does by itself, once."""

    def test_D07_waits_by_the_strongest_intensity_and_then_asks_by_itself(self, tx, rule):
        taken = take(tx, FIRST)
        assert (taken.verdict, only(taken).message) == (Verdict.WAITING, decisions.WAITS)
        (row,) = waiting(tx, Nothing())
        assert (row.due_at, row.rule, row.held) == (tx.now + timedelta(minutes=10), rule.name, False)
        after(tx, minutes=9, seconds=59)
        assert opened(tx) == []
        after(tx, minutes=10)
        (outcome,) = decided(tx, taken.id)
        assert (outcome.message, outcome.values["people"]) == (decisions.OPENED, 2)
        assert asked(tx, opened(tx)[0][2]) == {"350", "341"}
        after(tx, minutes=20)
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1

    def test_what_is_strong_enough_does_not_wait(self, tx, rule):
        make_rule(tx, "5-", name="6弱はすぐ", wait_5_lower=10, wait_5_upper=10)
        assert [one.message for one in take(tx, FIRST).decisions] == [decisions.WAITS, decisions.OPENED]

    def test_what_came_first_as_detail_is_confirmed_and_does_not_wait(self, tx, rule):
        assert take(tx, DETAIL).verdict is Verdict.OPENED

    def test_two_turns_of_the_job_ask_once(self, tx, rule):
        take(tx, FIRST)
        after(tx, minutes=11), after(tx, minutes=11)
        assert tx.scalar(select(func.count()).select_from(Mailing)) == 1


class TestConfirmed:
    """By the detail of the same earthquake."""

    def test_the_detail_sends_at_once_and_the_first_report_says_where_it_was_decided(self, tx, rule):
        first = take(tx, FIRST)
        assert take(tx, DETAIL).verdict is Verdict.OPENED
        assert [one.message for one in decided(tx, first.id)] == [decisions.PASSED_ON]
        assert tx.scalar(select(TelegramRecord.verdict).where(TelegramRecord.id == first.id)) is Verdict.SILENT
        assert waiting(tx, Nothing()) == []

    def test_the_detail_of_another_earthquake_confirms_nothing(self, tx, rule):
        take(tx, FIRST)
        take(tx, "f2_VXSE53_two_events.xml")
        assert len(waiting(tx, Nothing())) == 1

    def test_a_detail_below_the_threshold_confirms_nothing(self, tx, rule):
        take(tx, FIRST)
        weak = re.sub(rb"<(MaxInt|Int)>[^<]*</", rb"<\1>3</", sample(DETAIL))
        take_telegram(tx, TakeTelegram(content=weak))
        assert len(waiting(tx, Nothing())) == 1


class TestCancelled:
    """By JMA, in time."""

    def test_D07_a_cancel_in_time_sends_nothing(self, tx, rule):
        first = take(tx, LATER)
        cancelled = take(tx, CANCEL)
        assert (cancelled.verdict, only(cancelled).message) == (Verdict.STOPPED, decisions.WAIT_CANCELLED)
        assert [one.message for one in decided(tx, first.id)] == [decisions.WAS_CANCELLED]
        after(tx, hours=1)
        assert (state(tx), opened(tx), waiting(tx, Nothing())) == (AskingState.CANCELLED, [], [])

    def test_a_newer_report_waits_anew(self, tx, rule):
        take(tx, LATER), take(tx, CANCEL)
        newer = sample(LATER).replace(b"T16:41", b"T16:59")
        assert newer != sample(LATER)
        assert take_telegram(tx, TakeTelegram(content=newer)).verdict is Verdict.WAITING
        after(tx, minutes=10)
        assert asked(tx, opened(tx)[0][2]) == {"520"}

    def test_a_correction_below_the_threshold_gives_up(self, tx, rule):
        take(tx, FIRST)
        lower = sample(FIRST).replace("発表".encode(), "訂正".encode()).replace(b"T09:14", b"T09:16")
        lower = re.sub(rb"<MaxInt>[^<]*</", rb"<MaxInt>4</", lower)
        taken = take_telegram(tx, TakeTelegram(content=lower))
        assert only(taken).message == decisions.WAIT_LOWERED
        after(tx, hours=1)
        assert opened(tx) == []


class TestByAPerson:
    """Send now, do not send."""

    def test_sends_at_once(self, tx, rule):
        taken = take(tx, FIRST)
        send_waiting(tx, WhichWaiting(rule_id=rule.id, telegram_id=taken.id))
        opening.open_by(tx, taken.id)
        assert only_message(tx, taken.id) == decisions.OPENED
        with pytest.raises(NotFound):
            send_waiting(tx, WhichWaiting(rule_id=rule.id, telegram_id=taken.id))

    def test_holds_back_whatever_is_reported_later_and_can_still_be_sent(self, tx, rule):
        taken = take(tx, FIRST)
        hold_waiting(tx, WhichWaiting(rule_id=rule.id, telegram_id=taken.id))
        assert only_message(tx, taken.id) == decisions.HELD_BACK
        detail = take(tx, DETAIL)
        assert only(detail).message == decisions.HELD_BACK
        after(tx, hours=1)
        assert opened(tx) == []
        (row,) = waiting(tx, Nothing())
        assert row.held
        send_waiting(tx, WhichWaiting(rule_id=rule.id, telegram_id=detail.id))
        opening.open_by(tx, detail.id)
        assert only_message(tx, detail.id) == decisions.OPENED

    def test_a_rule_that_is_switched_off_sends_nothing_that_waits(self, tx, rule):
        taken = take(tx, FIRST)
        (row,) = rules(tx, Nothing())
        edit_rule(tx, EditRule(**{name: getattr(row, name) for name in EditRule.model_fields} | {"enabled": False}))
        assert only_message(tx, taken.id) == decisions.SWITCHED_OFF
        after(tx, hours=1)
        assert opened(tx) == []

    def test_is_refused_without_permission(self, tx, acting, cast, rule):
        taken = take(tx, FIRST)
        for operation in (send_waiting, hold_waiting):
            with pytest.raises(NotAllowed):
                operation(acting(actor_of(tx, cast.staff)), WhichWaiting(rule_id=rule.id, telegram_id=taken.id))

    def test_stands_on_home_as_what_needs_somebody_now(self, tx, acting, cast, rule):
        take(tx, FIRST)
        (need,) = [one for one in needs_of(acting(actor_of(tx, cast.administrator))) if "震度5-以上" in one.text]
        assert (need.urgency, need.page) == (Urgency.NOW, "safety/telegrams.py")


def only_message(tx, telegram_id):
    """Return the message of the only decision that is kept."""
    (decision,) = decided(tx, telegram_id)
    return decision.message


class TestTheJob:
    """In transactions of its own, as the worker does it."""

    @pytest.fixture
    def ready(self, live):
        with transaction(Actor.system("test")) as tx:
            make_rule(tx, "5-")
            people_of(tx, ["350", "520"])

    def test_what_was_decided_is_asked_by_the_worker(self, ready):
        with transaction(Actor.system("test")) as tx:
            taken = take_telegram(tx, TakeTelegram(content=sample(FIRST)))
            assert only(taken).message == decisions.OPENING
        jobs.run_waiting_jobs()
        with transaction(Actor.system("test")) as tx:
            assert only_message(tx, taken.id) == decisions.OPENED
            assert tx.scalar(select(func.count()).select_from(Recipient)) == 1

    def test_killed_between_decision_and_asking_it_is_asked_by_the_next_sweep_once(self, ready, monkeypatch):
        monkeypatch.setattr(jobs, "enqueue", lambda *_all, **_named: None)  # the worker died with the job
        with transaction(Actor.system("test")) as tx:
            take_telegram(tx, TakeTelegram(content=sample(FIRST)))
        monkeypatch.undo()
        opening.open_due_now(), opening.open_due_now()
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1
            assert tx.scalar(select(func.count()).select_from(Recipient)) == 1

    def test_killed_in_the_middle_it_stays_due_and_is_asked_whole(self, ready, monkeypatch):
        with transaction(Actor.system("test")) as tx:
            take_telegram(tx, TakeTelegram(content=sample(FIRST)))
        with monkeypatch.context() as patch:
            patch.setattr(opening.kept_decisions, "settle", lambda *_all: 1 / 0)
            opening.open_due_now()
        with transaction(Actor.system("test")) as tx:
            assert state(tx) is AskingState.WAITING
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0
        opening.open_due_now()
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(Recipient)) == 1
