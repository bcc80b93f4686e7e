"""Attempts, codes, sessions: what stands between a password and an actor."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.errors import Refused
from core.settings import settings
from core.transaction import Transaction
from data.models.access import AccountStatus, SignInCode, SignInSession, SignInTry
from services.access import (
    actor_of_session,
    answer_second_factor,
    begin_attempt,
    exchange_code,
    hash_of,
    is_living,
    issue_code,
    new_token,
    start_session,
    succeed,
    use_link,
)
from services.access.invitations import make_link
from services.access.sessions import end_sessions_of
from services.access.sign_in import CODE_FOR, NOBODYS_HASH
from services.access.tries import HERE, MOST_FAILURES, MOST_FOR_A_NAME, MOST_FROM_A_NETWORK, WINDOW, network_of
from tests.factories import account_of, hash_of_password

HASH = hash_of_password("my dog eats green apples")
BROWSER = new_token()


@pytest.fixture
def account(tx, cast):
    """The staff member's account, with a password."""
    account = account_of(tx, cast.staff)
    account.password_hash = HASH
    tx.session.flush()
    return account


def times(tx, login, network):
    """Return how often this was tried."""
    return tx.scalar(select(SignInTry.times).where(SignInTry.login == login, SignInTry.network == network))


@pytest.fixture
def later(session, tx):
    """Return a maker of transactions at a later moment."""

    def make(**passed):
        with clock.frozen(tx.now + timedelta(**passed)):
            return Transaction(session, tx.actor)

    return make


class TestAttempt:
    def test_is_counted_before_it_is_judged(self, tx, account):
        attempt = begin_attempt(tx, "  STAFF ", HERE)
        assert (attempt.account_id, attempt.password_hash) == (account.id, HASH)
        assert times(tx, "staff", HERE) == times(tx, "staff", "") == times(tx, "", HERE) == 1

    def test_the_limit_closes_a_name_for_a_network_for_fifteen_minutes(self, tx, account, later):
        judged = [begin_attempt(tx, "staff", HERE).account_id for _ in range(MOST_FAILURES + 3)]
        assert judged == [account.id] * MOST_FAILURES + [None] * 3
        assert begin_attempt(later(minutes=14), "staff", HERE).account_id is None
        assert begin_attempt(later(seconds=WINDOW.total_seconds()), "staff", HERE).account_id == account.id
        assert times(tx, "staff", HERE) == 1

    def test_nobody_keeps_anybody_out_from_elsewhere(self, tx, account):
        for _at in range(MOST_FAILURES + 1):
            begin_attempt(tx, "staff", "192.0.2.1")
        assert begin_attempt(tx, "staff", "192.0.2.1").account_id is None
        assert begin_attempt(tx, "staff", "192.0.2.2").account_id == account.id

    def test_guessing_from_many_networks_closes_the_name_but_not_for_those_it_was_used_from(self, tx, account):
        start_session(tx, account.id, address="198.51.100.7")
        for at in range(MOST_FOR_A_NAME):
            assert begin_attempt(tx, "staff", f"192.0.2.{at}").account_id == account.id
        assert begin_attempt(tx, "staff", "192.0.2.200").account_id is None
        assert begin_attempt(tx, "staff", "198.51.100.7").account_id == account.id

    def test_trying_many_names_closes_the_network(self, tx, account):
        for at in range(MOST_FROM_A_NETWORK):
            begin_attempt(tx, f"name{at}", "192.0.2.1")
        assert begin_attempt(tx, "staff", "192.0.2.1").account_id is None
        assert begin_attempt(tx, "staff", "192.0.2.2").account_id == account.id

    def test_a_link_or_an_administrator_opens_it_again(self, tx, account):
        for at in range(MOST_FOR_A_NAME + MOST_FAILURES):
            begin_attempt(tx, "staff", HERE if at < MOST_FAILURES + 1 else f"192.0.2.{at}")
        assert begin_attempt(tx, "staff", HERE).account_id is None
        use_link(tx, make_link(tx, account.id)[0], "my cat eats blue cheese")
        assert begin_attempt(tx, "staff", HERE).account_id == account.id

    @pytest.mark.parametrize(("address", "network"), [
        (None, HERE), ("127.0.0.1", HERE), ("::1", HERE), ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"), ("a proxy", "a proxy"),
    ])  # fmt: skip
    def test_a_home_is_one_network(self, address, network):
        assert network_of(address) == network

    @pytest.mark.parametrize("login", ["", "nobody", "sta\0ff", "\ud83d", "a" * 100_000, "職員", "%", "' or 1=1"])
    def test_what_is_nobodys_name_gets_nobodys_hash(self, tx, account, login):
        attempt = begin_attempt(tx, login, HERE)
        assert (attempt.account_id, attempt.password_hash) == (None, NOBODYS_HASH)
        assert succeed(tx, attempt, hash_of(BROWSER)) is None

    def test_success_forgets_the_failures_of_this_network(self, tx, account):
        begin_attempt(tx, "staff", HERE)
        passed = succeed(tx, begin_attempt(tx, "staff", HERE), hash_of(BROWSER))
        assert passed.half is False
        assert (times(tx, "staff", HERE), times(tx, "staff", ""), times(tx, "", HERE)) == (None, 1, 1)

    @pytest.mark.parametrize("status", [AccountStatus.STOPPED, AccountStatus.INVITED])
    def test_an_account_that_is_not_in_use_gets_nobodys_hash(self, tx, account, status):
        account.status = status
        tx.session.flush()
        assert begin_attempt(tx, "staff", HERE).password_hash == NOBODYS_HASH

    def test_an_unknown_name_gets_nobodys_hash(self, tx, cast):
        attempt = begin_attempt(tx, "nobody", HERE)
        assert (attempt.account_id, attempt.password_hash) == (None, NOBODYS_HASH)
        assert succeed(tx, attempt, hash_of(BROWSER)) is None

    def test_a_password_changed_meanwhile_gives_no_code(self, tx, account):
        attempt = begin_attempt(tx, "staff", HERE)
        account.password_hash = NOBODYS_HASH
        tx.session.flush()
        assert succeed(tx, attempt, hash_of(BROWSER)) is None


class TestCode:
    def test_opens_one_session_in_its_own_browser(self, tx, account):
        code = issue_code(tx, account.id, hash_of(BROWSER))
        assert exchange_code(tx, code, new_token()) is None
        token = exchange_code(tx, code, BROWSER)
        assert actor_of_session(tx, hash_of(token)).account_id == account.id
        assert exchange_code(tx, code, BROWSER) is None

    def test_lives_thirty_seconds(self, tx, account, later):
        code = issue_code(tx, account.id, hash_of(BROWSER))
        assert exchange_code(later(seconds=CODE_FOR.total_seconds()), code, BROWSER) is None
        assert exchange_code(later(seconds=CODE_FOR.total_seconds() - 1), code, BROWSER)

    def test_is_no_good_for_an_account_that_was_stopped_meanwhile(self, tx, account):
        code = issue_code(tx, account.id, hash_of(BROWSER))
        account.status = AccountStatus.STOPPED
        tx.session.flush()
        assert exchange_code(tx, code, BROWSER) is None

    def test_is_no_good_after_signing_out_everywhere_nor_is_half_a_one(self, tx, account):
        """Who changes a stolen password shuts out whoever has come half the way with it."""
        code, half = (new_token() for _time in range(2))
        for one in (code, half):
            tx.add(SignInCode(code_hash=hash_of(one), browser_hash=hash_of(BROWSER), account_id=account.id,
                              half=one == half, expires_at=tx.now + CODE_FOR))  # fmt: skip
        end_sessions_of(tx, [account.id])
        assert exchange_code(tx, code, BROWSER) is None
        with pytest.raises(Refused):
            answer_second_factor(tx, half, hash_of(BROWSER), "123456", "192.0.2.1")


class TestSession:
    def test_only_the_hash_of_the_token_is_kept(self, tx, account):
        token = start_session(tx, account.id, user_agent="x" * 1000, address="127.0.0.1")
        row = tx.execute(select(SignInSession)).scalar_one()
        assert row.token_hash == hash_of(token)
        assert token.encode() not in row.token_hash
        assert len(row.user_agent) == 300

    def test_ends_by_idleness_and_lives_on_by_use(self, tx, account, later):
        token = hash_of(start_session(tx, account.id))
        idle = settings().session_idle_minutes
        assert actor_of_session(later(minutes=idle + 1), token) is None
        assert actor_of_session(later(minutes=idle - 1), token)
        assert actor_of_session(later(minutes=2 * idle - 2), token)

    def test_ends_by_age_however_much_it_is_used(self, tx, account, later):
        token = hash_of(start_session(tx, account.id))
        minutes = 0
        while minutes < settings().session_absolute_hours * 60:
            assert actor_of_session(later(minutes=minutes), token), minutes
            minutes += settings().session_idle_minutes // 2
        assert actor_of_session(later(hours=settings().session_absolute_hours), token) is None

    @pytest.mark.parametrize("status", [AccountStatus.STOPPED, AccountStatus.INVITED])
    def test_ends_with_the_account(self, tx, account, status):
        token = hash_of(start_session(tx, account.id))
        assert is_living(tx, token)
        account.status = status
        tx.session.flush()
        assert not is_living(tx, token)
        assert actor_of_session(tx, token) is None

    def test_an_invented_token_is_nobody(self, tx, account):
        start_session(tx, account.id)
        assert actor_of_session(tx, hash_of(new_token())) is None
