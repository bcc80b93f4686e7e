"""Sending the guide by mail to one person or to many (登録案内の送信, D11)."""

from sqlalchemy import func, insert, literal, select

from core.actor import What
from core.i18n import N_
from core.inputs import Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration_guides import GuideWay, RegistrationGuide
from services.registration.guiding.mail import send_soon
from services.registration.guiding.whom import (
    Whom,
    chosen,
    has_address,
    one_after_the_other,
    refuse_unless_some,
    skipped,
)

MOST = 10_000
"""People at once: more than any organisation guides in one go without choosing a department."""


class Mails(Whom):
    """Whom to send the guide to."""

    again: bool = field(N_("Also to those who got one within a day"), default=False)


class Guided(Row):
    """How many mails go out; who was left out since there is no address, or since one went out within a day."""

    mailed: int
    without_address: int
    lately: int


@operation("registration.guide", N_("Send the registration guide by mail"), does=What.BULK,
           touches="registration_guide")  # fmt: skip
def guide(tx: Transaction, ask: Mails) -> Guided:
    """Send people the mail with their own link, in their language; the links they had are void then (登録案内メール).

    Whoever has no mail address, or has got one within a day (unless ``again``), is left out and counted.

    Raises:
        Refused: when nobody is chosen, or too many are.
    """
    one_after_the_other(tx)
    people = chosen(tx, ask, guide.reach(tx)).limit(MOST + 1).subquery()
    total = tx.scalar(select(func.count()).select_from(people))
    refuse_unless_some(total, MOST)
    meant = select(Person.id).join(people, people.c.id == Person.id)
    without = tx.count(meant.where(~has_address()))
    to_send = meant.add_columns(literal("mail"), literal(tx.now), literal(tx.actor.account_id)).where(
        has_address(), ~skipped(tx, GuideWay.MAIL, again=ask.again)
    )
    columns = ["person_id", "way", "asked_at", "asked_by"]
    made = insert(RegistrationGuide).from_select(columns, to_send).returning(RegistrationGuide.id)
    ids = sorted(tx.execute(made).scalars())
    send_soon(tx, ids)
    tx.note("registration_guide", None, {"mail": len(ids), "first": ids[0] if ids else None})
    return Guided(mailed=len(ids), without_address=without, lately=total - without - len(ids))
