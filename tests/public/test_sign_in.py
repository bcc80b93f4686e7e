"""From the one-time code to the cookie and back to nobody, over HTTP as a browser does it."""

import re
import secrets

import pytest
from sqlalchemy import select

from data.models.access import Account, SecondFactor, SignInSession
from services.access import hash_of, invite, is_living, issue_code, new_token
from services.access.account_changes import WhichAccount
from services.access.second_factor import begin, remove
from tests.conftest import drop
from tests.consoles import console, run, said
from tests.factories import make_cast
from tests.processes import python
from tests.public.conftest import session_of

BROWSER = secrets.token_urlsafe(32)
GOOD = "my cat eats blue cheese"


def code_for(running, login="admin", browser=BROWSER):
    """Issue a code as the sign-in page does."""
    with running.transaction() as tx:
        return issue_code(tx, tx.scalar(select(Account.id).where(Account.login == login)), hash_of(browser))


def session_in(answer, running):
    """Return the session cookie that an answer sets."""
    pattern = rf"{running.cookie}=([\w-]+); HttpOnly; Max-Age=\d+; Path=/; SameSite=Lax"
    return re.search(pattern, str(answer.headers.get_list("set-cookie")))[1]


class TestCode:
    def test_becomes_a_cookie_that_scripts_cannot_read_and_a_row_with_its_hash(self, running):
        with running.client(browser=BROWSER) as client:
            answer = client.get("/session/open", params={"code": code_for(running), "to": "access-accounts"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/access-accounts")
        assert answer.headers["cache-control"] == "no-store"
        token = session_in(answer, running)
        with running.transaction() as tx:
            row = tx.execute(select(SignInSession).where(SignInSession.token_hash == hash_of(token))).scalar_one()
            assert (row.address, row.user_agent[:12]) == ("127.0.0.1", "python-httpx")
        with running.socket(session=token, browser=BROWSER) as socket:
            assert "管理 花子" in said(run(socket, "access-accounts"))

    @pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "..", "a/b", "a?b", "\\evil", "あ"])
    def test_leads_to_no_other_site(self, running, to):
        with running.client(browser=BROWSER) as client:
            answer = client.get("/session/open", params={"code": code_for(running), "to": to})
        assert answer.headers["location"] == "/"

    def test_works_once_and_in_its_own_browser_only(self, running):
        code = code_for(running)
        for cookies in ({}, {"browser": new_token()}):
            with running.client(**cookies) as client:
                answer = client.get("/session/open", params={"code": code})
                assert (answer.headers["location"], answer.headers.get("set-cookie")) == ("/?late=1", None)
        with running.client(browser=BROWSER) as client:
            assert client.get("/session/open", params={"code": code}).headers["location"] == "/"
            assert client.get("/session/open", params={"code": code}).headers["location"] == "/?late=1"

    def test_ends_the_session_that_was_in_this_browser_before(self, running):
        before = session_of(running, "manager")
        with running.client(session=before, browser=BROWSER) as client:
            client.get("/session/open", params={"code": code_for(running)})
        with running.transaction() as tx:
            assert not is_living(tx, hash_of(before))

    def test_stands_in_no_access_log(self, server, tmp_path, capfd):
        with console(server, "loud_console", str(tmp_path), "--access-log", RENRAKU_LOG_LEVEL="DEBUG") as talking:
            code, token = new_token(), new_token()
            with talking.client(browser=BROWSER) as client:
                client.get("/session/open", params={"code": code})
                client.get("/invitation", params={"token": token})
                client.get("/invitation/", params={"token": token})
                client.get("/join", params={"token": token})
                client.get("/people-list", params={"half": code})
                client.get("/?seen=in-the-log")
        written = "".join(capfd.readouterr())
        assert "GET /session/open" in written
        assert "seen=in-the-log" in written
        assert code not in written
        assert token not in written


class TestEnd:
    def test_clears_the_cookie_of_a_session_that_ended_and_of_no_other(self, running, administrator):
        with running.client(session=administrator) as client:
            assert client.get("/session/end").headers.get("set-cookie") is None
        with running.client(session=new_token()) as client:
            assert f'{running.cookie}=""; HttpOnly; Max-Age=0' in client.get("/session/end").headers["set-cookie"]


class TestInvitation:
    @pytest.fixture
    def link(self, running):
        """The link of the staff member."""
        with running.transaction() as tx:
            account = tx.scalar(select(Account.id).where(Account.login == "staff"))
            return invite(tx, WhichAccount(id=account)).url.partition("/invitation?token=")[2]

    def post(self, running, link, password=GOOD, again=None, **headers):
        """Send the form as the page does."""
        sent = {"origin": running.url, **headers}
        with running.client(browser=BROWSER) as client:
            values = {"token": link, "password": password, "again": again or password}
            return client.post("/invitation", data=values, headers=sent)

    def test_looking_uses_nothing_up_and_says_for_whom_it_is(self, running, link):
        with running.client() as client:
            answers = [client.get("/invitation", params={"token": link}) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {200}
        assert "社員 三郎" in answers[0].text
        assert answers[0].headers["cache-control"] == "no-store"

    def test_sets_the_password_and_signs_in(self, running, link):
        answer = self.post(running, link)
        token = session_in(answer, running)
        with running.socket(session=token, browser=BROWSER) as socket:
            assert "社員 三郎" in said(run(socket))
        assert self.post(running, link).status_code == 410

    def test_says_what_is_wrong_and_stays_good(self, running, link):
        assert "2つのパスワード" in self.post(running, link, again="another one entirely").text
        answer = self.post(running, link, password="short")
        assert (answer.status_code, "12文字以上" in answer.text) == (422, True)
        assert self.post(running, link).status_code == 303

    def test_a_new_password_alone_does_not_open_what_has_a_second_factor(self, running, link):
        with running.transaction() as tx:
            account = tx.scalar(select(Account.id).where(Account.login == "staff"))
            tx.add(SecondFactor(account_id=account, secret=b"x", created_at=tx.now, confirmed_at=tx.now))
        answer = self.post(running, link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/?set=1")
        assert "set-cookie" not in answer.headers
        with running.transaction() as tx:
            tx.session.delete(tx.get(SecondFactor, account))

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
    def test_only_our_own_page_may_send_it(self, running, link, origin):
        assert self.post(running, link, origin=origin).status_code == 410
        with running.client() as client:
            assert client.get("/invitation", params={"token": link}).status_code == 200

    @pytest.mark.parametrize("token", ["", "x", "あ" * 300, "%00", "a" * 43])
    def test_an_invented_link_is_a_sentence(self, running, token):
        with running.client() as client:
            answer = client.get("/invitation", params={"token": token})
        assert (answer.status_code, "このリンクは使えません" in answer.text) == (410, True)


class TestPicture:
    def test_is_for_the_owners_session_while_it_is_set_up(self, running, administrator):
        path = "/second-factor/qr"
        with running.client(session=administrator) as client:
            assert client.get(path).status_code == 404
            with running.transaction() as tx:
                account = tx.scalar(select(Account.id).where(Account.login == "admin"))
                begin(tx, account)
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
            assert answer.headers["cache-control"] == "no-store"
            assert answer.text.startswith("<?xml")
        for cookies in ({}, {"session": session_of(running, "manager")}, {"session": new_token()}):
            with running.client(**cookies) as client:
                assert client.get(path).status_code == 404
        with running.transaction() as tx:
            remove(tx, account)


class TestHealth:
    def test_says_so_when_the_database_is_gone_and_the_page_says_it_in_a_sentence(self, server, tmp_path):
        with console(server, "lonely_console", str(tmp_path)) as lonely, lonely.client() as client:
            with lonely.transaction() as tx:
                make_cast(tx)
            session = session_of(lonely, "admin")
            drop(server, "lonely_console")
            assert client.get("/healthz").status_code == 503
            assert client.get("/").status_code == 200
            with lonely.socket(session=session, browser=BROWSER) as socket:
                text = said(run(socket, "access-accounts"))
        assert "システム側で問題" in text
        assert "Traceback" not in text

    def test_the_public_routes_alone_need_no_streamlit(self, running):
        program = """
import asyncio, sys, httpx
from pages.public.app import app
client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
answer = asyncio.run(client.get("/healthz"))
assert answer.status_code == 200, answer.text
assert "content-security-policy" in answer.headers
assert "streamlit" not in sys.modules
"""
        with python("-c", program, DATABASE_URL=running.database_url) as process:
            assert process.wait(60) == 0
