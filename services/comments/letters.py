"""Mails to those whom a comment calls (メンションの通知メール): that, about what, and a link; no more."""

from collections.abc import Collection

from sqlalchemy import func, select, update

from core.actor import WHOLE
from core.inputs import Row
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account
from data.models.comments import Comment, CommentMention
from services.access import addressees
from services.comments.kinds import find_kind
from services.comments.showing import may_see


class CallLetter(Row):
    """What one mail needs. ``title`` is what the record is called."""

    account_id: int
    name: str
    address: str
    language: str
    title: str
    url: str


def call_letters(tx: Transaction, comment_id: int) -> list[CallLetter]:
    """Note that mails of a comment go out, and return them: once for each who is called and may see the record.

    Not to those who have seen the comment already, or want no mails.
    """
    comment = tx.get(Comment, comment_id)
    if comment is None or comment.withdrawn_at is not None:
        return []
    kind = find_kind(comment.noun)
    title = kind.names(tx, WHOLE, [comment.record_id]).get(comment.record_id, "")
    wanting = select(Account.id).where(Account.call_mails, may_see(tx, kind, comment.record_id))
    called = tx.execute(
        update(CommentMention)
        .where(CommentMention.comment_id == comment_id, CommentMention.account_id.in_(wanting))
        .where(CommentMention.mailed_at.is_(None), CommentMention.read_at.is_(None))
        .values(mailed_at=tx.now)
        .returning(CommentMention.account_id)
    )
    found = addressees(tx, Account.id == func.any(sorted(called.scalars())))
    url = f"{settings().base_url}{kind.address(comment.record_id)}"
    return [CallLetter(**one.model_dump(), title=title, url=url) for one in found]


def not_mailed(tx: Transaction, comment_id: int, account_ids: Collection[int]) -> None:
    """Note that mails did not go out after all; the next try makes them again."""
    those = (CommentMention.comment_id == comment_id, CommentMention.account_id.in_(account_ids))
    tx.execute(update(CommentMention).where(*those).values(mailed_at=None))
