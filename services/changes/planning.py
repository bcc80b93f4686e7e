"""What an undo would do: which records simply go back, which somebody changed since, which cannot go back."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select, text

from core.i18n import N_
from core.operations import find
from core.transaction import Transaction
from data.models.changes import Change, ChangeAction, ChangeSet
from services.changes.kinds import Kind, Undoing, Wanted, kind_of, kinds

ERASED = N_("What it was is no longer kept.")
GONE = N_("It does not exist any more.")
HELD = N_("A record that stays as it is belongs to it.")
THERE = N_("It is there again already.")

# One by one along the key, as nobody may have counted the rows of a fresh import yet.
TOUCHED = """
    SELECT change.record_id, now.record_id IS NOT NULL AS there, diff.fields,
        (SELECT max(later.set_id) FROM change AS later
         WHERE later.kind = CAST(:kind AS text) AND later.record_id = change.record_id
           AND later.set_id > CAST(:set_id AS bigint)
           AND (later.fields = '[]' OR later.fields ?| diff.names)) AS later_id
    FROM change
    LEFT JOIN LATERAL ({one}) AS now ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(key ORDER BY key), '[]') AS fields, array_agg(key) AS names
        FROM (
            SELECT jsonb_array_elements_text(change.fields) AS key
            UNION SELECT jsonb_object_keys(change.after || coalesce(now.values, '{{}}')) WHERE change.action = 'added'
        ) AS kept
        WHERE change.after -> key IS DISTINCT FROM now.values -> key
    ) AS diff
    WHERE change.set_id = CAST(:set_id AS bigint) AND change.kind = CAST(:kind AS text) AND change.after IS NOT NULL
      AND (now.record_id IS NULL OR diff.names IS NOT NULL)
"""


class Touched(NamedTuple):
    """A record that was changed since: in which of the fields that would go back, and by which later change-set."""

    fields: list[str]
    later_id: int | None


@dataclass
class Plan:
    """What an undo would do, by kind; a record that is neither touched nor blocked simply goes back."""

    undoing: Undoing
    touched: dict[str, dict[int, Touched]] = field(default_factory=dict)
    blocked: dict[str, dict[int, str]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many records go back, were changed since, cannot go back."""
        total = sum(map(len, self.undoing.wanted.values()))
        touched, blocked = (sum(map(len, part.values())) for part in (self.touched, self.blocked))
        return {"free": total - touched - blocked, "touched": touched, "blocked": blocked}

    def digest(self) -> str:
        """Return a hash of everything that it says: two plans with the same hash do the same."""
        found = hashlib.sha256(repr(self.counts()).encode())
        for name, standing in self.standing():
            found.update(f"{name} {standing}\n".encode())
        return found.hexdigest()

    def standing(self) -> Iterator[tuple[str, object]]:
        """Return each record that does not simply go back."""
        for part in (self.touched, self.blocked):
            for kind in sorted(part):
                yield from ((f"{kind}:{key}", value) for key, value in sorted(part[kind].items()))

    def chosen(self, *, overwrite: bool) -> dict[Kind, list[Wanted]]:
        """Return the records that go back, by kind, those changed since only if they are to be overwritten."""
        found: dict[Kind, list[Wanted]] = {}
        for name, wanted in self.undoing.wanted.items():
            left = {*self.blocked.get(name, {}), *(() if overwrite else self.touched.get(name, {}))}
            if going := [one for one in wanted if one.record_id not in left]:
                found[kind_of(name)] = going
        return dict(sorted(found.items(), key=lambda pair: pair[0].order))


def make_plan(tx: Transaction, found: ChangeSet) -> Plan:
    """Return what undoing a change-set would do at this moment for this actor.

    Raises:
        NotAllowed: when the actor may not do what is to be undone.
    """
    process = find(found.allowed_by)
    process.require(tx)
    wanted, erased = _wanted(tx, found.id)
    plan = Plan(Undoing(process.reach(tx), wanted))
    for kind in kinds():
        if kind.name not in wanted:
            continue
        touched, gone = _touched(tx, found.id, kind)
        blocked = kind.blocked(tx, wanted[kind.name], plan.undoing)
        blocked |= dict.fromkeys(gone, GONE) | dict.fromkeys(erased[kind.name], ERASED)
        plan.blocked[kind.name] = blocked
        plan.touched[kind.name] = {key: one for key, one in touched.items() if key not in blocked}
    _hold(tx, plan)
    return plan


def _hold(tx: Transaction, plan: Plan) -> None:
    # What others need stays with them: blocked by those that cannot go back, touched by those that somebody changed.
    for kind in kinds():
        left = {*plan.blocked.get(kind.name, ()), *plan.touched.get(kind.name, ())}
        away = [one.record_id for one in plan.undoing.wanted.get(kind.name, ()) if one.values is None]
        free = [key for key in away if key not in left]
        for key in kind.held(tx, free, plan.blocked) if free else ():
            plan.blocked[kind.name][key] = HELD
        free = [key for key in free if key not in plan.blocked[kind.name]]
        for key in kind.held(tx, free, plan.touched) if free else ():
            plan.touched[kind.name][key] = Touched([], None)


def _wanted(tx: Transaction, set_id: int) -> tuple[dict[str, list[Wanted]], Mapping[str, list[int]]]:
    rows = tx.execute(
        select(
            Change.kind, Change.record_id, Change.action, Change.fields, Change.before,
            (Change.before.is_(None) & Change.after.is_(None)).label("erased"),
        )
        .where(Change.set_id == set_id)
        .order_by(Change.kind, Change.record_id)
    )  # fmt: skip
    wanted: dict[str, list[Wanted]] = defaultdict(list)
    erased: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        added = row.action is ChangeAction.ADDED
        values = None if added else row.before or {}
        wanted[row.kind].append(Wanted(row.record_id, tuple(row.fields), values))
        if row.erased:
            erased[row.kind].append(row.record_id)
    return dict(wanted), erased


def _touched(tx: Transaction, set_id: int, kind: Kind) -> tuple[dict[int, Touched], list[int]]:
    asked = {"set_id": set_id, "kind": kind.name}
    touched: dict[int, Touched] = {}
    gone: list[int] = []
    for row in tx.execute(text(TOUCHED.format(one=kind.snapshot("= change.record_id"))), asked):
        if row.there:
            touched[row.record_id] = Touched(row.fields, row.later_id)
        else:
            gone.append(row.record_id)
    return touched, gone
