"""A forgotten password: who gets a letter, how often, and that nobody learns who exists."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.transaction import Transaction
from data.models.access import AccountStatus, SignInLink
from data.models.people import ContactKind, ContactPoint, ContactState
from services.access import (
    Forgotten,
    forgot_password,
    hash_of,
    invited,
    is_living,
    reset_letter,
    start_session,
    use_link,
)
from services.access.forgotten import MOST_FOR_A_NAME, MOST_FROM_A_NETWORK, VALID_FOR
from services.access.invitations import make_link
from tests.factories import account_of

GOOD = "my cat eats blue cheese"


@pytest.fixture
def told(tx, monkeypatch):
    """The login names that delivery was told of."""
    names: list[str] = []
    monkeypatch.setattr(Transaction, "tell", lambda self, event: names.append(event.login))
    return names


@pytest.fixture
def address(tx, cast):
    """Return a way to give the staff member a mail address in a state."""

    def give(value, state=ContactState.UNTRIED):
        tx.add(ContactPoint(person_id=cast.staff.id, kind=ContactKind.MAIL, value=value, state=state))

    return give


def token_of(letter):
    """Return what stands in the link."""
    return letter.url.partition("?token=")[2]


class TestAsking:
    def test_known_and_unknown_names_are_told_alike(self, tx, cast, told):
        for login in ("Staff ", "nobody"):
            assert forgot_password(tx, Forgotten(login=login, network="192.0.2.1")) is None
        assert told == ["staff", "nobody"]

    def test_three_an_hour_for_a_name_and_twenty_from_a_network(self, tx, session, cast, told):
        for at in range(MOST_FOR_A_NAME + 3):
            forgot_password(tx, Forgotten(login="staff", network=f"192.0.2.{at}"))
        assert len(told) == MOST_FOR_A_NAME
        for at in range(MOST_FROM_A_NETWORK + 3):
            forgot_password(tx, Forgotten(login=f"name{at}", network="198.51.100.1"))
        assert len(told) == MOST_FOR_A_NAME + MOST_FROM_A_NETWORK
        with clock.frozen(tx.now + timedelta(hours=1)):
            forgot_password(Transaction(session, tx.actor), Forgotten(login="staff", network="192.0.2.1"))
        assert told[-1] == "staff"

    @pytest.mark.parametrize("login", ["あ", "%", "a b", "x" * 100 + ""])
    def test_what_is_nobodys_name_is_no_fault(self, tx, told, login):
        forgot_password(tx, Forgotten(login=login, network="192.0.2.1"))


class TestLetter:
    def test_goes_to_an_address_that_works(self, tx, cast, address):
        address("dead@example.jp", ContactState.DEAD)
        assert reset_letter(tx, "staff") is None
        address("untried@example.jp")
        assert reset_letter(tx, "staff").address == "untried@example.jp"
        address("works@example.jp", ContactState.WORKS)
        assert reset_letter(tx, "staff").address == "works@example.jp"

    @pytest.mark.parametrize("status", [AccountStatus.STOPPED, AccountStatus.INVITED])
    def test_not_for_an_account_that_is_not_in_use(self, tx, cast, address, status):
        address("a@example.jp")
        account_of(tx, cast.staff).status = status
        tx.session.flush()
        assert reset_letter(tx, "staff") is None
        assert reset_letter(tx, "nobody") is None

    def test_the_link_sets_a_password_once_and_ends_every_session(self, tx, cast, address):
        address("a@example.jp")
        account = account_of(tx, cast.staff).id
        sessions = [hash_of(start_session(tx, account)) for _one in range(2)]
        token = token_of(reset_letter(tx, "staff"))
        assert use_link(tx, token, GOOD) == account
        assert [is_living(tx, one) for one in sessions] == [False, False]
        assert use_link(tx, token, GOOD) is None

    def test_lives_thirty_minutes_and_a_newer_one_makes_it_void(self, tx, session, cast, address):
        address("a@example.jp")
        first, second = (token_of(reset_letter(tx, "staff")) for _one in range(2))
        assert invited(tx, first) is None
        assert invited(tx, second)
        with clock.frozen(tx.now + VALID_FOR):
            assert invited(Transaction(session, tx.actor), second) is None

    def test_asking_does_not_make_an_administrators_link_void_but_using_it_does(self, tx, acting, cast, address):
        address("a@example.jp")
        account, by = account_of(tx, cast.staff).id, account_of(tx, cast.administrator).id
        theirs = make_link(tx, account)[0]
        tx.scalar(select(SignInLink).where(SignInLink.token_hash == hash_of(theirs))).created_by = by
        tx.session.flush()
        mine = token_of(reset_letter(tx, "staff"))
        assert invited(tx, theirs)
        use_link(tx, mine, GOOD)
        assert invited(tx, theirs) is None
