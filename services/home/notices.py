"""Notices (お知らせ): what administrators tell everybody, or those with a permission set, or a department."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import model_validator
from sqlalchemy import ColumnElement, func, or_, select, true

from core import clock
from core.actor import Reach
from core.errors import Conflict, NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, WrongValue, field
from core.operations import Process, operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from core.words import named
from data.models.access import PermissionSet
from data.models.home import Notice, NoticeRead
from data.models.people import Department
from services.access import departments_within

GONE = N_("This notice does not exist, or is outside your reach.")


class NoticeState(StrEnum):
    """Shown now, still to come, or over (its last day has passed, or it was retired)."""

    SHOWN = "shown"
    COMING = "coming"
    OVER = "over"


named(NoticeState, shown=N_("Shown now"), coming=N_("Still to come"), over=N_("Over"))


class NoticesAsk(PageAsk):
    """Which notices; the newest first."""

    sort: str = field(N_("Order"), default="-from", hidden=True)
    id: int | None = field(N_("Number"), default=None, hidden=True)
    text: str = field(N_("Title"), default="", max_length=100)
    state: NoticeState | None = field(N_("State"), default=None)


class NoticeRow(Row):
    """A line of the list of notices. ``read`` counts the accounts that have said so."""

    id: int
    version: int
    title: str = field(N_("Title"))
    text: str = field(N_("Text"))
    state: NoticeState = field(N_("State"))
    from_on: date = field(N_("Shown from"))
    until_on: date | None = field(N_("Shown until"))
    set_id: int | None
    set_name: str = field(N_("For those with the permission set"))
    department_id: int | None
    department: str = field(N_("For the department and all below"))
    read: int = field(N_("Read by"))
    retired_at: datetime | None


class EditedNotice(Input):
    """A notice to write (no number) or to change. Without a set and a department it is for everybody."""

    id: int | None = field(N_("Notice"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    title: str = field(N_("Title"), min_length=1, max_length=100)
    text: str = field(N_("Text"), min_length=1, max_length=5_000, multiline=True)
    from_on: date | None = field(N_("Shown from"), default=None, help=N_("Empty: from today on."))
    until_on: date | None = field(N_("Shown until"), default=None, help=N_("Empty: until it is retired."))
    set_id: int | None = field(
        N_("For those with the permission set"), default=None, of="access.set_choices", help=N_("Empty: everybody.")
    )
    department_id: int | None = field(
        N_("For the department and all below"), default=None, of="people.department_choices",
        help=N_("Empty: everybody."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _in_order(self) -> "EditedNotice":
        if self.until_on and self.until_on < (self.from_on or clock.today()):
            raise WrongValue(N_("The last day comes before the first one."))
        return self


class WhichNotice(Input):
    """Which notice."""

    id: int = field(N_("Notice"), hidden=True)


class Kept(Row):
    """A notice that was written, changed or retired."""

    id: int


@query("home.notices", N_("See all notices"))
def notices(tx: Transaction, ask: NoticesAsk) -> Page[NoticeRow]:
    """Return a page of the notices within reach (お知らせ一覧), those for one's own departments or for everybody."""
    read = select(func.count()).select_from(NoticeRead).where(NoticeRead.notice_id == Notice.id).scalar_subquery()
    statement = (
        select(Notice, PermissionSet.name.label("set_name"), Department.full_name, read.label("read"))
        .outerjoin(PermissionSet, PermissionSet.id == Notice.set_id)
        .outerjoin(Department, Department.id == Notice.department_id)
        .where(_written_within(notices.reach(tx)))
        .execution_options(populate_existing=True)
    )
    for word in ask.text.split():
        statement = statement.where(Notice.title.icontains(word, autoescape=True))
    if ask.state is not None:
        statement = statement.where(_is(ask.state))
    if ask.id is not None:
        statement = statement.where(Notice.id == ask.id)
    return fetch_page(tx, statement, ask, orders={"from": (Notice.from_on, Notice.id)}, make=_made)


@operation("home.edit_notice", N_("Write and edit notices"), touches="notice")
def edit_notice(tx: Transaction, ask: EditedNotice) -> Kept:
    """Write a notice or change one (お知らせ). Who has read it is not asked to read it again.

    Raises:
        NotFound: when there is no such notice within reach, or no such department or set.
        Conflict: when somebody else saved it meanwhile.
        Refused: when an actor with a limited reach names no department, or the notice is retired.
    """
    notice = _unchanged(tx, ask.id, ask.version) if ask.id else None
    _check_for_whom(tx, ask)
    values = {name: getattr(ask, name) for name in ("title", "text", "until_on", "set_id", "department_id")}
    values["from_on"] = ask.from_on or clock.today()
    before = {"title": notice.title, "text": notice.text} if notice else None
    if notice:
        key = notice.id
        for name, value in values.items():
            setattr(notice, name, value)
        notice.version += 1
        tx.session.flush()
    else:
        key = tx.insert(Notice, **values, created_by=tx.actor.account_id, created_at=tx.now)
    tx.note(f"notice:{key}", before, {"title": ask.title, "text": ask.text})
    return Kept(id=key)


@operation("home.retire_notice", N_("Retire notices"), touches="notice")
def retire_notice(tx: Transaction, ask: WhichNotice) -> Kept:
    """Show a notice to nobody any more; it stays in the list.

    Raises:
        NotFound: when there is none that is not retired within reach.
    """
    notice = _within(tx, retire_notice, ask.id)
    notice.retired_at, notice.version = tx.now, notice.version + 1
    tx.note(f"notice:{notice.id}", None, {"retired_at": tx.now.isoformat()})
    tx.session.flush()
    return Kept(id=notice.id)


def shown_now() -> ColumnElement[bool]:
    """Return the condition on ``notice`` that holds for those that are shown today."""
    return _is(NoticeState.SHOWN)


def _is(state: NoticeState) -> ColumnElement[bool]:
    today = clock.today()
    over = or_(Notice.retired_at.is_not(None), func.coalesce(Notice.until_on < today, False))
    match state:
        case NoticeState.OVER:
            return over
        case NoticeState.COMING:
            return ~over & (Notice.from_on > today)
        case NoticeState.SHOWN:
            return ~over & (Notice.from_on <= today)


def _written_within(reach: Reach) -> ColumnElement[bool]:
    within = select(Department.id).where(departments_within(reach))
    return true() if reach.whole else Notice.department_id.in_(within)


def _within(tx: Transaction, process: Process[Any, Any], notice_id: int) -> Notice:
    statement = select(Notice).where(Notice.id == notice_id, Notice.retired_at.is_(None))
    statement = statement.where(_written_within(process.reach(tx))).with_for_update(of=Notice)
    found: Notice | None = tx.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(GONE)
    return found


def _unchanged(tx: Transaction, notice_id: int, version: int | None) -> Notice:
    """Return the notice to change, as whoever changes it saw it."""
    notice = _within(tx, edit_notice, notice_id)
    if notice.version != version:
        raise Conflict(N_("Somebody else changed this notice meanwhile. Look at it again, then repeat your change."))
    return notice


def _check_for_whom(tx: Transaction, ask: EditedNotice) -> None:
    reach = edit_notice.reach(tx)
    if ask.department_id is None and not reach.whole:
        raise Refused(N_("Choose a department within your reach: you may not write to everybody."))
    if ask.department_id is not None:
        here = select(Department.id).where(
            Department.id == ask.department_id, Department.retired_at.is_(None), departments_within(reach)
        )
        if tx.scalar(here) is None:
            raise NotFound(N_("This department does not exist, is retired, or is outside your reach."))
    if ask.set_id is not None and tx.get(PermissionSet, ask.set_id) is None:
        raise NotFound(N_("This permission set does not exist any more. Choose another one."))


def _made(row: Any) -> NoticeRow:
    notice: Notice = row.Notice
    today = clock.today()
    is_over = notice.retired_at is not None or (notice.until_on is not None and notice.until_on < today)
    coming = NoticeState.COMING if notice.from_on > today else NoticeState.SHOWN
    return NoticeRow(
        id=notice.id, version=notice.version, title=notice.title, text=notice.text,
        state=NoticeState.OVER if is_over else coming, from_on=notice.from_on, until_on=notice.until_on,
        set_id=notice.set_id, set_name=row.set_name or "", department_id=notice.department_id,
        department=row.full_name or "", read=row.read, retired_at=notice.retired_at,
    )  # fmt: skip
