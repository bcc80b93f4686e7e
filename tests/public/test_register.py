"""The registration page over HTTP, as a phone opens it from paper or a mail: no login, no cookie, no JavaScript."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from core import jobs
from core.actor import Actor
from core.clock import frozen, now
from core.database import transaction
from core.settings import settings
from data.models.delivery import Delivery, LocalMail, LocalSms
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from data.models.registration import ContactClaim, RegistrationLink
from pages.public import confirm, register
from pages.public.app import app
from pages.public.throttle import Throttle
from services import delivery
from services.delivery import tokens
from services.delivery.app_channel import AppFields, edit_app
from services.delivery.line_settings import LineFields
from services.delivery.providers import line_messages
from services.network import Revive, revive
from services.registration import make_links
from tests.factories import make_person
from tests.http_sink import http_sink
from tests.push_service import phone
from tests.services.delivery.stage import make_broadcast

SYSTEM = Actor.system("test")
SECRET = "achannelsecretofLINE"


class Paper:
    """Somebody with a link on paper."""

    def __init__(self, browser, **person):
        """Hand it out."""
        self.browser = browser
        with transaction(SYSTEM) as tx:
            made = make_person(tx, "山田", "花子", **person)
            self.person_id = made.id
            self.path = make_links(tx, [made.id])[made.id].removeprefix(settings().base_url)

    def do(self, what, **given):
        """Send one of the page's forms."""
        return self.browser.post(self.path, data={"do": what, **given})

    def points(self):
        """Return what is registered, as kind, value and state."""
        with transaction(SYSTEM) as tx:
            mine = select(ContactPoint).where(ContactPoint.person_id == self.person_id).order_by(ContactPoint.id)
            return [(one.kind, one.value, one.state) for one in tx.execute(mine).scalars()]

    def claim(self):
        """Return the number of what waits."""
        with transaction(SYSTEM) as tx:
            return tx.scalar(select(ContactClaim.id).where(ContactClaim.person_id == self.person_id))


@pytest.fixture
def browser(live, monkeypatch):
    """A browser without cookies; each test has its own brakes."""
    for module, name in ((register, "posts"), (register, "misses"), (confirm, "misses")):
        monkeypatch.setattr(module, name, Throttle(30, timedelta(minutes=10)))
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield client


def latest(model):
    """Return the message that went out last."""
    jobs.run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        return tx.execute(select(model).order_by(model.id.desc()).limit(1)).scalar_one()


def test_D11_from_paper_to_a_mail_address_and_a_mobile_number(browser):
    paper = Paper(browser)
    first = browser.get(paper.path)
    assert (first.status_code, "山田 花子" in first.text) == (200, True)
    assert not re.search(r"<script|<link|\bsrc=|@import|url\(", first.text)
    for name, held in (("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex"),
                       ("content-security-policy", "default-src 'none'")):  # fmt: skip
        assert held in first.headers[name]

    assert paper.do("mail", mail="hanako@example.com").headers["location"] == f"{paper.path}?said=mail"
    mail = latest(LocalMail)
    assert (mail.recipient, "山田 花子 様" in mail.body) == ("hanako@example.com", True)
    code = re.search(r"^(\d{6})$", mail.body, re.MULTILINE)[1]
    wrong = paper.do("confirm", id=paper.claim(), code=f"{(int(code) + 1) % 10**6:06}")
    assert (wrong.status_code, "番号が違います" in wrong.text) == (422, True)
    assert paper.do("confirm", id=paper.claim(), code=code).status_code == 303

    paper.do("mobile", mobile="090-1234-5678")
    sms = latest(LocalSms)
    assert (sms.number, len(sms.text) <= 70) == ("+819012345678", True)
    assert paper.do("confirm", id=paper.claim(), code=re.search(r"\d{6}", sms.text)[0]).status_code == 303
    assert paper.points() == [
        (ContactKind.MAIL, "hanako@example.com", ContactState.WORKS),
        (ContactKind.MOBILE, "+819012345678", ContactState.WORKS),
    ]
    shown = browser.get(paper.path).text
    assert "h••••@example.com" in shown
    assert "hanako@example.com" not in shown


def test_the_link_in_the_mail_asks_first_and_works_once(browser):
    paper = Paper(browser)
    paper.do("mail", mail="hanako@example.com")
    path = re.search(r"http://\S+?(/confirm/\S+)", latest(LocalMail).body)[1]
    for _scanner in range(3):
        assert browser.get(path).status_code == 200
    assert paper.points() == []
    assert (browser.post(path).status_code, browser.post(path).status_code) == (200, 410)
    assert len(paper.points()) == 1


def test_the_owner_hears_of_it_where_the_office_reaches_them(browser):
    paper = Paper(browser, mail="office@example.jp")
    paper.do("mail", mail="thief@example.com")
    browser.post(re.search(r"http://\S+?(/confirm/\S+)", latest(LocalMail).body)[1])
    notice = latest(LocalMail)
    assert (notice.recipient, "t••••@example.com" in notice.body) == ("office@example.jp", True)
    assert "thief" not in notice.body


def test_an_english_reader_gets_everything_in_english(browser):
    paper = Paper(browser)
    assert paper.do("language", language="en").status_code == 303
    assert '<html lang="en">' in browser.get(paper.path).text
    paper.do("mail", mail="hanako@example.com")
    assert latest(LocalMail).subject == "Confirm your mail address"


def test_what_is_wrong_stands_beside_its_field_and_is_not_lost(browser):
    paper = Paper(browser)
    back = paper.do("mail", mail='"><script>alert(1)</script>')
    assert (back.status_code, "<script" in back.text, "name@example.co.jp" in back.text) == (422, False, True)
    assert "alert(1)" in back.text
    assert paper.do("nothing of ours").status_code == 200
    assert paper.do("confirm", id="x", code="1").status_code == 422


class TestWhoeverHasNoLink:
    def test_sees_the_same_whatever_is_wrong_and_is_slowed_down(self, browser):
        paper = Paper(browser)
        with transaction(SYSTEM) as tx:
            tx.get(RegistrationLink, paper.person_id).expires_at = tx.now
        answers = {browser.get(path).text for path in (paper.path, f"/register/{'0' * 26}", "/register/x")}
        assert len(answers) == 1
        assert {browser.get(f"/register/{'0' * 26}").status_code for _guess in range(40)} == {404, 429}
        assert browser.get(Paper(browser).path).status_code == 200

    def test_does_nothing_by_another_site_or_with_somebody_elses_number(self, browser):
        mine, other = Paper(browser), Paper(browser)
        mine.do("mail", mail="mine@example.com")
        claim = mine.claim()
        assert other.do("cancel", id=claim).status_code == 404
        assert other.do("again", id=claim, person_id=mine.person_id).status_code == 404
        assert browser.post(mine.path, json={"do": "cancel", "id": claim}).status_code == 415
        assert mine.claim() == claim

    def test_can_type_the_letters_of_the_paper(self, browser):
        paper = Paper(browser)
        typed = paper.path.rpartition("/")[2].upper()
        there = browser.post("/register", data={"code": f" {typed} "}).headers["location"]
        assert browser.get(there).status_code == 200
        assert browser.post("/register", data={"code": "abc"}).status_code == 422


def test_a_person_may_change_only_so_often(browser):
    paper = Paper(browser)
    codes = [paper.do("first", id=1).status_code for _try in range(31)]
    assert (codes[0], codes[-1]) == (404, 429)


class TestLine:
    """A chat with the official account; LINE signs what it tells."""

    @pytest.fixture
    def channel(self, live):
        account = {"channel_id": "1", "secret": SECRET, "access_token": "token", "basic_id": "@renraku"}
        with transaction(Actor.system("test")) as tx:
            delivery.edit_line(tx, LineFields(**account))
            delivery.switch_channel(tx, delivery.ChannelSwitch(channel=delivery.Channel.LINE, on=True))

    def tell(self, browser, *events, secret=SECRET, body=None):
        """Be LINE."""
        body = body or json.dumps({"destination": "U0", "events": list(events)}).encode()
        signed = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        headers = {"x-line-signature": signed, "content-type": "application/json"}
        return browser.post("/line/webhook", content=body, headers=headers).status_code

    def event(self, kind, key, text="", *, seconds=0, again=False):
        """Return an event as LINE writes it: what happened so many seconds after the first ones, told once more."""
        message = {"message": {"type": "text", "id": "1", "quoteToken": "q", "text": text}, "replyToken": "r"}
        return {
            "type": kind, "mode": "active", "webhookEventId": key,
            "timestamp": 1_700_000_000_000 + 1_000 * seconds, "deliveryContext": {"isRedelivery": again},
            "source": {"type": "user", "userId": "Uabc"},
            **(message if kind == "message" else {"follow": {"isUnblocked": False}, "replyToken": "r"}
               if kind == "follow" else {}),
        }  # fmt: skip

    def test_a_code_in_a_chat_registers_it_once_and_blocking_marks_it(self, browser, channel):
        paper = Paper(browser)
        shown = paper.do("line").text
        code = re.search(r'class="linecode">(\w{10})<', shown)[1]
        assert f"https://line.me/R/oaMessage/%40renraku/?{code}" in shown
        told = self.event("message", "e1", f"登録 {code.lower()}")
        assert self.tell(browser, told) == 200
        assert paper.points() == [(ContactKind.LINE, "Uabc", ContactState.WORKS)]
        paper.do("remove", id=self.number(paper))
        assert self.tell(browser, told, self.event("message", "e2", code)) == 200
        assert paper.points() == []

    def number(self, paper):
        """Return the number of the only contact point."""
        with transaction(SYSTEM) as tx:
            return tx.scalar(select(ContactPoint.id).where(ContactPoint.person_id == paper.person_id))

    def test_whoever_blocks_the_account_is_not_reached_until_it_is_followed_again(self, browser, channel):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        self.tell(browser, self.event("message", "e1", code))
        for kind, state in (("unfollow", ContactState.DEAD), ("follow", ContactState.WORKS)):
            assert self.tell(browser, self.event(kind, kind)) == 200
            assert paper.points()[0][2] is state

    @pytest.mark.parametrize("told", [*permutations(range(2)), *permutations(range(3)), *permutations(range(4))])
    def test_counts_when_it_happened_and_not_when_it_was_told(self, browser, channel, told):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        happened = [("message", code), ("unfollow", ""), ("follow", ""), ("unfollow", "")]
        for at in told:
            (kind, text), key = happened[at], f"e{at}"
            both = (self.event(kind, key, text, seconds=at, again=again) for again in (False, True))
            assert self.tell(browser, *both) == 200
        last = ContactState.WORKS if happened[max(told)][0] == "follow" else ContactState.DEAD
        assert paper.points() == [(ContactKind.LINE, "Uabc", last)]

    @pytest.mark.parametrize("told", [("follow", "unfollow"), ("unfollow", "follow")])
    def test_of_both_at_the_same_moment_following_counts(self, browser, channel, told):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        self.tell(browser, self.event("message", "e1", code))
        for kind in told:
            self.tell(browser, self.event(kind, kind, seconds=1))
        assert paper.points()[0][2] is ContactState.WORKS

    def test_whom_the_office_revived_an_older_block_leaves_alone(self, browser, channel):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        self.tell(browser, self.event("message", "e1", code))
        self.tell(browser, self.event("unfollow", "e2", seconds=1))
        with transaction(SYSTEM) as tx:
            revive(tx, Revive(person_ids=[paper.person_id]))
        self.tell(browser, self.event("unfollow", "e3", seconds=2), self.event("follow", "e4", seconds=1))
        assert paper.points()[0][2] is ContactState.UNTRIED

    def test_a_tap_on_a_message_is_answered_with_the_own_link(self, browser, channel, monkeypatch):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        self.tell(browser, self.event("message", "e1", code))
        with transaction(SYSTEM) as tx:
            broadcast_id = make_broadcast(tx)
            everybody = select(Person.id)
            mailing_id = delivery.open_mailing(
                tx, broadcast_id, title="訓練", subject="訓練", body="", reminder=False, people=everybody,
                channels=[delivery.Channel.LINE],
            )  # fmt: skip
            delivery_id = tx.scalar(select(Delivery.id).where(Delivery.channel == "line"))
        with http_sink() as line:
            monkeypatch.setattr(line_messages, "ADDRESS", f"http://127.0.0.1:{line.port}")
            tap = {**self.event("follow", "e2"), "type": "postback", "replyToken": "r1"}
            good = f"answer:{tokens.sign(mailing_id, line_messages.TAP)}"
            for data in (good, f"answer:{tokens.sign(mailing_id)}", "x"):
                assert self.tell(browser, {**tap, "postback": {"data": data}}) == 200
            other = {"type": "user", "userId": "Usomebodyelse"}
            assert self.tell(browser, {**tap, "postback": {"data": good}, "source": other}) == 200
            line.code = 400
            assert self.tell(browser, {**tap, "postback": {"data": good}}) == 200
        asked = [json.loads(one.body) for one in line.got]
        assert [one.path for one in line.got] == ["/v2/bot/message/reply"] * 2
        assert asked[0]["replyToken"] == "r1"
        said = asked[0]["messages"][0]["text"]
        assert said.endswith(f"/r/{tokens.sign(delivery_id)}")
        assert "回答できます" in said

    def test_what_line_did_not_sign_or_comes_too_late_does_nothing(self, browser, channel):
        paper = Paper(browser)
        code = re.search(r'class="linecode">(\w{10})<', paper.do("line").text)[1]
        assert self.tell(browser, self.event("message", "e1", code), secret="another") == 400
        assert browser.post("/line/webhook", content=b"{}").status_code == 400
        assert self.tell(browser, body=b'{"events": 1}') == 400
        assert self.tell(browser, body=b"[]") == 400
        assert self.tell(browser) == 200
        with frozen(now() + timedelta(minutes=31)):
            assert self.tell(browser, self.event("message", "e2", code)) == 200
        assert paper.points() == []

    def test_without_a_channel_there_is_no_line(self, browser):
        assert self.tell(browser) == 404
        paper = Paper(browser)
        assert "LINE" not in browser.get(paper.path).text
        assert paper.do("line").status_code == 422


class TestApp:
    """The page as an app: what it takes to ask the browser, and only where the app is used."""

    @pytest.fixture
    def used(self, live, loopback):
        with transaction(Actor.system("test")) as tx:
            edit_app(tx, AppFields(contact="somu@example.jp"))
            delivery.switch_channel(tx, delivery.ChannelSwitch(channel=delivery.Channel.APP, on=True))

    def test_D11_a_phone_is_registered_by_the_code_that_it_shows(self, browser, used):
        paper = Paper(browser)
        with phone() as mine:
            assert paper.do("app", **mine.given).headers["location"] == f"{paper.path}?said=app"
            jobs.run_waiting_jobs()
            waiting = browser.get(paper.path).text
            assert "スマートフォンに通知を送りました" in waiting
            assert mine.given["endpoint"] not in waiting
            code = re.search(r"\d{6}", mine.shown[0]["body"])[0]
        assert paper.do("confirm", id=paper.claim(), code=code).status_code == 303
        (registered,) = paper.points()
        assert (registered[0], registered[2]) == (ContactKind.APP, ContactState.WORKS)
        assert "別のスマートフォンを登録" in browser.get(paper.path).text

    def test_its_scripts_are_ours_alone_and_its_manifest_opens_the_own_page(self, browser, used):
        paper = Paper(browser)
        page = browser.get(paper.path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; worker-src 'self'; manifest-src 'self'" in policy
        assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/register/app.js" defer>']
        for path, kind in (("/register/app.js", "text/javascript"), ("/register/worker.js", "text/javascript")):
            got = browser.get(path)
            assert got.headers["content-type"].startswith(kind)
            assert got.headers["cache-control"] == "no-cache"
        described = browser.get(f"{paper.path}/app.webmanifest").json()
        assert described["start_url"].replace("-", "") == paper.path.replace("-", "")
        assert described["scope"] == "/register/"
        for icon in described["icons"]:
            drawn = browser.get(icon["src"])
            assert (drawn.headers["content-type"], drawn.content[:4]) == ("image/png", b"\x89PNG")
        assert browser.get("/register/icon-17.png").status_code == 404
        assert browser.get("/register/nonsense/app.webmanifest").status_code == 404

    def test_what_no_browser_gives_is_told_beside_the_button(self, browser, used):
        paper = Paper(browser)
        answer = paper.do("app", endpoint="https://127.0.0.1/x", p256dh="x", auth="y")
        assert (answer.status_code, "アプリに必要な情報が届きませんでした" in answer.text) == (422, True)

    def test_where_it_is_not_used_the_page_runs_no_script_and_takes_none(self, browser, loopback):
        paper = Paper(browser)
        assert "<script" not in browser.get(paper.path).text
        with phone() as mine:
            assert paper.do("app", **mine.given).status_code == 422
