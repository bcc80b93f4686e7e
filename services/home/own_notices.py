"""The notices that are for oneself: unread until one says that one has read them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.access import PermissionAssignment
from data.models.home import Notice, NoticeRead
from data.models.people import Department, Membership
from services.desk import own_account_id
from services.home.notices import shown_now

MOST = 50
"""Notices that one sees at once, the newest."""


class OwnNotice(Row):
    """A notice for the reader."""

    id: int
    title: str
    text: str
    from_on: date
    until_on: date | None
    read: bool


class OwnNotices(Row):
    """What is shown to the reader today, the unread ones first, and how many those are."""

    rows: list[OwnNotice]
    unread: int


class WhichRead(Input):
    """Which notice was read."""

    id: int = field(N_("Notice"), hidden=True)


@query("home.own_notices", N_("See the notices for oneself"), own=True)
def own_notices(tx: Transaction, _ask: Nothing) -> OwnNotices:
    """Return the notices that are for the asker today (お知らせ), the unread ones first, each the newest first."""
    read = and_(NoticeRead.notice_id == Notice.id, NoticeRead.account_id == own_account_id(tx))
    unread = NoticeRead.read_at.is_(None)
    rows = tx.execute(
        select(Notice, NoticeRead.read_at.is_not(None).label("read"))
        .outerjoin(NoticeRead, read)
        .where(shown_now(), _for(tx))
        .order_by(unread.desc(), Notice.from_on.desc(), Notice.id.desc())
        .limit(MOST)
        .execution_options(populate_existing=True)
    ).all()
    made = [_made(row) for row in rows]
    return OwnNotices(rows=made, unread=sum(not one.read for one in made))


@operation("home.read_notice", N_("Say that one has read a notice"), touches="notice_read", own=True)
def read_notice(tx: Transaction, ask: WhichRead) -> None:
    """Note that the actor has read a notice (既読). One that is not for them is passed over."""
    mine = select(Notice.id).where(Notice.id == ask.id, shown_now(), _for(tx))
    if tx.scalar(mine) is not None:
        row = insert(NoticeRead).values(notice_id=ask.id, account_id=own_account_id(tx), read_at=tx.now)
        tx.execute(row.on_conflict_do_nothing())


def _for(tx: Transaction) -> ColumnElement[bool]:
    account_id = own_account_id(tx)
    holds = exists().where(PermissionAssignment.account_id == account_id, PermissionAssignment.set_id == Notice.set_id)
    named, mine = aliased(Department), aliased(Department)
    belongs = exists(
        select(Membership.person_id)
        .join(mine, mine.id == Membership.department_id)
        .join(named, func.starts_with(mine.path, named.path))
        .where(Membership.person_id == tx.actor.person_id, named.id == Notice.department_id)
    )
    return and_(or_(Notice.set_id.is_(None), holds), or_(Notice.department_id.is_(None), belongs))


def _made(row: Any) -> OwnNotice:
    notice: Notice = row.Notice
    return OwnNotice(
        id=notice.id, title=notice.title, text=notice.text, from_on=notice.from_on, until_on=notice.until_on,
        read=row.read,
    )  # fmt: skip
