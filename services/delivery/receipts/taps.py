"""Taps on the button of a message in LINE (回答ボタン): who tapped is told their own link by an answer in the chat."""

from sqlalchemy import func, select

from core.i18n import N_, _, using_language
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import Channel, Delivery, Mailing
from data.models.people import ContactKind, ContactPoint, Person
from services.delivery import tokens
from services.delivery.providers.line_messages import tapped_mailing

HERE = N_("You can answer here:\n{link}")
HERE_FOR = N_("{name} can answer here:\n{link}")


def answer_to_tap(tx: Transaction, data: str, user: str) -> str | None:
    """Return what is answered in the chat; None: the button is none of ours, or nothing was sent to this LINE.

    Of several people who use one LINE each gets a link with the name before it.
    """
    mailing_id = tapped_mailing(data)
    if mailing_id is None:
        return None
    mine = (ContactPoint.kind == ContactKind.LINE) & (func.lower(ContactPoint.value) == user.lower())
    rows = tx.execute(
        select(Delivery.id, Person.family_name, Person.given_name, Person.language)
        .join(ContactPoint, (ContactPoint.id == Delivery.contact_point_id) & mine)
        .join(Person, Person.id == Delivery.person_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Delivery.mailing_id == mailing_id, Delivery.person_id == ContactPoint.person_id)
        .where(Delivery.channel == Channel.LINE)
        .order_by(Delivery.id)
    ).all()
    said = []
    for row in rows:
        link = f"{settings().base_url}/r/{tokens.sign(row.id)}"
        with using_language(row.language):
            name = f"{row.family_name} {row.given_name}".strip()
            said.append(_(HERE_FOR, name=name, link=link) if len(rows) > 1 else _(HERE, link=link))
    return "\n\n".join(said) or None
