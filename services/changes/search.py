"""Change-sets as their pages show them: the list, one, its records, the history of a record."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true

from core.clock import start_of
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import Process, query, registered
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.changes import Change, ChangeAction, ChangeSet
from services.changes.kinds import kind_of, kinds
from services.changes.saying import ChangedField, ChangedRecord, actor_name, readable, said, title_of


class SetsAsk(PageAsk):
    """Which change-sets."""

    kind: str | None = field(N_("Kind of records"), default=None, of="changes.kind_choices")
    by: str = field(N_("By"), default="", max_length=100)
    since: date | None = field(N_("Since"), default=None)
    until: date | None = field(N_("Until"), default=None)


class WhichSet(Input):
    """Which change-set."""

    id: int = field(N_("Number"))


class SetRow(Row):
    """A change-set; ``counts`` has how many records, by kind and action."""

    id: int
    at: datetime
    by: str
    process: str
    title: str
    subject: str | None
    counts: dict[str, dict[str, int]]
    records: int
    undoes_id: int | None
    undone_by_id: int | None
    undoable: bool
    """It stands, and the actor may do what is to be undone."""


class RecordsAsk(PageAsk):
    """Which records of which change-set."""

    id: int = field(N_("Number"), hidden=True)
    kind: str | None = field(N_("Kind of records"), default=None, of="changes.kind_choices")
    action: ChangeAction | None = field(N_("What became of it"), default=None)


class HistoryAsk(PageAsk):
    """The history of which record."""

    kind: str = field(N_("Kind of records"), hidden=True)
    record_id: int = field(N_("Number"), hidden=True)


class HistoryRow(Row):
    """One change of a record: when, by whom, by which operation, and the fields."""

    id: int
    at: datetime
    by: str
    title: str
    action: ChangeAction
    fields: list[ChangedField]
    erased: bool
    own_set: bool
    """The actor may look at the whole change-set."""


class KindChoice(Row):
    """A kind of records, for filters."""

    value: str
    label: str


@query("changes.kind_choices", N_("Choose kinds of records"), own=True)
def kind_choices(_tx: Transaction, _ask: Nothing) -> list[KindChoice]:
    """Return the kinds of records whose changes are kept."""
    return [KindChoice(value=kind.name, label=kind.title) for kind in kinds()]


@query("changes.search", N_("See change-sets"))
def search_sets(tx: Transaction, ask: SetsAsk) -> Page[SetRow]:
    """Return a page of change-sets (変更セット), the latest first: all with the whole organisation in reach, or own."""
    statement = select(ChangeSet).where(seen(tx, search_sets))
    if ask.kind:
        statement = statement.where(ChangeSet.counts.has_key(ask.kind))
    if ask.by:
        statement = statement.where(ChangeSet.actor.icontains(ask.by, autoescape=True))
    if ask.since:
        statement = statement.where(ChangeSet.at >= start_of(ask.since))
    if ask.until:
        statement = statement.where(ChangeSet.at < start_of(ask.until + timedelta(days=1)))
    return fetch_page(
        tx, statement, latest_first(ask), orders={"latest": (ChangeSet.at, ChangeSet.id)},
        make=lambda row: set_row(tx, row.ChangeSet),
    )  # fmt: skip


@query("changes.show", N_("See a change-set"))
def show_set(tx: Transaction, ask: WhichSet) -> SetRow:
    """Return a change-set.

    Raises:
        NotFound: when there is none of that number within reach.
    """
    return set_row(tx, set_within(tx, show_set, ask.id))


@query("changes.records", N_("See the records of a change-set"))
def list_records(tx: Transaction, ask: RecordsAsk) -> Page[ChangedRecord]:
    """Return a page of what a change-set did, record by record, of those that the actor may see.

    Raises:
        NotFound: when there is no such change-set within reach.
    """
    found = set_within(tx, list_records, ask.id)
    statement: Select[Any] = select(Change).where(Change.set_id == found.id, readable(tx))
    if ask.kind:
        statement = statement.where(Change.kind == ask.kind)
    if ask.action:
        statement = statement.where(Change.action == ask.action)
    page = fetch_page(
        tx, statement, ask, orders={"record": (Change.kind, Change.record_id)}, make=lambda row: row.Change
    )
    return Page(said(tx, page.rows), page.next, page.previous, page.count, page.more)


@query("changes.history", N_("See the history of a record"))
def history(tx: Transaction, ask: HistoryAsk) -> Page[HistoryRow]:
    """Return a page of the changes of one record (変更履歴), the latest first; nothing of one out of reach."""
    kind = kind_of(ask.kind)
    statement = (
        select(Change, ChangeSet)
        .join(ChangeSet, ChangeSet.id == Change.set_id)
        .where(Change.kind == kind.name, Change.record_id == ask.record_id, readable(tx))
    )
    if not history.reach(tx).whole:
        statement = statement.where(Change.record_id.in_(kind.ids_within(history.reach(tx), tx.actor)))
    page = fetch_page(tx, statement, latest_first(ask), orders={"latest": (Change.set_id,)}, make=lambda row: row)
    records = said(tx, [row.Change for row in page.rows])
    rows = [_history_row(tx, row.ChangeSet, record) for row, record in zip(page.rows, records, strict=True)]
    return Page(rows, page.next, page.previous, page.count, page.more)


def set_within(tx: Transaction, process: Process[Any, Any], set_id: int, *, lock: bool = False) -> ChangeSet:
    """Return a change-set that the actor may see with this process.

    Raises:
        NotFound: when there is none of that number within reach.
    """
    statement = select(ChangeSet).where(ChangeSet.id == set_id, seen(tx, process))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: ChangeSet | None = tx.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such change-set of yours."))
    return found


def set_of(tx: Transaction, subject: str) -> int | None:
    """Return the change-set that came from something, for instance ``people_import:12``, if the actor may see it."""
    if not show_set.allowed(tx.actor):
        return None
    mine = select(ChangeSet.id).where(ChangeSet.subject == subject, seen(tx, show_set))
    found: int | None = tx.scalar(mine.order_by(ChangeSet.id.desc()).limit(1))
    return found


def seen(tx: Transaction, process: Process[Any, Any]) -> ColumnElement[bool]:
    """Return the condition on ``change_set``: all with the whole organisation in reach, else one's own."""
    return true() if process.reach(tx).whole else ChangeSet.account_id == tx.actor.account_id


def latest_first(ask: Any) -> Any:
    """Return the question with the latest first, unless it names an order."""
    return ask if ask.sort else ask.model_copy(update={"sort": "-latest"})


def set_row(tx: Transaction, found: ChangeSet) -> SetRow:
    """Return a change-set in the writing for people."""
    return SetRow(
        id=found.id, at=found.at, by=actor_name(found.actor), process=found.process, title=title_of(found.process),
        subject=found.subject, counts=found.counts, records=found.records, undoes_id=found.undoes_id,
        undone_by_id=found.undone_by_id,
        undoable=found.undone_by_id is None and any(
            one.name == found.allowed_by and one.allowed(tx.actor) for one in registered()
        ),
    )  # fmt: skip


def _history_row(tx: Transaction, found: ChangeSet, record: ChangedRecord) -> HistoryRow:
    whole = show_set.allowed(tx.actor) and show_set.reach(tx).whole
    mine = show_set.allowed(tx.actor) and found.account_id is not None and found.account_id == tx.actor.account_id
    return HistoryRow(
        id=found.id, at=found.at, by=actor_name(found.actor), title=title_of(found.process), action=record.action,
        fields=record.fields, erased=record.erased, own_set=whole or mine,
    )  # fmt: skip
