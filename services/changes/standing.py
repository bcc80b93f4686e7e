"""What stands against an undo, record by record: by whom it was changed since, and what would be overwritten."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, text

from core.i18n import N_, _
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.changes import Change, ChangeSet, ChangeUndoRow, Standing
from services.changes.kinds import Kind, Values, kind_of
from services.changes.planning import HELD
from services.changes.saying import ChangedField, actor_name, readable, said
from services.changes.undoing import undo_within


class StandingAsk(PageAsk):
    """Which records of which undo."""

    id: int = field(N_("Number"), hidden=True)
    standing: Standing | None = field(N_("What stands against it"), default=None)


class StandingRow(Row):
    """A record that does not simply go back.

    ``overwritten`` has the fields that somebody changed since: what stands now, and what the undo would make of it;
    ``by``, ``at`` and ``later_id`` name the later change-set, if it was kept as one. ``reason`` says why a record
    cannot go back.
    """

    id: str
    kind_title: str
    name: str
    standing: Standing
    reason: str
    overwritten: list[ChangedField]
    by: str
    at: datetime | None
    later_id: int | None


@query("changes.undo_rows", N_("See what stands against an undo"))
def list_standing(tx: Transaction, ask: StandingAsk) -> Page[StandingRow]:
    """Return a page of the records that do not simply go back, of those that the actor may see.

    Raises:
        NotFound: when there is no such undo of the actor's.
    """
    found = undo_within(tx, ask.id)
    statement = (
        select(ChangeUndoRow, Change, ChangeSet)
        .join(
            Change,
            and_(
                Change.set_id == found.set_id,
                Change.kind == ChangeUndoRow.kind,
                Change.record_id == ChangeUndoRow.record_id,
            ),
        )
        .outerjoin(ChangeSet, ChangeSet.id == ChangeUndoRow.later_id)
        .where(ChangeUndoRow.undo_id == found.id, readable(tx))
    )
    if ask.standing:
        statement = statement.where(ChangeUndoRow.standing == ask.standing)
    orders = {"record": (ChangeUndoRow.kind, ChangeUndoRow.record_id)}
    page = fetch_page(tx, statement, ask, orders=orders, make=lambda row: row)
    return Page(_made(tx, page.rows), page.next, page.previous, page.count, page.more)


def _made(tx: Transaction, rows: Sequence[Any]) -> list[StandingRow]:
    records = said(tx, [row.Change for row in rows])
    overwritten = _overwritten(tx, rows)
    return [
        StandingRow(
            id=record.id, kind_title=record.kind_title, name=record.name, standing=row.ChangeUndoRow.standing,
            reason=_reason(row.ChangeUndoRow),
            overwritten=overwritten.get(record.id, []),
            by=actor_name(row.ChangeSet.actor) if row.ChangeSet else "",
            at=row.ChangeSet.at if row.ChangeSet else None, later_id=row.ChangeUndoRow.later_id,
        )
        for row, record in zip(rows, records, strict=True)
    ]  # fmt: skip


def _reason(row: ChangeUndoRow) -> str:
    if row.reason:
        return _(row.reason)
    return "" if row.fields else _(HELD)


def _overwritten(tx: Transaction, rows: Sequence[Any]) -> dict[str, list[ChangedField]]:
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.ChangeUndoRow.fields:
            by_kind[row.Change.kind].append(row)
    return {key: fields for name, group in by_kind.items() for key, fields in _of_kind(tx, kind_of(name), group)}


def _of_kind(tx: Transaction, kind: Kind, rows: Sequence[Any]) -> list[tuple[str, list[ChangedField]]]:
    now = current(tx, kind, [row.Change.record_id for row in rows])
    say = kind.saying(tx, [*now.values(), *(row.Change.before or {} for row in rows)])
    labels = kind.labels(tx)
    found = []
    for row in rows:
        stands, was = now.get(row.Change.record_id, {}), row.Change.before or {}
        fields = [
            ChangedField(
                label=labels.get(name, name), before=say(name, stands[name]) if name in stands else "",
                after=say(name, was[name]) if name in was else "",
            )
            for name in row.ChangeUndoRow.fields
        ]  # fmt: skip
        found.append((f"{row.Change.kind}:{row.Change.record_id}", fields))
    return found


def current(tx: Transaction, kind: Kind, ids: Sequence[int]) -> dict[int, Values]:
    """Return what these records say now, by id; those that are no more are left out."""
    rows = tx.execute(text(kind.snapshot()), {"ids": list(ids)})
    return {row.record_id: row[1] for row in rows}
