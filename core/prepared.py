"""Reads that come often: SQLAlchemy writes such a statement once, the driver sends it from then on.

A list of people of 25 lines takes the process half as long so. Whatever else the product reads goes through
SQLAlchemy as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg.rows import tuple_row
from sqlalchemy import Dialect, Select

from core.unit import Unit

Columns = Select[*tuple[Any, ...]]
Processor = Callable[[Any], Any]


class Prepared:
    """A SELECT of columns, not of entities; its values are bound by name when it is asked."""

    def __init__(self, statement: Columns) -> None:
        """Take the statement; it is written when it is first asked, in the database's dialect."""
        self.statement = statement
        self._written: _Written | None = None

    def rows(self, unit: Unit, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows, each with its columns by name and by place."""
        if self._written is None:
            self._written = _Written(self.statement, unit.connection.dialect)
        written = self._written
        if written.by_driver:
            return written.read(unit.send(written.sql, written.bound(values), row=tuple_row).fetchall())
        unit.store()
        return list(unit.connection.execute(self.statement, values))


class _Written:
    """A statement as SQLAlchemy writes it for the driver, with what turns values into the driver's and back."""

    def __init__(self, statement: Columns, dialect: Dialect) -> None:
        self._compiled = compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.by_driver = not (compiled.post_compile_params or compiled.escaped_bind_names)
        """False: how many values there are, and so the SQL, is known only when it is asked."""

        columns = statement.selected_columns
        made: Any = namedtuple("Row", list(columns.keys()), rename=True)  # noqa: PYI024 - what columns there are is data
        self._named: Callable[[Sequence[Any]], Any] = made._make
        types = [(name, bind.type.dialect_impl(dialect)) for bind, name in compiled.bind_names.items()]
        self._bind = {name: turn for name, kind in types if (turn := kind.bind_processor(dialect))}
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._read = [(at, turn) for at, kind in enumerate(kinds) if (turn := kind.result_processor(dialect, None))]

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the statement together with those of this time."""
        found = dict(self._compiled.construct_params(values))
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
