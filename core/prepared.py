"""Statements that come often: SQLAlchemy writes such a one once, the driver sends it from then on.

A page of a list takes the process half as long so, a new row a fifth. Whatever else is read or written goes through
SQLAlchemy as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg.rows import tuple_row
from sqlalchemy import CompoundSelect, Dialect, Insert, Select, Table, insert

from core.unit import Unit

Columns = Select[*tuple[Any, ...]]
Statement = Columns | CompoundSelect[*tuple[Any, ...]] | Insert
_named_tuple: Any = namedtuple  # noqa: PYI024 - which names there are is data


class Prepared:
    """A statement that returns columns, not entities; its values are bound by name when it is sent."""

    def __init__(self, statement: Statement, *, names: Collection[str] | None = None, plan_anew: bool = False) -> None:
        """Take the statement, and for an INSERT the columns that are given; it is written when it is first sent.

        ``plan_anew``: the best plan depends on the values, or as ``Line.rows`` says.
        """
        self.statement = statement
        self._names = names
        self._plan_anew = plan_anew
        self._written: _Written | None = None

    def rows(self, unit: Unit, values: Mapping[str, Any]) -> list[Any]:
        """Send it and return the rows, each with its columns by name and by place."""
        if self._written is None:
            self._written = _Written(self.statement, self._names, unit.line.dialect)
        written = self._written
        if written.by_driver:
            found = unit.rows(written.sql, written.bound(values), row=tuple_row, plan_anew=self._plan_anew)
            return written.read(found)
        unit.store()
        return list(unit.connection.execute(self.statement, values))


class Inserting:
    """What stores one new row of a table, given values for some of its columns, and returns its primary key."""

    def __init__(self, table: Table, names: frozenset[str]) -> None:
        """Take the columns that are given; where a model has a default for others, that is stored.

        Raises:
            TypeError: when the table has no such column.
        """
        if strange := names - set(table.columns.keys()):
            raise TypeError(f"{table.name} has no column {', '.join(sorted(strange))}")
        self._defaults = [
            (column.key, column.default) for column in table.columns if column.default and column.key not in names
        ]
        every = names.union(name for name, _default in self._defaults)
        self._prepared = Prepared(insert(table).returning(*table.primary_key), names=every)

    def store(self, unit: Unit, values: dict[str, Any]) -> Any:
        """Store the row and return its primary key."""
        return self._prepared.rows(unit, {name: _made(default) for name, default in self._defaults} | values)[0]


inserting = cache(Inserting)


def _made(default: Any) -> Any:
    return default.arg(None) if default.is_callable else default.arg  # SQLAlchemy lets every callable take a context


class _Written:
    """A statement as SQLAlchemy writes it for the driver, with what turns values into the driver's and back."""

    def __init__(self, statement: Statement, names: Collection[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        made = any(bind.callable for bind in compiled.bind_names)
        self.by_driver = not (compiled.post_compile_params or compiled.escaped_bind_names or made)
        """False: how many values there are, and so the SQL, or one of the values is known only when it is sent."""

        self._fixed: dict[str, Any] = {
            name: bind.value for bind, name in compiled.bind_names.items() if not bind.required
        }
        columns = statement.exported_columns
        self._named: Callable[[Sequence[Any]], Any] = _named_tuple("Row", columns.keys(), rename=True)._make
        types = [(name, bind.type.dialect_impl(dialect)) for bind, name in compiled.bind_names.items()]
        self._bind = {name: turn for name, kind in types if (turn := kind.bind_processor(dialect))}
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._read = [(at, turn) for at, kind in enumerate(kinds) if (turn := kind.result_processor(dialect, None))]

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the statement together with those of this time."""
        found = {**self._fixed, **values}
        for name, turn in self._bind.items():
            found[name] = turn(found[name])
        return found

    def read(self, rows: list[Any]) -> list[Any]:
        """Return rows with names, and with values as the columns' types have them."""
        if not self._read:
            return [self._named(row) for row in rows]
        return [self._named(self._turned(row)) for row in rows]

    def _turned(self, row: Any) -> list[Any]:
        turned = list(row)
        for at, turn in self._read:
            turned[at] = turn(turned[at])
        return turned
