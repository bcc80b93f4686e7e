"""Corrections (訂正, D13): a broadcast that puts another one right, sent to whoever that one asked.

It is a broadcast of its own, with its own text, rehearsal and replies. Its audience is that of the first one when it is
sent, those whom nothing reached included; the first one's page and reply page say what was put right.
"""

from datetime import datetime

from sqlalchemy import select

from core.errors import Refused
from core.i18n import N_
from core.inputs import Row
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, MailTemplate
from services.broadcasts.audience import Selection
from services.broadcasts.drafts import BroadcastRow
from services.broadcasts.marks import unmarked
from services.broadcasts.sending import Which
from services.broadcasts.sight import get_steered

SAMPLE = "correction"


class Correction(Row):
    """What put a broadcast right: to look at, or as its reply page says it."""

    id: int
    title: str
    state: BroadcastState
    sent_at: datetime | None


@operation("broadcasts.correct", N_("Prepare corrections"), touches="broadcast")
def correct(tx: Transaction, ask: Which) -> BroadcastRow:
    """Prepare a correction for everybody whom a broadcast asked, as a draft with the text of the sample (訂正).

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Refused: when it was not sent: then it can be changed itself.
    """
    first = get_steered(tx, ask.id, correct.reach(tx))
    if first.state is BroadcastState.DRAFT:
        raise Refused(N_("“{title}” was not sent yet."), title=first.title)
    text = tx.scalar(select(MailTemplate).where(MailTemplate.sample == SAMPLE))
    row = Broadcast(
        kind=BroadcastKind.MANUAL if first.kind is BroadcastKind.AUTOMATIC else first.kind,
        state=BroadcastState.DRAFT, title=unmarked(first.title), title_en=unmarked(first.title_en),
        corrects_id=first.id,
        subject=text.subject if text else first.subject, body=text.body if text else first.body,
        subject_en=text.subject_en if text else first.subject_en, body_en=text.body_en if text else first.body_en,
        questions=[], audience=Selection().model_dump(), created_by=tx.actor.account_id, created_at=tx.now, asked=0,
        version=1,
    )  # fmt: skip
    tx.add(row)
    tx.note(f"broadcast:{row.id}", None, {"corrects": first.id})
    return BroadcastRow.model_validate(row)


def corrections_of(tx: Transaction, broadcast_id: int) -> list[Correction]:
    """Return the corrections of a broadcast, the latest first, drafts as well."""
    rows = tx.session.scalars(
        select(Broadcast).where(Broadcast.corrects_id == broadcast_id).order_by(Broadcast.id.desc())
    )
    return [Correction.model_validate(row) for row in rows]
