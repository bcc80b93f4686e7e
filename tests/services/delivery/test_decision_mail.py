"""The mails about decided applications: what came of it, to whom, and that they go out once."""

import pytest

from core.database import transaction
from data.models.people import ContactKind, ContactPoint
from services.applications import Apply, Decide, Which, apply, decide
from services.delivery import send_decisions
from tests.factories import account_of
from tests.services.delivery.test_call_mail import SYSTEM, Stage

NAMES = {"family_name": "社員", "given_name": "三郎", "family_kana": "シャイン", "given_kana": "サブロウ"}


@pytest.fixture
def stage(live):
    """The stage, on which the staff member has an account and an address too."""
    stage = Stage()
    with transaction(SYSTEM) as tx:
        stage.account["staff"] = account_of(tx, stage.cast.staff).id
        tx.add(ContactPoint(person_id=stage.cast.staff.id, kind=ContactKind.MAIL, value="staff@example.jp"))
    return stage


@pytest.mark.parametrize(
    ("decision", "said"),
    [({"approve": True}, "承認"), ({"approve": False, "reason": "{url}の番地が足りません"}, "{url}の番地が足りません")],
)
def test_one_mail_says_what_came_of_it_once(stage, decision, said):
    asked = stage.do("staff", apply, Apply(**NAMES, mail1="staff@example.jp", address="新しい町1"))
    stage.do("manager", decide, Decide(which=[Which(id=asked.id, version=asked.version)], **decision))
    send_decisions(application_ids=[asked.id])
    (mail,) = stage.mails()
    assert mail.recipient == "staff@example.jp"
    assert "三郎" in mail.body
    assert said in mail.body
    assert "http" in mail.body
    assert f"application.{asked.id}" in mail.message_id
