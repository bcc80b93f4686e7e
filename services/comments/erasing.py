"""Erasing what was written about people, by them, and naming them (個人情報の消去): the place of a comment stays."""

from sqlalchemy import and_, func, or_, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.comments import Comment
from services.events import PeopleErased

PERSON = "person"


@listens(PeopleErased)
def erase_comments(tx: Transaction, erased: PeopleErased) -> None:
    """Withdraw these comments and take their text."""
    about = and_(Comment.noun == PERSON, Comment.record_id == func.any(list(erased.ids)))
    which = [about, Comment.account_id == func.any(list(erased.accounts))]
    if erased.words:
        which.append(mentions(Comment.text, erased.words))
    withdrawn = func.coalesce(Comment.withdrawn_at, tx.now)
    run(tx, update(Comment).where(or_(*which)).values(text="", withdrawn_at=withdrawn, version=Comment.version + 1))
