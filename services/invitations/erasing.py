"""Erasing whom invitations were for (個人情報の消去), and how long they are kept once they have ended (保存期間)."""

from sqlalchemy import ARRAY, String, delete, func, literal, or_, select

from core.i18n import N_
from core.retention import retained, rows_of
from core.traces import run
from core.transaction import Transaction, listens
from data.models.invitations import Invitation
from services.events import PeopleErased


@listens(PeopleErased)
def erase_invitations(tx: Transaction, erased: PeopleErased) -> None:
    """Forget the invitations of these people."""
    addresses = [address.lower() for address in erased.addresses]
    theirs = or_(
        Invitation.person_id == func.any(list(erased.ids)),
        Invitation.account_id == func.any(list(erased.accounts)),
        func.lower(Invitation.address).in_(select(func.unnest(literal(addresses, ARRAY(String))))),
    )
    run(tx, delete(Invitation).where(theirs))


retained(
    "invitations.invitations",
    N_("Invitations"),
    N_("Who was invited by mail, and what came of it, counted from when the invitation was sent last."),
    days=180,
    least=7,
    how=rows_of(Invitation, lambda before: Invitation.invited_at < before),
)
