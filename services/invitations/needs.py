"""What of the invitations needs somebody: mails that failed, links that ran out."""

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from services.invitations.handling import resend_invitations, within
from services.invitations.states import InvitationState, is_open, state


@needs(resend_invitations)
def ended_badly(tx: Transaction, reach: Reach) -> list[Need]:
    """Say how many invitations failed or ran out before somebody accepted."""
    stands = state(tx.now)
    rows = tx.execute(select(stands, func.count()).where(is_open(), within(reach, tx)).group_by(stands)).all()
    counts = {InvitationState(one): count for one, count in rows}
    lines = (
        (N_("Invitations whose mail was not taken"), InvitationState.FAILED),
        (N_("Invitations that ran out before they were accepted"), InvitationState.EXPIRED),
    )
    return [
        Need(
            text=_(text), count=counts[one], amount=_(N_("{count} people"), count=f"{counts[one]:,}"),
            urgency=Urgency.TODAY, page="invitations/list.py", values={"state": one.value},
        )
        for text, one in lines if counts.get(one)
    ]  # fmt: skip
