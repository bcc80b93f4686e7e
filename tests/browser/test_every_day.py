"""Everyday broadcasts in a real browser: what is asked of some only, on a phone that runs no JavaScript."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Recipient
from data.models.delivery import Delivery
from services import delivery
from tests.browser.conftest import Console
from tests.factories import make_person
from tests.services.broadcasts.asks import form_named, sent

pytestmark = pytest.mark.browser


def asked_for(language: str) -> tuple[str, int]:
    """Send the sample notice to a new person; return the address of the reply page and the person's number."""
    with transaction(Actor.system("test")) as tx:
        person = make_person(tx, "日野", "歩", mail=f"ayumi-{language}@example.jp")
        person.language = language
        form = form_named(tx, "確認のみ")
        sent(tx, kind="drill", title="朝礼", form_id=form.id, audience={"people": [person.id]})
        token = delivery.sign(tx.scalar(select(Delivery.id).where(Delivery.person_id == person.id)))
        return f"/r/{token}", person.id


def test_a_question_appears_with_the_answer_that_leads_to_it(begun: Console, phone: Page) -> None:
    address, person_id = asked_for("en")
    phone.goto(f"{begun.url}{address}")
    expect(phone.get_by_text("This is a drill. Nothing has really happened.")).to_be_visible()
    question = phone.get_by_label("Your question")
    expect(question).to_be_hidden()
    phone.get_by_label("I have a question").check()
    expect(phone.get_by_text("Only if you chose “I have a question” at “Have you read the notice?”")).to_be_visible()
    question.fill("Until when?")
    phone.get_by_label("Yes", exact=True).check()
    expect(question).to_be_hidden()
    phone.get_by_label("I have a question").check()
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_text("Until when?")).to_be_visible()
    with transaction(Actor.system("test")) as tx:
        answer = tx.scalar(select(Recipient.latest_answer).where(Recipient.person_id == person_id))
        assert list(answer.values()) == ["質問があります", "Until when?"]
