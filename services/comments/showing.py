"""Comments as a record's page shows them, and the accounts that can be called to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.i18n import N_
from core.inputs import Choice, Input, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.comments import Comment, CommentMention
from data.models.people import Person
from services.access import called, holds_there
from services.comments.kinds import Commented, require_seen

MOST = 50
"""Accounts that are offered at once; a name narrows them."""


class CommentsAsk(PageAsk):
    """The comments on which record; the newest first."""

    sort: str = field(N_("Order"), default="-made", hidden=True)
    size: int = field(N_("Rows"), default=20, ge=1, le=500, hidden=True)
    noun: str = field(N_("Kind of record"), max_length=50, hidden=True)
    record_id: int = field(N_("Number"), hidden=True)


class CommentRow(Row):
    """A comment. Of a withdrawn one only who wrote it and when is left to see.

    ``mentioned`` are the accounts that it calls; ``waits``: the reader is one, and has not said to have seen it.
    """

    id: int
    version: int
    author: str = field(N_("By"))
    text: str = field(N_("Comment"))
    created_at: datetime = field(N_("When"))
    edited_at: datetime | None = field(N_("Changed at"))
    withdrawn: bool = field(N_("Withdrawn"))
    mine: bool
    mentioned: dict[int, str]
    waits: bool


class MentionableAsk(Input):
    """Who can be called to which record, by a part of the name."""

    noun: str = field(N_("Kind of record"), max_length=50, hidden=True)
    record_id: int = field(N_("Number"), hidden=True)
    text: str = field(N_("Name, kana or code"), default="", max_length=100)


@query("comments.list", N_("See comments"))
def comments(tx: Transaction, ask: CommentsAsk) -> Page[CommentRow]:
    """Return a page of the comments on a record, the newest first (コメント).

    Raises:
        NotFound: when there is no such record within reach.
    """
    require_seen(tx, ask.noun, ask.record_id)
    mentioned = (
        select(
            func.coalesce(
                func.jsonb_agg(
                    func.jsonb_build_object(
                        "id", Account.id, "name", func.concat_ws(" ", Person.family_name, Person.given_name),
                        "waits", CommentMention.read_at.is_(None),
                    )
                ),
                func.jsonb_build_array(),
            )
        )
        .select_from(CommentMention)
        .join(Account, Account.id == CommentMention.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(CommentMention.comment_id == Comment.id)
        .correlate(Comment)
        .scalar_subquery()
    )  # fmt: skip
    statement = (
        select(Comment, Person, mentioned.label("mentioned"))
        .join(Account, Account.id == Comment.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(Comment.noun == ask.noun, Comment.record_id == ask.record_id)
        .execution_options(populate_existing=True)
    )
    return fetch_page(tx, statement, ask, orders={"made": (Comment.id,)}, make=lambda row: _made(tx, row))


@query("comments.mentionable", N_("Choose whom a comment calls"))
def mentionable(tx: Transaction, ask: MentionableAsk) -> list[Choice]:
    """Return up to 50 accounts that may see a record, by kana, without the actor's own.

    Raises:
        NotFound: when there is no such record within reach.
    """
    kind = require_seen(tx, ask.noun, ask.record_id)
    statement = (
        select(Account.id, Person)
        .join(Person, Person.id == Account.person_id)
        .where(may_see(tx, kind, ask.record_id), Account.id.is_distinct_from(tx.actor.account_id), *called(ask.text))
        .order_by(Person.sort_key, Person.id)
        .limit(MOST)
    )
    return [Choice(value=row.id, label=f"{row.Person.name} ({row.Person.code})") for row in tx.execute(statement)]


def may_see(tx: Transaction, kind: Commented, record_id: int) -> Any:
    """Return the condition on ``account`` that holds for those that may see a record."""
    return holds_there(kind.process, kind.lies(tx, record_id))


def _made(tx: Transaction, row: Any) -> CommentRow:
    comment: Comment = row.Comment
    gone = comment.withdrawn_at is not None
    me = tx.actor.account_id
    return CommentRow(
        id=comment.id, version=comment.version, author=row.Person.name, text="" if gone else comment.text,
        created_at=comment.created_at, edited_at=comment.edited_at, withdrawn=gone,
        mine=comment.account_id == me,
        mentioned={} if gone else {one["id"]: one["name"] for one in row.mentioned},
        waits=not gone and any(one["id"] == me and one["waits"] for one in row.mentioned),
    )  # fmt: skip
