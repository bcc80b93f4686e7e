"""Writing a comment, changing and withdrawing one's own; whom it calls finds it on Home."""

from collections.abc import Collection

from sqlalchemy import delete, func, select

from core.errors import Conflict, NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.access import Account
from data.models.comments import Comment, CommentMention
from services.comments.kinds import require_seen
from services.comments.showing import may_see
from services.desk import own_account_id
from services.events import CommentCalls

MOST_MENTIONS = 20
GONE = N_("This comment does not exist, or is not yours to change.")


class CommentFields(Input):
    """What a comment says, and whom it calls."""

    text: str = field(N_("Comment"), min_length=1, max_length=5_000, multiline=True, personal=True)
    mentions: list[int] = field(N_("Call"), default=[], max_length=MOST_MENTIONS)


class NewComment(CommentFields):
    """A comment on a record."""

    noun: str = field(N_("Kind of record"), max_length=50, hidden=True)
    record_id: int = field(N_("Number"), hidden=True)


class ChangedComment(CommentFields):
    """An own comment as it shall be; ``version`` is the one that was seen."""

    id: int = field(N_("Comment"), hidden=True)
    version: int = field(N_("Version"), hidden=True)


class WhichComment(Input):
    """One comment."""

    id: int = field(N_("Comment"), hidden=True)


class Written(Row):
    """A comment that was written, changed or withdrawn."""

    id: int


@operation("comments.write", N_("Write comments"), touches="comment")
def write_comment(tx: Transaction, ask: NewComment) -> Written:
    """Write a comment on a record that one may see (コメント), and call others to it.

    Raises:
        NotFound: when there is no such record within reach.
        Refused: when somebody is called who may not see it.
    """
    account_id = own_account_id(tx)
    kind = require_seen(tx, ask.noun, ask.record_id)
    comment = Comment(
        noun=kind.noun, record_id=ask.record_id, account_id=account_id, text=ask.text, created_at=tx.now
    )  # fmt: skip
    tx.add(comment)
    _call(tx, comment, ask.mentions)
    return Written(id=comment.id)


@operation("comments.edit", N_("Change one's own comments"), touches="comment", own=True)
def edit_comment(tx: Transaction, ask: ChangedComment) -> Written:
    """Change an own comment; whom it did not call before finds it on Home.

    Raises:
        NotFound: when it is not theirs, was withdrawn, or its record is out of reach.
        Conflict: when it was changed in another window meanwhile.
        Refused: when somebody is called who may not see the record.
    """
    comment = _own(tx, ask.id)
    if comment.version != ask.version:
        raise Conflict(N_("This comment was changed elsewhere meanwhile. Look at it again, then repeat your change."))
    comment.text, comment.edited_at, comment.version = ask.text, tx.now, comment.version + 1
    _call(tx, comment, ask.mentions)
    return Written(id=comment.id)


@operation("comments.withdraw", N_("Withdraw one's own comments"), touches="comment", own=True)
def withdraw_comment(tx: Transaction, ask: WhichComment) -> Written:
    """Withdraw an own comment: its place stays, what it said is shown to nobody any more (取り消し).

    Raises:
        NotFound: when it is not theirs, was withdrawn before, or its record is out of reach.
    """
    comment = _own(tx, ask.id)
    comment.withdrawn_at, comment.version = tx.now, comment.version + 1
    tx.session.flush()
    return Written(id=comment.id)


def _own(tx: Transaction, comment_id: int) -> Comment:
    comment = tx.get(Comment, comment_id, lock=True)
    if comment is None or comment.withdrawn_at is not None or comment.account_id != own_account_id(tx):
        raise NotFound(GONE)
    require_seen(tx, comment.noun, comment.record_id)
    return comment


def _call(tx: Transaction, comment: Comment, account_ids: Collection[int]) -> None:
    """Call exactly these accounts; who has seen the comment already is not called anew."""
    of_comment = CommentMention.comment_id == comment.id
    before = set(tx.execute(select(CommentMention.account_id).where(of_comment)).scalars())
    wanted = set(account_ids) - {comment.account_id}
    _check_may_see(tx, comment, wanted - before)
    tx.execute(delete(CommentMention).where(of_comment, CommentMention.account_id.not_in(wanted)))
    tx.add_all([CommentMention(comment_id=comment.id, account_id=one) for one in sorted(wanted - before)])
    if wanted - before:
        tx.tell(CommentCalls(comment.id))


def _check_may_see(tx: Transaction, comment: Comment, account_ids: Collection[int]) -> None:
    if not account_ids:
        return
    kind = require_seen(tx, comment.noun, comment.record_id)
    seeing = select(func.count()).select_from(Account).where(Account.id.in_(account_ids))
    if tx.scalar(seeing.where(may_see(tx, kind, comment.record_id))) != len(account_ids):
        raise Refused(N_("Somebody whom you call may not see this. Choose from the list."))
