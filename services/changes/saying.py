"""Changes in the writing for people, for pages and files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from core.actor import Actor
from core.i18n import N_, _
from core.inputs import Row
from core.operations import Process, find, registered
from core.transaction import Transaction
from data.models.changes import Change, ChangeAction
from services.changes.kinds import Kind, Say, kind_of, kinds

GONE = N_("Erased")
SYSTEM = Actor.system("").name


class ChangedField(Row):
    """A field with what it was and what it became; empty where there was nothing."""

    label: str
    before: str
    after: str


class ChangedRecord(Row):
    """What a change-set did to a record. ``erased``: what it was is no longer kept; ``there``: it can be opened."""

    id: str
    set_id: int
    kind: str
    kind_title: str
    record_id: int
    page: str
    name: str
    there: bool
    action: ChangeAction
    fields: list[ChangedField]
    erased: bool


def readable(tx: Transaction) -> ColumnElement[bool]:
    """Return the condition on ``change`` that holds for the records that the actor may see."""
    return or_(false(), *(_readable(tx.actor, kind, find(kind.reads)) for kind in kinds()))


def said(tx: Transaction, changes: Sequence[Change]) -> list[ChangedRecord]:
    """Write changes for people, in their order; what a whole page needs is loaded at once."""
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_kind[change.kind].append(change)
    names: dict[str, dict[int, str]] = {}
    says: dict[str, Say] = {}
    labels: dict[str, Mapping[str, str]] = {}
    for name, group in by_kind.items():
        kind = kind_of(name)
        names[name] = kind.names(tx, [change.record_id for change in group])
        labels[name] = kind.labels(tx)
        says[name] = kind.saying(tx, [side for change in group for side in (change.before, change.after) if side])
    return [
        _said(change, kind_of(change.kind), names[change.kind], says[change.kind], labels[change.kind])
        for change in changes
    ]


def title_of(process: str) -> str:
    """Return what people call an operation; one that this version no longer has is called by its name."""
    return next((one.title for one in registered() if one.name == process), process)


def actor_name(name: str) -> str:
    """Return who did something; the system is called by the product's name."""
    return _(N_("Renraku itself")) if name == SYSTEM else name


def moment_of(value: str) -> datetime:
    """Return the moment that a kept value says."""
    return datetime.fromisoformat(value)


def _readable(actor: Actor, kind: Kind, reads: Process[Any, Any]) -> ColumnElement[bool]:
    if not reads.allowed(actor):
        return false()
    reach = actor.reach(reads.name, reads.what)
    mine = Change.kind == kind.name
    return mine if reach.whole else and_(mine, Change.record_id.in_(kind.ids_within(reach, actor)))


def _said(
    change: Change, kind: Kind, names: dict[int, str], say: Say, labels: Mapping[str, str]
) -> ChangedRecord:  # fmt: skip
    before, after = change.before or {}, change.after or {}
    changed = {*change.fields, *before, *after}
    erased = change.before is None and change.after is None
    order = [name for name in labels if name in changed]
    order += sorted(changed - set(order))
    return ChangedRecord(
        id=f"{change.kind}:{change.record_id}", set_id=change.set_id, kind=kind.name, kind_title=kind.title,
        record_id=change.record_id, page=kind.page, name=names.get(change.record_id) or kind.name_in(after or before),
        there=change.record_id in names, action=change.action, erased=erased,
        fields=[
            ChangedField(label=labels.get(name, name), before=_(GONE), after=_(GONE)) if erased else ChangedField(
                label=labels.get(name, name), before=say(name, before[name]) if name in before else "",
                after=say(name, after[name]) if name in after else "",
            )
            for name in order
        ],
    )  # fmt: skip
