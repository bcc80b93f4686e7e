"""Somebody who was asked and opens the reply page by the link of the mail."""

from html.parser import HTMLParser

from sqlalchemy import select

from core import clock
from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Recipient
from data.models.delivery import Delivery
from data.models.setup import Organisation
from services import delivery
from services.broadcasts import EditForm, edit_form
from tests.factories import make_person
from tests.services.broadcasts.asks import sent

SYSTEM = Actor.system("test")
QUESTIONS = [
    {"kind": "choice", "label": "ご無事ですか？", "options": ["無事です", "けがをしました"]},
    {"kind": "choices", "label": "必要なもの", "options": ["水", "毛布"], "required": False},
    {"kind": "number", "label": "ご家族の人数", "unit": "人", "required": False},
    {"kind": "text", "label": "コメント", "required": False},
]


class Asked:
    """Somebody who was asked, with the link from the mail."""

    def __init__(self, *, language="ja", kind="manual", questions=QUESTIONS, **values):
        """Send a broadcast to a new person."""
        with transaction(SYSTEM) as tx:
            if tx.get(Organisation, 1) is None:
                tx.add(Organisation(id=1, name="見本株式会社", sample=True, created_at=tx.now))
            person = make_person(tx, "山田", "花子", mail=f"hanako{clock.now().timestamp()}@example.jp")
            person.language = language
            ask = {"name": f"設問{person.id}", "introduction": "状況を教えてください。", "questions": questions}
            form = edit_form(tx, EditForm(**ask)) if questions else None
            told = {"title": "震度5強の地震", **values}
            row = sent(tx, kind=kind, form_id=form.id if form else None, audience={"people": [person.id]}, **told)
            self.id, self.person_id = row.id, person.id
            self.keys = [str(question["id"]) for question in row.questions]
            self.delivery_id = tx.scalar(select(Delivery.id).where(Delivery.person_id == person.id))
        self.token = delivery.sign(self.delivery_id)
        self.url = f"/r/{self.token}"

    def stored(self):
        """Return what is stored of this person."""
        with transaction(SYSTEM) as tx:
            return tx.session.get(Recipient, (self.id, self.person_id))


class Form(HTMLParser):
    """What a browser would send of the one form on a page."""

    def __init__(self, html):
        """Read the fields with what is filled in."""
        super().__init__()
        self.values, self.forms, self.name = {}, 0, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Take fields in."""
        attrs = dict(attrs)
        self.forms += tag == "form"
        if tag == "input" and (attrs["type"] == "text" or "checked" in attrs):
            self.values.setdefault(attrs["name"], []).append(attrs.get("value", ""))
        self.name = attrs["name"] if tag == "textarea" else None

    def handle_data(self, data):
        """Take what stands in a text area."""
        if self.name:
            self.values[self.name] = [data.removeprefix("\n")]

    def handle_endtag(self, tag):
        """Leave a text area."""
        self.name = None
