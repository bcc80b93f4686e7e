"""Accepting an invitation in a browser (pages/public/join.py): by whom, from where, and what is said."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from data.models.access import Account
from data.models.invitations import Invitation
from services.access import actor_for, hash_of, new_token
from services.invitations import NewInvitations, WhichInvitations, invite_members, withdraw_invitations
from services.invitations.states import VALID_FOR
from services.people.lock import alone
from tests.consoles import run, said
from tests.public.test_sign_in import BROWSER, session_in

GOOD = "my cat eats blue cheese"


@pytest.fixture
def link(running):
    """The link of an invitation to somebody new."""
    token = new_token()
    with running.transaction() as tx:
        inviter = actor_for(tx, tx.scalar(select(Account.id).where(Account.login == "admin")))
        address = f"{token[:8].lower().strip('-_')}@example.jp"
        invite_members(tx.by(inviter), NewInvitations(addresses=[f"新人 五郎 <{address}>"], reach="whole"))
        row = tx.scalar(select(Invitation).order_by(Invitation.id.desc()).limit(1))
        row.token_hash, row.expires_at, row.sent_at = hash_of(token), tx.now + VALID_FOR, tx.now
    return token


def post(running, link, session=None, **values):
    """Send the form as the page does."""
    sent = {"token": link, "password": GOOD, "again": GOOD, "family_name": "新人", "given_name": "五郎", **values}
    headers = {"origin": sent.pop("origin", running.url)}
    with running.client(browser=BROWSER, session=session) as client:
        return client.post("/join", data=sent, headers=headers, timeout=20)


def get(running, link, session=None):
    """Open the link."""
    with running.client(session=session) as client:
        return client.get("/join", params={"token": link})


def test_looking_accepts_nothing_and_the_answer_signs_in_once(running, link):
    for _at in range(2):
        shown = get(running, link)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert "管理 花子" in shown.text
        assert 'value="新人"' in shown.text
    answer = post(running, link)
    with running.socket(session=session_in(answer, running), browser=BROWSER) as socket:
        assert "新人 五郎" in said(run(socket))
    again = post(running, link)
    assert (again.status_code, "承諾されています" in again.text) == (410, True)


def test_says_what_is_wrong_and_stays_good(running, link):
    assert "2つのパスワード" in post(running, link, again="another one entirely").text
    assert "12文字以上" in post(running, link, password="short", again="short").text
    assert "姓を入力" in post(running, link, family_name=" ").text
    assert post(running, link).status_code == 303


def test_somebody_who_is_signed_in_does_not_accept_it_for_another(running, link, administrator):
    for answer in (get(running, link, administrator), post(running, link, administrator)):
        assert (answer.status_code, "管理 花子さんとしてログイン中" in answer.text) == (409, True)
    assert post(running, link).status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", ""])
def test_only_our_own_page_may_send_it(running, link, origin):
    assert post(running, link, origin=origin).status_code == 403
    assert get(running, link).status_code == 200


@pytest.mark.parametrize("token", ["", "あ" * 300, "a" * 43])
def test_an_invented_link_is_a_sentence(running, token):
    answer = get(running, token)
    assert (answer.status_code, "この招待は承諾できません" in answer.text) == (410, True)
    assert post(running, token).status_code in {410, 422}


def test_while_people_are_imported_the_form_stays_with_what_was_typed(running, link):
    with running.transaction() as tx:
        alone(tx)
        answer = post(running, link, given_name="六郎")
    assert (answer.status_code, 'value="六郎"' in answer.text, "取り込んでいます" in answer.text) == (503, True, True)
    assert post(running, link).status_code == 303


def test_a_withdrawn_one_is_a_sentence(running, link):
    with running.transaction() as tx:
        one = tx.scalar(select(Invitation.id).order_by(Invitation.id.desc()).limit(1))
        withdraw_invitations(tx.by(Actor.system("test")), WhichInvitations(ids=[one]))
    assert post(running, link).status_code == 410
