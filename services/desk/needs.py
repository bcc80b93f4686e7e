"""What of one's own desk needs one: what was typed and not saved."""

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from data.models.desk import FormDraft
from services.desk.drafts import drafts


@needs(drafts)
def begun(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say in how many forms the actor typed something that is not saved."""
    if tx.actor.looker is not None:  # what somebody types is shown to nobody who looks as them
        return []
    mine = select(func.count()).select_from(FormDraft).where(FormDraft.account_id == tx.actor.account_id)
    count = int(tx.scalar(mine))
    need = Need(
        text=_(N_("Begun, not saved")), count=count, amount=_(N_("{count} forms"), count=f"{count:,}"),
        urgency=Urgency.LATER, page="desk/begun.py",
    )  # fmt: skip
    return [need] if count else []
