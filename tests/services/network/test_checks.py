"""Contact checks: the rhythm, whom they go to, sent once for each date, what became of them (D09)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from core import clock, jobs
from core.actor import Actor
from core.audit import AuditRecord
from core.clock import jst
from core.database import transaction
from core.errors import Conflict, Invalid, NotAllowed, Refused
from core.inputs import Nothing, validated
from core.needs import Urgency
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.delivery import Delivery, DeliveryState, LocalMail, Mailing
from data.models.network import ContactCheckRule
from data.models.people import ContactPoint, ContactState
from services.broadcasts import Replies, Reply, find_asked, parts, record_replies
from services.home import what_needs_me
from services.network import (
    CheckRule,
    ChecksAsk,
    check_contacts,
    check_when_due,
    contact_check,
    contact_checks,
    preview_contact_check,
    set_contact_check,
)
from services.network.checks import checking
from services.network.checks.dates import Rhythm, next_after
from tests.factories import actor_of, make_person
from tests.services.delivery.stage import use_smtp
from tests.smtp_sink import smtp_sink

SYSTEM = Actor.system("test")
MARCH = datetime(2031, 3, 1, 0, 0, tzinfo=UTC)
DUE = datetime(2031, 3, 10, 1, 0, tzinfo=UTC)
"""10:00 of 10 March in Japan."""

MOMENTS = st.integers(0, 14 * 365 * 24 * 60).map(lambda minutes: MARCH + timedelta(minutes=minutes))
RHYTHMS = st.builds(Rhythm, st.integers(1, 24), st.integers(1, 28), st.integers(0, 23))


def on(version=0, **changed):
    """Return what the form sends to switch the checks on."""
    return validated(CheckRule, {"enabled": True, "every_months": 3, "version": version, **changed})


def mails(tx):
    """Return the addresses in the ledger, in order."""
    return list(tx.execute(select(Delivery.address).order_by(Delivery.id)).scalars())


def checks(tx):
    """Return the contact checks, the first one first."""
    kind = Broadcast.kind == BroadcastKind.CONTACT_CHECK
    return list(tx.session.scalars(select(Broadcast).where(kind).order_by(Broadcast.id)))


@pytest.fixture
def march(acting, administrator):
    """Return a maker of transactions of the administrator at a moment, at first on 1 March."""

    def make(moment=MARCH):
        made = acting(administrator.actor)
        made.now = moment
        return made

    return make


class TestDates:
    """When the next one is due."""

    @pytest.mark.parametrize(
        ("now", "last", "expected"),
        [
            ("2031-03-01T00:00", None, "2031-03-10T10:00"),
            ("2031-03-10T00:59", None, "2031-03-10T10:00"),
            ("2031-03-10T01:00", None, "2031-04-10T10:00"),
            ("2031-12-31T15:00", None, "2032-01-10T10:00"),
            ("2031-03-10T01:00", "2031-03-10T01:00", "2031-06-10T10:00"),
            ("2031-11-10T01:00", "2031-11-10T01:00", "2032-02-10T10:00"),
            ("2031-09-20T00:00", "2031-03-10T01:00", "2031-10-10T10:00"),
        ],
    )
    def test_by_the_clock_of_japan(self, now, last, expected):
        before = datetime.fromisoformat(last).replace(tzinfo=UTC) if last else None
        found = next_after(datetime.fromisoformat(now).replace(tzinfo=UTC), Rhythm(3, 10, 10), before)
        assert jst(found).strftime("%Y-%m-%dT%H:%M") == expected

    @given(now=MOMENTS, rhythm=RHYTHMS, before=st.none() | MOMENTS)
    def test_is_always_to_come_on_that_day_and_hour_and_far_enough(self, now, rhythm, before):
        found = jst(next_after(now, rhythm, before))
        assert found > now
        assert (found.day, found.hour, found.minute) == (rhythm.day, rhythm.hour, 0)
        if before is not None:
            months = (found.year - jst(before).year) * 12 + found.month - jst(before).month
            assert months >= rhythm.every_months


class TestSetting:
    """``network.set_contact_check``."""

    def test_D09_is_off_at_first_with_a_text_that_says_that_nothing_has_happened(self, administrator):
        found = contact_check(administrator, Nothing())
        assert (found.enabled, found.next_at, found.version) == (False, None, 0)
        assert "連絡先の確認" in found.subject
        assert "災害や緊急の連絡ではありません" in found.body
        assert "Nothing has happened" in found.body

    def test_says_when_the_next_one_is_due_and_none_when_it_is_off(self, march, tx):
        assert set_contact_check(march(), on()).next_at == DUE
        assert not set_contact_check(march(), on(1, enabled=False)).enabled
        assert contact_check(march(), Nothing()).next_at is None
        mine = AuditRecord.process == "network.set_contact_check"
        assert tx.scalar(select(func.count()).select_from(AuditRecord).where(mine)) == 2

    def test_a_change_keeps_the_distance_to_the_last_one(self, march, tx):
        set_contact_check(march(), on())
        tx.execute(update(ContactCheckRule).values(last_at=DUE))
        later = march(DUE + timedelta(days=1))
        assert jst(set_contact_check(later, on(1, hour=9)).next_at).strftime("%m-%d %H") == "06-10 09"

    def test_a_text_without_a_link_or_with_an_unknown_field_is_refused(self, administrator):
        with pytest.raises(Refused):
            set_contact_check(administrator, on(body="確認してください。"))
        with pytest.raises(Invalid):
            on(body="{reply_url} {nobody}")
        for wrong in ({"day": 29}, {"hour": 24}, {"every_months": 0}, {"unproved_days": 0}):
            with pytest.raises(Invalid):
                on(**wrong)

    def test_two_who_change_it_at_once(self, administrator):
        set_contact_check(administrator, on())
        with pytest.raises(Conflict):
            set_contact_check(administrator, on())

    def test_only_administrators(self, manager):
        for process, ask in ((contact_check, Nothing()), (set_contact_check, on()), (check_contacts, Nothing()),
                             (contact_checks, ChecksAsk()), (preview_contact_check, Nothing())):  # fmt: skip
            with pytest.raises(NotAllowed):
                process(manager, ask)


class TestAddresses:
    """Which addresses are asked."""

    def test_all_mail_addresses_of_active_people_but_dead_ones(self, administrator, tx):
        person = make_person(tx, mail="a@example.jp", mobile="+819011112222")
        tx.add(ContactPoint(person_id=person.id, kind="mail", value="b@example.jp"))
        gone, dead = make_person(tx, mail="gone@example.jp"), make_person(tx, mail="dead@example.jp")
        gone.retired_at = tx.now
        tx.execute(update(ContactPoint).where(ContactPoint.person_id == dead.id).values(state=ContactState.DEAD))
        make_person(tx)
        found = preview_contact_check(administrator, Nothing())
        assert (found.addresses, found.people) == (2, 1)
        check_contacts(administrator, Nothing())
        assert mails(tx) == ["a@example.jp", "b@example.jp"]
        assert list(tx.execute(select(Recipient.person_id)).scalars()) == [person.id]

    def test_only_those_that_nobody_proved_lately(self, administrator, tx):
        set_contact_check(administrator, on(enabled=False, unproved_days=100))
        coded, old, used, other = (make_person(tx, mail=f"{name}@example.jp") for name in ("c", "o", "u", "x"))
        point = {one.id: tx.scalar(select(ContactPoint.id).where(ContactPoint.person_id == one.id))
                 for one in (coded, old, used, other)}  # fmt: skip
        self.verify(tx, coded, 99)
        self.verify(tx, old, 101)
        tx.add(ContactPoint(person_id=coded.id, kind="mail", value="second@example.jp"))
        tx.add(Broadcast(id=900, kind="manual", state="open", title="t", subject="s", body="b", questions=[],
                         audience={}, created_at=tx.now, sent_at=tx.now))  # fmt: skip
        mailing = Mailing(broadcast_id=900, round=0, subject="s", body="b", constants={}, created_at=tx.now)
        tx.add(mailing)
        for person, receipt, days in ((used, "answered", 99), (other, "arrived", 1), (old, "answered", 101)):
            moment = tx.now - timedelta(days=days)
            tx.add(Delivery(mailing_id=mailing.id, person_id=person.id, contact_point_id=point[person.id],
                            channel="mail", address="", state="delivered", receipt=receipt,
                            updated_at=moment))  # fmt: skip
        assert preview_contact_check(administrator, Nothing()).addresses == 3
        made = check_contacts(administrator, Nothing())
        sent = (
            select(Delivery.address)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .where(Mailing.broadcast_id == made)
        )
        assert set(tx.execute(sent).scalars()) == {"o@example.jp", "x@example.jp", "second@example.jp"}

    def test_people_who_come_in_later_parts_are_asked_at_unproved_addresses_only(self, live, monkeypatch):
        monkeypatch.setattr(parts, "FIRST_PEOPLE", 1)
        monkeypatch.setattr(parts, "PART_PEOPLE", 1)
        with transaction(SYSTEM) as tx:
            set_contact_check(tx, on(enabled=False, unproved_days=100))
            for name in ("a", "b", "c"):
                person = make_person(tx, mail=f"{name}@example.jp")
                proved = tx.now - timedelta(days=1)
                tx.add(ContactPoint(person_id=person.id, kind="mail", value=f"{name}2@example.jp", verified_at=proved))
            check_contacts(tx, Nothing())
            assert mails(tx) == ["a@example.jp"]
        jobs.run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            assert mails(tx) == ["a@example.jp", "b@example.jp", "c@example.jp"]
            assert contact_checks(tx, ChecksAsk()).rows[0].sent == 3

    def test_a_dead_address_beside_a_living_one_stands_as_not_sent(self, administrator, tx):
        person = make_person(tx, mail="a@example.jp")
        tx.add(ContactPoint(person_id=person.id, kind="mail", value="dead@example.jp", state=ContactState.DEAD))
        check_contacts(administrator, Nothing())
        (row,) = contact_checks(administrator, ChecksAsk()).rows
        assert (row.waiting, row.not_sent) == (1, 1)

    @staticmethod
    def verify(tx, person, days):
        moment = tx.now - timedelta(days=days)
        tx.execute(update(ContactPoint).where(ContactPoint.person_id == person.id).values(verified_at=moment))


class TestByHand:
    """``network.check_contacts``."""

    def test_is_marked_and_belongs_to_who_began_it(self, administrator, tx):
        set_contact_check(administrator, on(enabled=False, subject="確認のお願い"))
        make_person(tx, mail="a@example.jp")
        check_contacts(administrator, Nothing())
        (made,) = checks(tx)
        assert (made.state, made.subject) == (BroadcastState.SENDING, "【連絡先の確認】確認のお願い")
        assert made.created_by == administrator.actor.account_id
        assert contact_checks(administrator, ChecksAsk()).rows[0].by == "管理 花子"

    def test_a_second_click_while_it_is_sent_is_refused(self, administrator, tx):
        make_person(tx, mail="a@example.jp")
        check_contacts(administrator, Nothing())
        with pytest.raises(Refused):
            check_contacts(administrator, Nothing())
        assert len(mails(tx)) == 1

    def test_nobody_to_ask_is_said(self, administrator):
        with pytest.raises(Refused):
            check_contacts(administrator, Nothing())

    def test_it_leaves_the_next_date_alone(self, march, tx):
        make_person(tx, mail="a@example.jp")
        set_contact_check(march(), on())
        check_contacts(march(), Nothing())
        assert contact_check(march(), Nothing()).next_at == DUE


@pytest.fixture
def due(live):
    """Two people with an address, and checks that are switched on: the first on 10 March at ten."""
    with clock.frozen(MARCH), transaction(SYSTEM) as tx:
        people = [make_person(tx, mail=f"p{number}@example.jp") for number in range(2)]
        set_contact_check(tx, on())
    return people


def at(moment):
    """Let the job run at a moment, and return how many checks there are then and when the next is due."""
    with clock.frozen(moment):
        check_when_due()
    with transaction(SYSTEM) as tx:
        return len(checks(tx)), tx.scalar(select(ContactCheckRule.next_at))


class TestWhenDue:
    """The job."""

    JUNE = datetime(2031, 6, 10, 1, 0, tzinfo=UTC)

    def test_nothing_before_then_once_then_not_again_until_the_next_date(self, due):
        assert at(DUE - timedelta(seconds=1)) == (0, DUE)
        assert at(DUE) == (1, self.JUNE)
        assert at(DUE + timedelta(minutes=1)) == (1, self.JUNE)
        assert at(self.JUNE + timedelta(days=2)) == (2, datetime(2031, 9, 10, 1, 0, tzinfo=UTC))
        with transaction(SYSTEM) as tx:
            titles = [one.title for one in checks(tx)]
            assert titles == ["連絡先の確認（2031/03/10）", "連絡先の確認（2031/06/10）"]
            assert tx.scalar(select(func.count()).select_from(Delivery)) == 4

    def test_killed_before_the_end_it_has_sent_nothing_and_is_done_next_time(self, due, monkeypatch):
        class Killed(BaseException):
            pass

        def die(*_anything):
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(checking, "next_after", die)
            with pytest.raises(Killed):
                at(DUE)
        assert at(DUE + timedelta(minutes=5)) == (1, self.JUNE)
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).select_from(Delivery)) == 2

    def test_the_same_date_opens_the_same_one_even_if_the_date_was_lost(self, due):
        at(DUE)
        with transaction(SYSTEM) as tx:
            tx.execute(update(ContactCheckRule).values(next_at=DUE))
        assert at(DUE + timedelta(minutes=1))[0] == 1

    def test_without_addresses_it_waits_for_the_next_date(self, due):
        with transaction(SYSTEM) as tx:
            tx.execute(update(ContactPoint).values(state=ContactState.DEAD))
        assert at(DUE) == (0, self.JUNE)

    def test_switched_off_nothing_is_sent(self, due):
        with transaction(SYSTEM) as tx:
            set_contact_check(tx, on(1, enabled=False))
        assert at(DUE) == (0, None)


class TestResults:
    """What became of one."""

    def test_D09_who_uses_the_link_confirms_that_address_and_a_bounce_is_counted(self, due):
        at(DUE)
        with clock.frozen(DUE):
            jobs.run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            mail = tx.session.scalars(select(LocalMail).where(LocalMail.recipient == "p0@example.jp")).one()
            assert "【連絡先の確認】" in mail.subject
            token = re.search(r"/r/([\w-]+)", mail.body)[1]
        with clock.frozen(DUE + timedelta(hours=1)), transaction(SYSTEM) as tx:
            asked = find_asked(tx, token)
            assert "災害や緊急の連絡ではありません" in asked.introduction
            assert not asked.questions
            reply = Reply(broadcast_id=asked.broadcast_id, person_id=asked.person_id, answer={}, at=clock.now(),
                          delivery_id=asked.delivery_id)  # fmt: skip
            record_replies(tx, Replies(replies=[reply]))
        with transaction(SYSTEM) as tx:
            (row,) = contact_checks(tx, ChecksAsk()).rows
            assert (row.people, row.sent, row.confirmed, row.failed, row.by) == (2, 2, 1, 0, "")
            states = dict(tx.execute(select(ContactPoint.value, ContactPoint.state)).all())
            assert states["p0@example.jp"] is ContactState.WORKS

    def test_what_failed_for_good_is_dead_counted_and_told_on_home_but_not_as_a_safety_number(self, live_cast):
        with smtp_sink() as sink:
            with transaction(SYSTEM) as tx:
                use_smtp(tx, sink.port)
                make_person(tx, mail="unknown@example.jp")
                make_person(tx, mail="fine@example.jp")
                made = check_contacts(tx, Nothing())
            jobs.run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            administrator = actor_of(tx, live_cast.administrator)
            states = dict(tx.execute(select(ContactPoint.value, ContactPoint.state)).all())
            assert states["unknown@example.jp"] is ContactState.DEAD
            assert tx.scalar(select(Mailing.failed)) == 1
            (row,) = contact_checks(tx, ChecksAsk()).rows
            assert (row.id, row.sent, row.failed, row.waiting) == (made, 1, 1, 0)
            assert preview_contact_check(tx, Nothing()).addresses == 1
        with transaction(administrator) as tx:
            needs = [(one.page, one.count, one.urgency) for one in what_needs_me(tx, Nothing())]
        assert ("network/contact_check.py", 1, Urgency.LATER) in needs
        assert not [page for page, *_rest in needs if page.startswith("broadcasts/")]

    def test_each_check_has_results_of_its_own_the_latest_first(self, march, tx):
        make_person(tx, mail="a@example.jp")
        first = check_contacts(march(), Nothing())
        tx.execute(update(Delivery).values(state=DeliveryState.ACCEPTED))
        tx.execute(update(Broadcast).values(state=BroadcastState.OPEN))
        second = check_contacts(march(DUE), Nothing())
        rows = contact_checks(march(), ChecksAsk()).rows
        assert [(row.id, row.sent, row.waiting) for row in rows] == [(second, 0, 1), (first, 1, 0)]
