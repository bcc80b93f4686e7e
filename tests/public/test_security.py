"""Weak points of the parts that sign-in is built of, tried again here (SECURITY); others in test_gate, test_revocation.

Rows tried elsewhere: pages by address (test_pages), foreign cookies, origins, floods, hosts and what is hidden
(test_gate), cookies (test_sign_in, tests/browser/test_sign_in.py), passwords (tests/services/access/test_passwords.py).
"""

import time

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.access import Account, SignInTry
from pages.kit import authenticator
from services.access import hash_of
from services.access.passwords import hashed
from services.access.tries import HERE
from tests.factories import make_cast
from tests.processes import python

BROWSER = hash_of("browser")
GOOD = "my dog eats green apples"


@pytest.fixture
def staff(live):
    """The staff member, who has a password; every other account has one too."""
    with transaction(Actor.system("test")) as tx:
        make_cast(tx)
        for account in tx.execute(select(Account)).scalars():
            account.password_hash = hashed(GOOD)


def seconds(login, password):
    """Return how long a wrong attempt takes, the quickest of three."""
    taken = []
    for _at in range(3):
        began = time.perf_counter()
        assert authenticator.check(login, password, BROWSER, HERE) is None
        taken.append(time.perf_counter() - began)
    return min(taken)


class TestAuthenticator:
    def test_is_given_the_one_account_and_plain_passwords_are_not_hashed(self, staff, monkeypatch):
        given = []
        real = authenticator.AuthenticationController

        def watched(credentials, **options):
            given.append((dict(credentials["usernames"]), options["auto_hash"]))
            return real(credentials, **options)

        monkeypatch.setattr(authenticator, "AuthenticationController", watched)
        assert authenticator.check("staff", GOOD, BROWSER, HERE).code
        ((accounts, auto_hash),) = given
        assert (list(accounts), auto_hash) == (["staff"], False)

    def test_leaves_no_trace_in_the_session(self, staff):
        state = authenticator.st.session_state
        authenticator.check("staff", GOOD, BROWSER, HERE)
        assert not [note for note in authenticator.NOTES if note in state]

    def test_an_unknown_name_takes_as_long_as_a_wrong_password(self, staff):
        known, unknown = seconds("staff", "wrong and long enough"), seconds("nobody", "wrong and long enough")
        assert 0.5 < unknown / known < 2, f"{unknown:.3f} s against {known:.3f} s"

    def test_what_bcrypt_does_not_read_is_counted_all_the_same(self, staff):
        assert authenticator.check("staff", "あ" * 30, BROWSER, HERE) is None
        with transaction(Actor.system("test")) as tx:
            tried = select(SignInTry.times).where(SignInTry.login == "staff", SignInTry.network == HERE)
            assert tx.scalar(tried) == 1


def test_nothing_is_told_to_streamlits_makers_and_the_agent_routes_are_off(live):
    program = """
import streamlit_app
from streamlit import config
assert config.get_option("browser.gatherUsageStats") is False
assert config.get_option("server.enableAgentApi") is False
assert config.get_option("server.allowedHosts") == ["localhost", "127.0.0.1", "::1"]
"""
    with python("-c", program, DATABASE_URL=live.url) as process:
        assert process.wait(60) == 0
