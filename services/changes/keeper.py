"""Keeping what an operation changes: read before, read after, and what differs is written, one statement each."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import delete, func, select, text

from core.transaction import Transaction
from data.models.changes import Change, ChangeBefore, ChangeSet
from services.changes.kinds import RETIRED, Kind
from services.events import RecordsChanged

BEFORE = """
    INSERT INTO change_before (set_id, kind, record_id, values)
    SELECT CAST(:set_id AS bigint), CAST(:kind AS text), record_id, values FROM ({snapshot}) AS now
    ON CONFLICT DO NOTHING
"""
ADDED = """
    INSERT INTO change (set_id, kind, record_id, action, fields, before, after)
    SELECT CAST(:set_id AS bigint), CAST(:kind AS text), record_id, 'added', '[]', NULL, values FROM ({snapshot}) AS now
"""
# One by one along the key: nobody has counted the rows of this transaction yet, and a join by a guess takes minutes.
CHANGED = """
    INSERT INTO change (set_id, kind, record_id, action, fields, before, after)
    SELECT CAST(:set_id AS bigint), CAST(:kind AS text), old.record_id,
        CASE WHEN now.record_id IS NULL THEN 'removed'
             WHEN now.values ? CAST(:retired AS text) AND NOT old.values ? CAST(:retired AS text) THEN 'retired'
             WHEN old.values ? CAST(:retired AS text) AND NOT now.values ? CAST(:retired AS text) THEN 'reinstated'
             ELSE 'changed' END,
        CASE WHEN now.record_id IS NULL THEN '[]' ELSE diff.fields END,
        diff.before, CASE WHEN now.record_id IS NOT NULL THEN diff.after END
    FROM change_before AS old
    LEFT JOIN LATERAL ({one}) AS now ON true
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(key ORDER BY key) AS fields,
               coalesce(jsonb_object_agg(key, old.values -> key) FILTER (WHERE old.values ? key), '{{}}') AS before,
               coalesce(jsonb_object_agg(key, now.values -> key) FILTER (WHERE now.values ? key), '{{}}') AS after
        FROM jsonb_object_keys(old.values || coalesce(now.values, '{{}}')) AS key
        WHERE old.values -> key IS DISTINCT FROM now.values -> key
    ) AS diff
    WHERE old.set_id = CAST(:set_id AS bigint) AND old.kind = CAST(:kind AS text)
      AND old.values IS DISTINCT FROM now.values
"""


class Keeper:
    """Keeps what happens to the records that it is told of, until the change-set is closed."""

    def __init__(self, tx: Transaction, made: ChangeSet) -> None:
        """Begin a change-set."""
        self._tx = tx
        self.made = made
        self._watched: dict[Kind, list[int]] = defaultdict(list)
        self._added: dict[Kind, list[int]] = defaultdict(list)

    @property
    def id(self) -> int:
        """Return the number of the change-set."""
        return self.made.id

    def watch(self, kind: Kind, ids: Sequence[int]) -> None:
        """Say which records may be changed or removed now; those that stay as they are leave nothing."""
        if ids:
            self._watched[kind] += ids
            self._run(BEFORE, kind, ids)

    def added(self, kind: Kind, ids: Sequence[int]) -> None:
        """Say which records were added; only after everything that belongs to them is written they are looked at."""
        self._added[kind] += ids

    def close(self) -> None:
        """Write what differs; a change-set in which nothing changed is none."""
        for kind, ids in self._added.items():
            if ids:
                self._run(ADDED, kind, ids)
        for kind, ids in self._watched.items():
            self._run(CHANGED, kind, ids, retired=RETIRED)
        mine = Change.set_id == self.id
        counted = select(Change.kind, Change.action, func.count()).where(mine).group_by(Change.kind, Change.action)
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for name, action, count in self._tx.execute(counted):
            counts[name][action.value] = count
        if self._watched:
            self._tx.execute(delete(ChangeBefore).where(ChangeBefore.set_id == self.id))
        self.made.counts = dict(counts)
        self.made.records = sum(sum(actions.values()) for actions in counts.values())
        if not self.made.records:
            self._tx.session.delete(self.made)
        self._tx.session.flush()
        if self.made.records:
            self._tx.tell(RecordsChanged(self.id, self.made.process, self.made.counts))

    def _run(self, statement: str, kind: Kind, ids: Sequence[int], **values: object) -> None:
        self._tx.session.flush()
        asked = {"set_id": self.id, "kind": kind.name, "ids": list(ids), **values}
        snapshots = {"snapshot": kind.snapshot(), "one": kind.snapshot("= old.record_id")}
        self._tx.execute(text(statement.format(**snapshots)), asked)


@contextmanager
def keeping(
    tx: Transaction, *, process: str | None = None, subject: str | None = None, undoes: ChangeSet | None = None
) -> Iterator[Keeper]:
    """Keep what happens inside as one change-set of the running operation, in its transaction.

    ``process`` names the operation where none is running (jobs); ``subject`` is what it came from, for instance
    ``people_import:12``; ``undoes`` is the change-set that is being undone.
    """
    name = process or tx.running
    if name is None:
        raise RuntimeError("nothing is running whose changes could be kept: name the process")
    made = ChangeSet(
        at=tx.now, account_id=tx.actor.account_id, actor=tx.actor.name, process=name,
        allowed_by=undoes.allowed_by if undoes else name, subject=subject, undoes_id=undoes.id if undoes else None,
        counts={}, records=0,
    )  # fmt: skip
    tx.add(made)
    keeper = Keeper(tx, made)
    yield keeper
    keeper.close()
