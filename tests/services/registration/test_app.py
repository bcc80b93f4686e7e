"""The app as a contact point (D11): a phone is registered by a code that is shown on it, or by tapping the message."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core import jobs
from core.actor import Actor
from core.clock import frozen, now
from core.database import transaction
from core.errors import Invalid, NotAllowed, Refused
from core.inputs import validated
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from data.models.registration import ContactClaim, RegistrationLink
from services.delivery import Channel, ChannelSwitch, switch_channel
from services.delivery.app_channel import AppFields, edit_app
from services.registration import (
    GivenCode,
    GivenLink,
    NewApp,
    Verdict,
    WhichClaim,
    WhichContact,
    Whose,
    WhoseMine,
    add_app,
    confirm,
    confirm_link,
    own_contacts,
    own_link,
    remove,
    send_again,
)
from tests.factories import actor_of, make_person
from tests.http_sink import HttpSink
from tests.push_service import Phone, phone

SYSTEM = Actor.system("test")
GOOD = Phone(HttpSink()).given | {"endpoint": "https://push.example.com/1"}


@pytest.fixture
def person_id(live, loopback):
    """Somebody in an installation whose app is on."""
    with transaction(SYSTEM) as tx:
        edit_app(tx, AppFields(contact="somu@example.jp"))
        switch_channel(tx, ChannelSwitch(channel=Channel.APP, on=True))
        return make_person(tx, "山田", "花子").id


@pytest.fixture
def mine():
    with phone() as made:
        yield made


def give(person_id: int, browser: Phone) -> int:
    """Register a phone, and let the message go out."""
    with transaction(SYSTEM) as tx:
        claim = add_app(tx, NewApp(person_id=person_id, **browser.given)).id
    jobs.run_waiting_jobs()
    return claim


def code_on(browser: Phone) -> str:
    return re.findall(r"\d{6}", browser.shown[-1]["body"])[0]


def points(person_id: int) -> list[ContactPoint]:
    with transaction(SYSTEM) as tx:
        mine = select(ContactPoint).where(ContactPoint.person_id == person_id).order_by(ContactPoint.id)
        return list(tx.execute(mine).scalars())


def prove(person_id: int, claim: int, code: str) -> Verdict:
    with transaction(SYSTEM) as tx:
        return confirm(tx, GivenCode(person_id=person_id, id=claim, code=code)).verdict


class TestRegistering:
    def test_D11_the_code_that_the_phone_shows_makes_it_a_contact_point(self, person_id, mine):
        claim = give(person_id, mine)
        assert points(person_id) == []
        (shown,) = mine.shown
        assert ("Renraku" in shown["title"], shown["lang"]) == (True, "ja")
        assert "確認番号は" in shown["body"]
        assert prove(person_id, claim, code_on(mine)) is Verdict.CONFIRMED
        (point,) = points(person_id)
        assert (point.kind, point.origin, point.state) == (
            ContactKind.APP, ContactOrigin.PERSON, ContactState.WORKS,
        )  # fmt: skip
        assert point.subscription == mine.given
        assert mine.given["endpoint"] not in point.value

    def test_tapping_the_message_does_too_once(self, person_id, mine):
        give(person_id, mine)
        token = mine.shown[0]["url"].rpartition("/confirm/")[2]
        with transaction(SYSTEM) as tx:
            assert confirm_link(tx, GivenLink(token=token)).verdict is Verdict.CONFIRMED
            assert confirm_link(tx, GivenLink(token=token)).verdict is Verdict.SPENT
        assert len(points(person_id)) == 1

    def test_another_phone_takes_the_place_of_the_one_before_and_the_same_one_is_there_already(self, person_id, mine):
        prove(person_id, give(person_id, mine), code_on(mine))
        with pytest.raises(Refused, match="already"):
            give(person_id, mine)
        newer = Phone(mine.sink, "newer")
        mine.sink.answer = newer.take
        assert prove(person_id, give(person_id, newer), code_on(newer)) is Verdict.CONFIRMED
        (point,) = points(person_id)
        assert point.subscription["endpoint"].endswith("/newer")

    def test_it_is_seen_and_removed_by_its_owner(self, person_id, mine):
        claim = give(person_id, mine)
        with transaction(SYSTEM) as tx:
            (waiting,) = own_contacts(tx, WhoseMine(person_id=person_id)).waiting
            assert (waiting.kind, waiting.shown, waiting.takes_code) == (ContactKind.APP, "", True)
        prove(person_id, claim, code_on(mine))
        with transaction(SYSTEM) as tx:
            seen = own_contacts(tx, WhoseMine(person_id=person_id))
            assert (seen.has_app, seen.registered, len(seen.app_key)) == (True, 1, 87)
            remove(tx, WhichContact(person_id=person_id, id=seen.contacts[0].id))
        assert points(person_id) == []

    def test_a_message_that_is_sent_again_bears_another_code_and_the_first_is_void(self, person_id, mine):
        claim = give(person_id, mine)
        first = code_on(mine)
        with frozen(now() + timedelta(minutes=11)):
            assert prove(person_id, claim, first) is Verdict.SPENT
            with transaction(SYSTEM) as tx:
                send_again(tx, WhichClaim(person_id=person_id, id=claim))
            jobs.run_waiting_jobs()
            assert len(mine.shown) == 2
            assert prove(person_id, claim, code_on(mine)) is Verdict.CONFIRMED

    def test_a_phone_that_took_its_permission_back_is_told_as_not_reached(self, person_id, mine):
        mine.code = 410
        give(person_id, mine)
        with transaction(SYSTEM) as tx:
            (waiting,) = own_contacts(tx, WhoseMine(person_id=person_id)).waiting
        assert (waiting.trouble, waiting.takes_code) == ("410", False)

    def test_while_the_app_is_off_nobody_registers_it_and_what_waits_is_not_sent(self, person_id, mine):
        with transaction(SYSTEM) as tx:
            claim = add_app(tx, NewApp(person_id=person_id, **mine.given)).id
            switch_channel(tx, ChannelSwitch(channel=Channel.APP, on=False))
        jobs.run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            assert tx.get(ContactClaim, claim).trouble
            assert own_contacts(tx, WhoseMine(person_id=person_id)).app_key == ""
            with pytest.raises(Refused, match="not used here"):
                add_app(tx, NewApp(person_id=person_id, **mine.given))
        assert mine.shown == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://127.0.0.1/push"}, {"endpoint": "http://push.example.com/1"},
        {"endpoint": "https://169.254.169.254/latest"}, {"endpoint": "file:///etc/passwd"}, {"endpoint": ""},
        {"endpoint": "https://push.example.com/" + "a" * 2_000}, {"p256dh": "AAAA"}, {"p256dh": "あ" * 87},
        {"p256dh": "B" + "A" * 86}, {"auth": "AAAA"}, {"auth": "A" * 51},
    ],
)  # fmt: skip
def test_what_no_browser_gives_is_refused(wrong):
    with pytest.raises(Invalid):
        validated(NewApp, {**GOOD, **wrong})


def test_what_browsers_give_is_taken():
    assert validated(NewApp, GOOD)


def test_the_database_holds_one_app_a_person(tx):
    person = make_person(tx, "山田", "花子")
    app = {"person_id": person.id, "kind": "app", "origin": "person", "verified_at": tx.now}
    tx.add(ContactPoint(**app, value="one"))
    with pytest.raises(IntegrityError, match="uq_contact_point_private"):
        tx.add(ContactPoint(**app, value="another"))


class TestOwnLink:
    """``registration.own_link``: from my page to the phone."""

    def test_opens_the_own_page_and_the_one_on_paper_is_void(self, acting, tx, cast):
        mine = acting(actor_of(tx, cast.staff))
        first, second = own_link(mine, Whose()), own_link(mine, Whose())
        assert first.url != second.url
        kept = tx.execute(select(RegistrationLink.person_id)).scalars().all()
        assert kept == [cast.staff.id]

    def test_is_not_made_for_somebody_else(self, acting, tx, cast):
        mine = acting(actor_of(tx, cast.staff))
        with pytest.raises(NotAllowed):
            own_link(mine, Whose(person_id=cast.manager.id))


def test_nothing_of_the_subscription_is_in_the_audit_trail(person_id, mine):
    prove(person_id, give(person_id, mine), code_on(mine))
    with transaction(SYSTEM) as tx:
        for table in ("audit_record", "audit_personal"):
            rows = tx.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars().all()
            assert not any("/push/" in row or mine.given["p256dh"] in row for row in rows)
