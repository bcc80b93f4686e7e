"""Who would get what (配信計画): one statement, which the rehearsal counts and a mailing freezes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, null, select
from sqlalchemy.orm import aliased

from core.i18n import N_, _
from data.models.delivery import DeliveryState
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState

ADDRESS = r"^[!-;=?-~]+@[!-;=?-~]+$"
"""What may stand in an envelope and in a header as it is: visible ASCII without angle brackets."""


class Reason(StrEnum):
    """Why nothing is sent (非送信の理由), where it is our own word and not a provider's."""

    NO_CONTACT = "no_contact"
    ONLY_MOBILE = "only_mobile"
    DEAD = "dead"
    BAD_ADDRESS = "bad_address"
    CLOSED = "closed"


SENTENCES = {
    Reason.NO_CONTACT: N_("No mail address is registered."),
    Reason.ONLY_MOBILE: N_("No mail address is registered; there is a mobile number, but no SMS service is set up."),
    Reason.DEAD: N_("Mail to this address failed for good before."),
    Reason.BAD_ADDRESS: N_("This is not a mail address that can be written to."),
    Reason.CLOSED: N_("The broadcast was closed before it was sent."),
}


def reason_text(reason: str | None) -> str:
    """Return a reason for people: our own ones in the current language, a provider's word as it came."""
    if reason is None:
        return ""
    return _(SENTENCES[Reason(reason)]) if reason in SENTENCES else reason


def planned(people: Select[int]) -> Select[Any]:
    """Return a row for each person × mail address, and one for a person without any: the future ledger.

    ``people`` are person ids, each once. Columns: person_id, contact_point_id, channel, address,
    private, state, reason.
    """
    asked = people.subquery("asked")
    person_id = asked.c[0]
    mobile = aliased(ContactPoint)
    has_mobile = select(1).where(mobile.person_id == person_id, mobile.kind == ContactKind.MOBILE).exists()
    reason = case(
        (and_(ContactPoint.id.is_(None), has_mobile), Reason.ONLY_MOBILE.value),
        (ContactPoint.id.is_(None), Reason.NO_CONTACT.value),
        (ContactPoint.state == ContactState.DEAD, Reason.DEAD.value),
        (ContactPoint.value.regexp_match(ADDRESS), null()),
        else_=Reason.BAD_ADDRESS.value,
    )
    state = case((reason.is_(None), DeliveryState.WAITING.value), else_=DeliveryState.NOT_SENT.value)
    return (
        select(
            person_id.label("person_id"),
            ContactPoint.id.label("contact_point_id"),
            literal(ContactKind.MAIL.value).label("channel"),
            case((ContactPoint.id.is_not(None), ContactPoint.value), else_="").label("address"),
            func.coalesce(ContactPoint.origin == ContactOrigin.PERSON, literal(False)).label("private"),
            state.label("state"),
            reason.label("reason"),
        )
        .select_from(asked)
        .outerjoin(ContactPoint, (ContactPoint.person_id == person_id) & (ContactPoint.kind == ContactKind.MAIL))
    )
