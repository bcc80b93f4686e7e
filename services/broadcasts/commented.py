"""Broadcasts can be commented: whoever sees one sees what was written about it."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, func, select

from core.actor import Reach
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from data.models.people import Department
from data.models.replies import ReplyTotal, TotalKind
from services.access import Lies
from services.broadcasts.show import show
from services.broadcasts.sight import seen
from services.comments import Commented, commented


def _names(tx: Transaction, reach: Reach, ids: Sequence[int]) -> dict[int, str]:
    found = select(Broadcast.id, Broadcast.title).where(Broadcast.id == func.any(list(ids)), seen(reach, tx.actor))
    return {row.id: row.title for row in tx.execute(found)}


def _lies(tx: Transaction, broadcast_id: int) -> Lies:
    # By the departments at the moment of sending: their totals are a few rows, the people may be a million.
    asked = select(cast(ReplyTotal.key, BigInteger)).where(
        ReplyTotal.broadcast_id == broadcast_id, ReplyTotal.kind == TotalKind.DEPARTMENT, ReplyTotal.key != ""
    )
    paths = tx.execute(select(Department.path).where(Department.id.in_(asked))).scalars().all()
    return Lies(
        paths=paths, account_id=tx.scalar(select(Broadcast.created_by).where(Broadcast.id == broadcast_id))
    )  # fmt: skip


commented(Commented("broadcast", show, "broadcasts/show.py", _names, _lies))
