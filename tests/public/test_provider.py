"""Signing in through an identity provider, over HTTP as a browser does it, against a provider on loopback."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from core.actor import Actor
from core.database import transaction
from core.settings import settings
from data.models.access import Account, AccountStatus, ProviderIdentity, SecondFactor
from pages.public import cookies, discovered
from pages.public import provider as provider_pages
from pages.public.app import app
from pages.public.throttle import Throttle
from services import access
from services.access.second_factor import begin
from tests.factories import account_of, hash_of_password, make_account, make_cast, make_person
from tests.oidc_provider import CLIENT, SECRET, identity_provider
from tests.public.conftest import PASSWORD

SYSTEM = Actor.system("test")
MAIL = "Hanako.Kanri@example.jp"


@pytest.fixture
def provider(live, monkeypatch):
    """A provider that says that the administrator comes, and an installation that trusts it."""
    with identity_provider() as started:
        started.claims = {"sub": "7", "email": MAIL, "email_verified": True}
        for name, value in (("ISSUER", started.issuer), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET", SECRET)):
            monkeypatch.setenv(f"RENRAKU_OIDC_{name}", value)
        settings.cache_clear()
        with transaction(SYSTEM) as tx:
            account = account_of(tx, make_cast(tx).administrator)
            account.login, account.password_hash = MAIL.lower(), hash_of_password(PASSWORD)
        yield started
        for known in (discovered._published, discovered._keys):
            known.cache_clear()


@pytest.fixture
def browser(provider, monkeypatch):
    """A browser that has seen the sign-in page; each test has its own brake."""
    monkeypatch.setattr(provider_pages, "begun", Throttle(30, timedelta(minutes=10)))
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        client.cookies.set(cookies.browser_cookie(), access.new_token())
        yield client


def gone_through(browser):
    """Go to the provider and back; return where that leads."""
    there = browser.get("/provider/begin", params={"to": "people-list"})
    assert there.status_code == 303
    back = urlsplit(httpx.get(there.headers["location"]).headers["location"])
    return browser.get(f"{back.path}?{back.query}").headers["location"]


def who(browser, to):
    """Exchange the code and return who is signed in, and where the browser is led."""
    answer = browser.get(to)
    token = browser.cookies.get(cookies.session_cookie())
    with transaction(SYSTEM) as tx:
        actor = access.actor_of_session(tx, access.hash_of(token)) if token else None
    return actor and actor.name, answer.headers["location"]


def change(**values):
    """Change the administrator's account."""
    with transaction(SYSTEM) as tx:
        account = tx.scalar(select(Account).where(Account.login == MAIL.lower()))
        for name, value in values.items():
            setattr(account, name, value)


class TestWhoIsKnown:
    def test_gets_the_same_session_as_by_password_and_the_page_that_was_wanted(self, browser):
        to = gone_through(browser)
        assert to.startswith("/session/open?code=")
        assert who(browser, to) == ("管理 花子", "/people-list")

    def test_is_known_by_the_subject_from_then_on_whatever_the_address(self, browser, provider):
        gone_through(browser)
        provider.claims["email"] = "another@example.jp"
        assert who(browser, gone_through(browser))[0] == "管理 花子"
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).select_from(ProviderIdentity)) == 1

    def test_cannot_be_replaced_by_somebody_who_got_the_address(self, browser, provider):
        gone_through(browser)
        provider.claims["sub"] = "8"
        assert gone_through(browser) == "/?provider=nobody"

    def test_is_found_by_the_mail_address_if_one_account_alone_has_it(self, browser, provider):
        with transaction(SYSTEM) as tx:
            number = tx.scalar(select(func.count()).select_from(Account))
        provider.claims |= {"sub": "9", "email": "taro@example.jp"}
        assert gone_through(browser) == "/?provider=nobody"
        with transaction(SYSTEM) as tx:
            make_account(tx, make_person(tx, "部長", "次郎", mail="taro@example.jp"), "jiro")
        assert who(browser, gone_through(browser))[0] == "部長 次郎"
        with transaction(SYSTEM) as tx:
            assert tx.scalar(select(func.count()).select_from(Account)) == number + 1

    def test_is_still_asked_for_the_second_factor(self, browser):
        with transaction(SYSTEM) as tx:
            account = tx.scalar(select(Account.id).where(Account.login == MAIL.lower()))
            begin(tx, account)
            tx.scalar(select(SecondFactor).where(SecondFactor.account_id == account)).confirmed_at = tx.now
        to = gone_through(browser)
        assert to.startswith("/people-list?half=")
        half = parse_qs(urlsplit(to).query)["half"][0]
        assert browser.get("/session/open", params={"code": half}).headers["location"] == "/?late=1"


class TestWhoIsRefused:
    def test_no_account_is_made_for_anybody(self, browser, provider):
        usual = provider.claims
        for claims in (
            {"email_verified": False},
            {"email_verified": "true"},
            {"email": "nobody@example.jp"},
            {"email": None},
        ):
            provider.claims = usual | claims
            assert gone_through(browser) == "/?provider=nobody", claims

    def test_an_account_that_is_not_in_use(self, browser):
        gone_through(browser)
        for status in (AccountStatus.STOPPED, AccountStatus.INVITED):
            change(status=status)
            assert gone_through(browser) == "/?provider=nobody", status

    def test_a_token_that_is_not_for_us(self, browser, provider):
        usual = provider.claims
        for claims in (
            {"aud": "another client"}, {"aud": [CLIENT, "another"]}, {"iss": "https://another.example"},
            {"nonce": "another"}, {"exp": 1}, {"sub": None},
        ):  # fmt: skip
            provider.claims = usual | claims
            assert gone_through(browser) == "/?provider=failed", claims

    def test_a_token_under_another_key_and_one_that_is_not_signed(self, browser, provider):
        published, provider.published = provider.key, provider.key
        provider.key = RSAKey.generate_key(2048, {"kid": "one"})
        assert gone_through(browser) == "/?provider=failed"
        provider.key, provider.header = published, {"alg": "none"}
        provider.id_token = lambda _nonce: "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0."
        assert gone_through(browser) == "/?provider=failed"

    def test_keys_that_were_changed_are_fetched_anew(self, browser, provider):
        gone_through(browser)
        provider.key, provider.header = RSAKey.generate_key(2048, {"kid": "two"}), {"alg": "RS256", "kid": "two"}
        assert who(browser, gone_through(browser))[0] == "管理 花子"

    def test_an_answer_to_another_browser_another_state_or_none(self, browser, provider):
        there = browser.get("/provider/begin")
        back = urlsplit(httpx.get(there.headers["location"]).headers["location"])
        with TestClient(app, base_url="http://localhost", follow_redirects=False) as other:
            other.cookies.set(cookies.browser_cookie(), access.new_token())
            assert other.get(f"{back.path}?{back.query}").headers["location"] == "/?provider=failed"
        code = parse_qs(back.query)["code"][0]
        for query in (f"code={code}&state=x", f"code={code}", "error=access_denied"):
            assert browser.get(f"{back.path}?{query}").headers["location"] == "/?provider=failed"

    def test_a_flood_does_not_reach_the_provider(self, browser, monkeypatch):
        monkeypatch.setattr(provider_pages, "begun", Throttle(1, timedelta(minutes=10)))
        answers = [browser.get("/provider/begin").headers["location"] for _time in range(2)]
        assert answers[0].startswith("http://127.0.0.1:")
        assert answers[1] == "/?provider=failed"

    def test_a_provider_that_is_away_or_calls_itself_otherwise(self, browser, monkeypatch, provider):
        monkeypatch.setenv("RENRAKU_OIDC_ISSUER", f"{provider.issuer}/")
        settings.cache_clear()
        assert browser.get("/provider/begin").headers["location"] == "/?provider=failed"
        monkeypatch.setenv("RENRAKU_OIDC_ISSUER", "http://127.0.0.1:9")
        settings.cache_clear()
        assert browser.get("/provider/begin").headers["location"] == "/?provider=failed"

    def test_a_provider_that_does_not_answer_as_one(self, browser, provider):
        known = {"keys": []}
        for said in (
            {"authorization_endpoint": None}, {"token_endpoint": 7}, {"jwks_uri": "javascript:0"},
            {"jwks_uri": f"{provider.issuer}/.well-known/openid-configuration"}, {"token_endpoint": "http://[/token"},
        ):  # fmt: skip
            discovered._published.cache_clear()
            provider.said = said
            begun = browser.get("/provider/begin").headers["location"]
            assert begun == "/?provider=failed" or gone_through(browser) == "/?provider=failed", said
        provider.said = {}
        discovered._published.cache_clear()
        for provider.answers in (["x"], {"id_token": 7}, known, {"access_token": "secret of somebody", "error": "e"}):
            with capture_logs() as lines:
                assert gone_through(browser) == "/?provider=failed", provider.answers
            assert "secret of somebody" not in str(lines)


class TestSigningOut:
    def signed_in(self, browser):
        assert who(browser, gone_through(browser))[0] == "管理 花子"

    def ended(self):
        with transaction(SYSTEM) as tx:
            access.sessions.end_sessions_of(tx, list(tx.session.scalars(select(Account.id))))

    def left(self, browser):
        return browser.get("/provider/end").headers["location"]

    def test_ends_the_session_at_the_provider_too_but_for_no_other_site(self, browser, provider):
        provider.said = {"end_session_endpoint": f"{provider.issuer}/end?a=b"}
        self.signed_in(browser)
        assert self.left(browser) == "/", "the session lives"
        self.ended()
        assert httpx.get(self.left(browser)).headers["location"] == "http://127.0.0.1:8501/"
        (asked,) = provider.left
        hint = jwt.decode(asked.pop("id_token_hint"), provider.key).claims
        assert (hint["sub"], hint["aud"]) == ("7", CLIENT)
        assert asked == {"a": "b", "client_id": CLIENT, "post_logout_redirect_uri": "http://127.0.0.1:8501/"}
        assert self.left(browser) == "/", "only once"

    def test_not_where_the_provider_does_not_say_how_is_away_or_was_not_asked(self, browser, provider):
        way_out = {"end_session_endpoint": f"{provider.issuer}/end"}
        for said in ({}, {"end_session_endpoint": "javascript:alert(1)"}, {"issuer": "https://another.example"}):
            provider.said = {}
            discovered._published.cache_clear()
            self.signed_in(browser)
            self.ended()
            provider.said = said
            discovered._published.cache_clear()
            assert self.left(browser) == "/", said
        provider.said = way_out
        discovered._published.cache_clear()
        browser.cookies.set(cookies.provider_cookie(), "bm90IG91cnM=")
        assert self.left(browser) == "/", "a cookie that is not of ours"
        browser.cookies.delete(cookies.provider_cookie())
        provider.claims["groups"] = "x" * 4_000
        self.signed_in(browser)
        self.ended()
        assert self.left(browser).startswith(f"{provider.issuer}/end?client_id="), "no cookie holds such a token"


class TestPasswords:
    def test_are_taken_as_well_unless_the_rule_says_no(self, provider, monkeypatch):
        for taken in (True, False):
            monkeypatch.setenv("RENRAKU_PASSWORDS", str(taken))
            settings.cache_clear()
            with transaction(SYSTEM) as tx:
                attempt = access.begin_attempt(tx, MAIL, "192.0.2.1")
            assert (attempt.account_id is not None) == taken

    def test_are_always_taken_where_there_is_no_provider(self, provider, monkeypatch):
        monkeypatch.setenv("RENRAKU_PASSWORDS", "false")
        monkeypatch.delenv("RENRAKU_OIDC_ISSUER")
        settings.cache_clear()
        with transaction(SYSTEM) as tx:
            assert access.begin_attempt(tx, MAIL, "192.0.2.1").account_id is not None
