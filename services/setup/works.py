"""Long work, running and finished (処理の一覧), so that whoever left it finds it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Row, field
from core.operations import find, query
from core.paging import Page, PageAsk, fetch_page
from core.progress import Work, WorkState
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Person
from services import delivery
from services.delivery import MailingProgress, MailingState

MAILING = "mailing:"
TITLES = {delivery.MAILING: N_("Sending mails"), "privacy.nightly": N_("Erasing what was kept long enough")}
BULK = {"people.bulk_edit", "people.bulk_retire"}
"""What has its page by the number of the work, since it is about no single record."""

STOPPED = N_("Stopped by a person")


class WorksAsk(PageAsk):
    """Which work."""

    state: WorkState | None = field(N_("State"), default=None)
    mine: bool = field(N_("Only what I started"), default=False)


class ListedWork(Row):
    """A piece of long work; ``subject`` names its record, ``step`` says what it does now, translated already."""

    id: int
    title: str
    by: str | None
    state: WorkState
    step: str
    done: int
    total: int
    message: str | None
    fault_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    subject: str | None

    @property
    def fraction(self) -> float:
        """Return how far it is, 0 to 1."""
        if self.state is WorkState.DONE:
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0


@query("setup.works", N_("See running and finished work"), own=True)
def list_works(tx: Transaction, ask: WorksAsk) -> Page[ListedWork]:
    """Return a page of what the actor started, the latest first; administrators see what everybody started."""
    statement = (
        select(Work, Person).outerjoin(Account, Account.id == Work.account_id).outerjoin(
            Person, Person.id == Account.person_id
        )
    )  # fmt: skip
    if ask.mine or not tx.actor.may("setup.work", list_works.what):
        statement = statement.where(Work.account_id == tx.actor.account_id)
    if ask.state is not None:
        statement = statement.where(Work.state == ask.state)
    newest = ask if ask.sort else ask.model_copy(update={"sort": "-made"})
    page = fetch_page(tx, statement, newest, orders={"made": (Work.id,)}, make=lambda row: row)
    numbers = [int(subject.removeprefix(MAILING)) for row in page.rows if _mails(subject := row.Work.subject)]
    mailings = delivery.progress_of(tx, numbers) if numbers else {}
    rows = [_made(row, mailings) for row in page.rows]
    return Page(rows, page.next, page.previous, page.count, page.more)


def _mails(subject: str | None) -> bool:
    return bool(subject) and str(subject).startswith(MAILING)


def _made(row: Any, mailings: Mapping[int, MailingProgress]) -> ListedWork:
    work: Work = row.Work
    said: dict[str, Any] = {
        "state": work.state, "step": _(work.step) if work.step else "", "done": work.done, "total": work.total,
        "subject": f"people_bulk:{work.id}" if work.kind in BULK else work.subject, "started_at": work.started_at,
    }  # fmt: skip
    if _mails(work.subject):
        found = mailings.get(int(str(work.subject).removeprefix(MAILING)))
        said |= _of_mailing(found) if found else {"subject": None}
    return ListedWork(
        id=work.id, title=_title(work.kind), by=row.Person.name if row.Person else None, message=work.message,
        fault_id=work.fault_id, created_at=work.created_at, finished_at=work.finished_at, **said,
    )  # fmt: skip


def _of_mailing(found: MailingProgress) -> dict[str, Any]:
    return {
        "subject": f"broadcast:{found.broadcast_id}", "done": found.done, "total": found.total,
        "step": _(STOPPED) if found.state is MailingState.STOPPED else "",
    }  # fmt: skip


def _title(kind: str) -> str:
    if kind in TITLES:
        return _(TITLES[kind])
    try:
        return find(kind).title
    except NotFound:
        return kind  # of a process that this version does not have any more
