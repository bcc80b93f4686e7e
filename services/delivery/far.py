"""How far mailings are (送信の進み具合), for the page of running work: read from their chunks, which are few."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, func, select

from core.inputs import Row
from core.transaction import Transaction
from data.models.delivery import Chunk, ChunkState, Mailing, MailingState

MAILING = "delivery.mailing"
"""What the sending of a mailing is called among long work."""


class MailingProgress(Row):
    """How far a mailing is, in deliveries."""

    broadcast_id: int
    state: MailingState
    done: int
    total: int


def progress_of(tx: Transaction, mailing_ids: Sequence[int]) -> dict[int, MailingProgress]:
    """Return how far some mailings are; one statement over their chunks, never over their deliveries."""
    size = Chunk.high - Chunk.low + 1
    done = func.coalesce(func.sum(size).filter(Chunk.state == ChunkState.DONE), 0)
    rows = tx.execute(
        select(
            Mailing.id, Mailing.broadcast_id, Mailing.state, cast(done, BigInteger).label("done"),
            cast(func.coalesce(func.sum(size), 0), BigInteger).label("total"),
        )
        .outerjoin(Chunk, Chunk.mailing_id == Mailing.id)
        .where(Mailing.id == func.any(list(mailing_ids)))
        .group_by(Mailing.id)
    )  # fmt: skip
    return {row.id: MailingProgress.model_validate(row) for row in rows}
