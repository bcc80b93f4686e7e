"""Where an invitation stands (招待の状態): told from its moments, in the database and in words."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, literal

from core.i18n import N_
from core.words import named
from data.models.invitations import Invitation

VALID_FOR = timedelta(hours=72)
NOT_TAKEN = N_("The mail server took no mail for a day. Look at the mail settings, then send it again.")
"""The trouble of an invitation whose mail nobody refused and nobody took."""


class InvitationState(StrEnum):
    """Waits for its mail, sent, link opened, accepted, too old, withdrawn, or the mail was not taken."""

    WAITING = "waiting"
    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


named(
    InvitationState,
    waiting=N_("Mail waits to be sent"),
    sent=N_("Invited"),
    opened=N_("Link opened"),
    accepted=N_("Accepted"),
    expired=N_("Expired"),
    withdrawn=N_("Withdrawn"),
    failed=N_("Mail failed"),
)


def is_open() -> ColumnElement[bool]:
    """Return the condition on ``invitation`` that nothing has ended it but perhaps its age."""
    return and_(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def state(now: datetime) -> ColumnElement[str]:
    """Return where an invitation stands at this moment."""
    states: list[tuple[Any, InvitationState]] = [
        (Invitation.withdrawn_at.is_not(None), InvitationState.WITHDRAWN),
        (Invitation.accepted_at.is_not(None), InvitationState.ACCEPTED),
        (Invitation.trouble.is_not(None), InvitationState.FAILED),
        (Invitation.sent_at.is_(None), InvitationState.WAITING),
        (Invitation.expires_at <= now, InvitationState.EXPIRED),
        (Invitation.opened_at.is_not(None), InvitationState.OPENED),
    ]
    return case(
        *[(condition, literal(one.value, String)) for condition, one in states],
        else_=literal(InvitationState.SENT.value, String),
    )
