"""Weak points of the parts that the console is built of, tried again; docs/security.md says which test tries which."""

import time
from concurrent.futures import ThreadPoolExecutor
from socket import create_connection

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from core import database
from core.actor import Actor
from core.database import transaction
from data.models.access import Account, SignInTry
from pages.kit import authenticator
from services.access import begin_attempt, hash_of
from services.access.sign_in import NOBODYS_HASH
from services.access.tries import HERE, MOST_FAILURES
from tests.factories import account_of, hash_of_password, make_cast
from tests.processes import python

BROWSER = hash_of("browser")
GOOD = "my dog eats green apples"


@pytest.fixture
def staff(live):
    """The staff member, who has a password; every other account has one too."""
    with transaction(Actor.system("test")) as tx:
        make_cast(tx)
        for account in tx.execute(select(Account)).scalars():
            account.password_hash = hash_of_password(GOOD)


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


class TestGuessing:
    def test_at_once_is_counted_attempt_by_attempt(self, live):
        with transaction(Actor.system("test")) as tx:
            account_of(tx, make_cast(tx).staff).password_hash = NOBODYS_HASH

        def attempt(_at):
            with transaction(Actor.system("test")) as tx:
                return begin_attempt(tx, "staff", "192.0.2.1").account_id is not None

        with ThreadPoolExecutor(8) as pool:
            judged = list(pool.map(attempt, range(3 * MOST_FAILURES)))
        assert judged.count(True) == MOST_FAILURES


class TestTargets:
    """What stands in the request line or the Host header opens nothing (SECURITY: decide on ``scope["path"]``)."""

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1/_stcore/metrics", "http://127.0.0.1/healthz/../_stcore/metrics",
            "//healthz/_stcore/metrics",
            "/healthz/../_stcore/metrics", "/healthz/..%2f_stcore/metrics", "/%5fstcore/metrics", "/./_stcore/metrics",
            "/media/../healthz/../media/0123.pdf", "/_stcore%2fmetrics", "/_stcore/metrics?/healthz",
            "/_stcore/metrics#/",
            "/_stcore/metrics;/healthz", "/healthz?/../_stcore/metrics", "/_STCORE/metrics",
        ],
    )  # fmt: skip
    def test_in_any_writing(self, running, target):
        for host in (f"127.0.0.1:{running.port}", "localhost"):
            assert not leaked(sent_raw(running, target, host)), host

    @pytest.mark.parametrize(
        "host", ["localhost/healthz?", "localhost#", "localhost?/x", "127.0.0.1@evil", "x\tlocalhost"]
    )
    def test_behind_a_host_that_holds_a_path(self, running, host):
        for target in ("/_stcore/metrics", "/media/0123.pdf", "/"):
            answer = sent_raw(running, target, host)
            assert answer.split(b" ", 2)[1] == b"400", target


def sent_raw(running, target, host):
    """Send a request as no client library would, and return the whole answer."""
    with create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall(f"GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        answer = b""
        while came := line.recv(65_536):
            answer += came
    return answer


def leaked(answer):
    """Say whether Streamlit's figures, or a file, came back."""
    return b"# TYPE" in answer or b"application/openmetrics" in answer or b"application/pdf" in answer


class TestDatabase:
    """What each connection is held to, whatever role it has."""

    HELD = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path")

    @pytest.fixture(autouse=True)
    def one_connection(self, shared_engine, monkeypatch):
        monkeypatch.setattr(database, "engine", lambda: shared_engine)

    def held(self):
        with transaction(Actor.system("test")) as tx:
            return [tx.scalar(text(f"SHOW {name}")) for name in self.HELD]

    def test_nothing_runs_or_waits_without_end_and_longer_work_leaves_nothing_behind(self):
        usual = ["15s", "5s", "30s", "public,procrastinate"]
        assert self.held() == usual
        with transaction(Actor.system("test"), statement_seconds=900) as tx:
            assert tx.scalar(text("SHOW statement_timeout")) == "15min"
        assert self.held() == usual

    def test_a_statement_that_takes_too_long_is_ended(self):
        with transaction(Actor.system("test")) as tx:
            tx.execute(text("SELECT set_config('statement_timeout', '50ms', true)"))
            with pytest.raises(OperationalError, match="statement timeout"), tx.session.begin_nested():
                tx.execute(text("SELECT pg_sleep(5)"))
