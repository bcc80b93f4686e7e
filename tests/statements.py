"""Every statement that this process sends to PostgreSQL, by SQLAlchemy or by the driver alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg

from core.line import STAND, Line


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note the SQL of each statement while the block runs; many rows sent at once count as one."""
    seen: list[str] = []
    sends = {name: getattr(psycopg.Cursor, name) for name in ("execute", "executemany")}

    def noting(name: str) -> Any:
        def noted(cursor: Any, query: Any, *values: Any, **more: Any) -> Any:
            seen.append(str(query))
            return sends[name](cursor, query, *values, **more)

        return noted

    begin = Line.begin

    def begun(line: Line, scope: str) -> None:
        seen.append(STAND)
        begin(line, scope)

    with (
        patch.multiple(psycopg.Cursor, **{name: noting(name) for name in sends}),
        patch.object(Line, "begin", begun),
    ):
        yield seen
