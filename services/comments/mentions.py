"""Comments that call somebody (メンション): the own ones, until one says that one has seen them."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update

from core.actor import Reach
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.needs import Need, Urgency, needs
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.comments import Comment, CommentMention
from data.models.people import Person
from services.comments.kinds import find_kind
from services.desk import own_account_id


class MentionsAsk(PageAsk):
    """Which of the own mentions."""

    sort: str = field(N_("Order"), default="-made", hidden=True)
    size: int = field(N_("Rows"), default=20, ge=1, le=500, hidden=True)
    seen: bool = field(N_("Also those that I have seen"), default=False)


class MentionRow(Row):
    """A comment that calls the reader. ``name`` is that of the record; without one it is out of reach now."""

    id: int
    author: str = field(N_("By"))
    text: str = field(N_("Comment"))
    created_at: datetime = field(N_("When"))
    name: str = field(N_("About"))
    page: str
    record_id: int
    waits: bool


class WhichMentions(Input):
    """Which comments one has seen; none means all that call one."""

    ids: list[int] = field(N_("Comments"), default=[], max_length=500, hidden=True)


@query("comments.mentions", N_("See the comments that call oneself"), own=True)
def mentions(tx: Transaction, ask: MentionsAsk) -> Page[MentionRow]:
    """Return a page of the comments that call the asker, the newest first.

    What one says about a record that the asker may not see any more is left empty.
    """
    statement = _calling(own_account_id(tx)).add_columns(Person)
    statement = statement.join(Account, Account.id == Comment.account_id).join(Person, Person.id == Account.person_id)
    if not ask.seen:
        statement = statement.where(CommentMention.read_at.is_(None))
    page = fetch_page(tx, statement, ask, orders={"made": (Comment.id,)}, make=lambda row: row)
    names = _names(tx, [row.Comment for row in page.rows])
    rows = [_made(row, names[row.Comment.noun].get(row.Comment.record_id)) for row in page.rows]
    return Page(rows=rows, next=page.next, previous=page.previous, count=page.count, more=page.more)


@operation("comments.see", N_("Say that one has seen comments"), touches="comment_mention", own=True)
def see_mentions(tx: Transaction, ask: WhichMentions) -> None:
    """Note that the actor has seen these comments, or all that call them (確認済み)."""
    mine = and_(CommentMention.account_id == own_account_id(tx), CommentMention.read_at.is_(None))
    which = CommentMention.comment_id.in_(ask.ids) if ask.ids else mine
    tx.execute(update(CommentMention).where(mine, which).values(read_at=tx.now))


@needs(mentions)
def unseen_mentions(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say how many comments call the actor that they have not seen."""
    unseen = _calling(tx.actor.account_id).where(CommentMention.read_at.is_(None))
    count = int(tx.scalar(unseen.with_only_columns(func.count())))
    amount = _(N_("{count} comments"), count=f"{count:,}")
    need = Need(
        text=_(N_("Comments that call you")), count=count, amount=amount, urgency=Urgency.TODAY,
        page="comments/mentions.py",
    )  # fmt: skip
    return [need] if count else []


def _calling(account_id: int | None) -> Any:
    called = and_(CommentMention.comment_id == Comment.id, CommentMention.account_id == account_id)
    return select(Comment, CommentMention.read_at).join(CommentMention, called).where(Comment.withdrawn_at.is_(None))


def _names(tx: Transaction, comments: list[Comment]) -> dict[str, dict[int, str]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for comment in comments:
        ids[comment.noun].append(comment.record_id)
    return {noun: find_kind(noun).seen(tx, record_ids) for noun, record_ids in ids.items()}


def _made(row: Any, name: str | None) -> MentionRow:
    comment: Comment = row.Comment
    return MentionRow(
        id=comment.id, author=row.Person.name, text=comment.text if name else "", created_at=comment.created_at,
        name=name or "", page=find_kind(comment.noun).page, record_id=comment.record_id, waits=row.read_at is None,
    )  # fmt: skip
