"""Kinds of records that are one row with a name, such as templates; what belongs to a row goes and comes with it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select, text, true

from core.actor import Actor, Reach
from core.database import Base
from core.i18n import N_
from core.shown import said
from core.transaction import Transaction
from services.changes.kinds import Kind, Say, Undoing, Values, Wanted
from services.changes.planning import GONE, THERE
from services.changes.standing import current

TAKEN = N_("Something else has its former name by now.")
USED = N_("Something else refers to it by now.")
MAKE = """
    INSERT INTO {table} (id, version, {columns})
    SELECT id, 1, {columns} FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))
"""
CHANGE = """
    UPDATE {table} AS old SET version = old.version + 1, {assigned}
    FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb)) AS new WHERE old.id = new.id
"""


class RowKind(Kind):
    """Records whose fields are columns of one table, which has a unique ``name``, and of tables that ``belong`` to it.

    Whoever may see one may see all: such records lie in no department.
    """

    belongs: tuple[type[Base], ...] = ()
    """Models whose rows are part of a record; ``put_parts`` writes them."""

    def within(self, reach: Reach, actor: Actor) -> ColumnElement[bool]:
        """Return the condition that always holds."""
        del reach, actor
        return true()

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes fields as they are."""
        del tx, values
        return lambda _name, value: said(value)

    def names(self, tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
        """Return the names of records."""
        found = select(self.model.id, self.model.name).where(self.model.id == func.any(list(ids)))
        return {row.id: row.name for row in tx.execute(found)} if ids else {}

    def name_in(self, values: Values) -> str:
        """Return what a record was called."""
        return str(values.get("name", ""))

    def lock(self, tx: Transaction) -> None:
        """Let nobody else change such records, or what belongs to them."""
        tables = ", ".join(model.__tablename__ for model in (self.model, *self.belongs))
        tx.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which records cannot be brought back, and why."""
        del undo
        mine = {one.record_id for one in wanted}
        there = self.names(tx, sorted(mine))
        names = {one.values["name"] for one in wanted if one.values and "name" in one.values}
        taken = select(self.model.name).where(
            self.model.name == func.any(sorted(names)), ~(self.model.id == func.any(sorted(mine)))
        )
        others = set(tx.execute(taken).scalars())
        going = [one.record_id for one in wanted if one.values is None]
        used = referred_to(tx, self.model, going, but={model.__tablename__ for model in self.belongs})
        found = {one.record_id: self._reason(one, there, others, used) for one in wanted}
        return {key: reason for key, reason in found.items() if reason}

    def bring_back(self, tx: Transaction, wanted: Sequence[Wanted]) -> list[int]:
        """Give records what they said; those that are no more are made again under their numbers."""
        now = current(tx, self, [one.record_id for one in wanted])
        then = {one.record_id: {"id": one.record_id, **_then(one, now.get(one.record_id, {}))} for one in wanted}
        made = [key for key in then if key not in now]
        columns = [field.name for field in self.fields if field.name in self.model.__table__.columns]
        named = {
            "table": self.model.__tablename__, "columns": ", ".join(columns),
            "assigned": ", ".join(f"{column} = new.{column}" for column in columns),
        }  # fmt: skip
        for statement, keys in ((MAKE, made), (CHANGE, [key for key in then if key in now])):
            tx.execute(text(statement.format(**named)), {"rows": json.dumps([then[key] for key in keys])})
        self.put_parts(tx, then)
        return made

    def put_parts(self, tx: Transaction, then: Mapping[int, Values]) -> None:
        """Write what belongs to these records, instead of what does now."""

    def take_away(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Remove records; those that something refers to were blocked before."""
        tx.execute(text(f"DELETE FROM {self.model.__tablename__} WHERE id = ANY(:ids)"), {"ids": list(ids)})  # noqa: S608 - our own

    def _reason(self, one: Wanted, there: Collection[int], taken: Collection[str], used: Collection[int]) -> str | None:
        to_be_made = one.values is not None and not one.fields
        if to_be_made is (one.record_id in there):
            return THERE if to_be_made else GONE
        if one.values is None:
            return USED if one.record_id in used else None
        return TAKEN if one.values.get("name") in taken else None


def _then(one: Wanted, now: Values) -> dict[str, Any]:
    return {name: value for name, value in now.items() if name not in one.fields} | dict(one.values or {})


def referred_to(tx: Transaction, model: type[Base], ids: Sequence[int], *, but: Collection[str]) -> set[int]:
    """Return which of these records another table refers to; tables and columns in ``but`` aside."""
    found: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if table.name not in but and f"{table.name}.{column.name}" not in but and _refers(column, model):
                rows = select(column).where(column == func.any(list(ids))).distinct()
                found.update(tx.execute(rows).scalars())
    return found


def _refers(column: Column[object], model: type[Base]) -> bool:
    keys = [key.target_fullname for key in column.foreign_keys] + [column.info.get("refers", "")]
    return any(key.partition(".")[0] == model.__tablename__ for key in keys)
