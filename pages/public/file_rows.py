"""The rows of a list for a file: its headings, and its cells page by page, in the columns that were asked for."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel

from core.actor import Actor
from core.database import transaction
from core.i18n import _, using_language
from core.inputs import Input
from core.operations import Query
from core.paging import Page

INNER = "."
"""``latest.Where are you?`` is one entry of the mapping ``latest``."""


@dataclass(frozen=True)
class Rows:
    """What a query answers an actor, from its ``first`` page on; ``wanted`` are names of columns, none means all."""

    process: Query[Any, Any]
    actor: Actor
    question: Input
    first: Any
    wanted: Sequence[str] = ()
    still: Callable[[], None] = lambda: None
    """Raises where whoever asked may not have the rest any more."""

    @cached_property
    def header(self) -> list[str]:
        """Return the headings, in the current language."""
        rows = _rows(self.first)
        header: list[str] = []
        for name in self._columns:
            field, _mark, inner = name.partition(INNER)
            value = getattr(rows[0], field) if rows and not inner else None
            header += map(str, value) if isinstance(value, Mapping) else [inner or _(self._fields[field])]
        return header

    def pages(self) -> Iterator[list[list[object]]]:
        """Return the cells of one page after the other.

        Each is read in a transaction of its own: one for the whole file would stay open as long as the reader is slow.
        """
        answer = self.first
        yield [self._cells(row) for row in _rows(answer)]
        while isinstance(answer, Page) and answer.next:
            self.still()
            with transaction(self.actor) as tx, using_language(self.actor.language):
                answer = self.process(tx, self.question.model_copy(update={"after": answer.next}))
                cells = [self._cells(row) for row in answer.rows]
            yield cells

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Return what a file of this list may have, by name: the fields with a title of their own, or all."""
        rows = _rows(self.first)
        model = type(rows[0]) if rows else _row_model(self.process)
        known: dict[str, Any] = {**model.model_fields, **model.model_computed_fields}
        titled = {name: info.title for name, info in known.items() if info.title}
        return titled or {name: name for name in model.model_fields}

    @cached_property
    def _columns(self) -> list[str]:
        return [name for name in self.wanted if name.partition(INNER)[0] in self._fields] or list(self._fields)

    def _cells(self, row: BaseModel) -> list[object]:
        cells: list[object] = []
        for name in self._columns:
            field, _mark, inner = name.partition(INNER)
            value = getattr(row, field)
            if not isinstance(value, Mapping):
                cells.append(value)
            elif inner:
                cells.append(value.get(inner))
            else:
                cells += value.values()
        return cells


def _rows(answer: Any) -> Sequence[BaseModel]:
    rows: Sequence[BaseModel] = answer.rows if hasattr(answer, "rows") else answer
    return rows


def _row_model(process: Query[Any, Any]) -> type[BaseModel]:
    answer = inspect.signature(process.function, eval_str=True).return_annotation
    model: type[BaseModel] = get_args(answer)[0]
    return model
