"""How long what is personal is kept (保存期間, 個人情報保護法): each room declares its kinds of data, the rest follows.

A kind says what of it is erased, after how many days, and how: ``count`` what falls due, and ``step``, which erases a
part of it, set-based, and returns how many rows that were (0: nothing is left). Days are counted from the moment that
the kind names in ``erases``. What an administrator set instead of ``days`` stands in the database; nobody may set less
than ``least``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update

from core.i18n import _
from core.transaction import Transaction

Count = Callable[[Transaction, datetime], int]
"""Says how many rows fall due that are older than a moment, ``CAP`` at most."""

Step = Callable[[Transaction, datetime, int], int]
"""Erases at most so many rows that are older than a moment, and returns how many."""

CAP = 10_001
"""So far rows are counted for people; more are shown as 10,000+."""


@dataclass(frozen=True)
class Retained:
    """A kind of data that is not kept for ever; ``label`` and ``erases`` are message ids, ``days`` the default."""

    name: str
    label: str
    erases: str
    days: int
    least: int
    count: Count
    step: Step

    @property
    def title(self) -> str:
        """Return what people call it."""
        return _(self.label)


_kinds: dict[str, Retained] = {}


def retained(name: str, label: str, erases: str, *, days: int, least: int, how: tuple[Count, Step]) -> Retained:
    """Declare a kind of data with its default and least number of days."""
    if name in _kinds or least > days:
        raise RuntimeError(f"{name} is declared twice, or kept for less than its least")
    _kinds[name] = Retained(name, label, erases, days, least, *how)
    return _kinds[name]


def kinds() -> list[Retained]:
    """Return every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def rows_of(model: Any, due: Callable[[datetime], ColumnElement[bool]]) -> tuple[Count, Step]:
    """Return how whole rows of a model are counted and deleted when ``due``."""
    key = tuple_(*model.__table__.primary_key.columns)

    def step(tx: Transaction, before: datetime, most: int) -> int:
        gone = select(*model.__table__.primary_key.columns).where(due(before)).limit(most)
        return tx.changed_rows(
            delete(model).where(key.in_(gone.with_for_update(skip_locked=True))).execution_options(
                synchronize_session=False
            )
        )  # fmt: skip

    return counted(model, due), step


def counted(model: Any, due: Callable[[datetime], ColumnElement[bool]]) -> Count:
    """Return what counts the rows of a model that are due."""

    def count(tx: Transaction, before: datetime) -> int:
        some = select(*model.__table__.primary_key.columns).where(due(before)).limit(CAP).subquery()
        return int(tx.scalar(select(func.count()).select_from(some)))

    return count


def together(*parts: tuple[Count, Step]) -> tuple[Count, Step]:
    """Return how several tables are one kind: counted together, erased one after the other."""

    def count(tx: Transaction, before: datetime) -> int:
        return min(CAP, sum(part(tx, before) for part, _step in parts))

    def step(tx: Transaction, before: datetime, most: int) -> int:
        return next((done for _count, part in parts if (done := part(tx, before, most))), 0)

    return count, step


def below(
    parent: Any,
    child: Any,
    *,
    link: str,
    mark: str,
    due: Callable[[datetime], ColumnElement[bool]],
    holds: ColumnElement[bool],
    blank: Mapping[str, Any],
) -> tuple[Count, Step]:
    """Return how rows that ``link`` to a ``parent`` are counted and blanked when the parent is due.

    ``holds`` says that there is something in a row still. A parent whose rows are all blank gets the time into ``mark``
    and is not looked at again, so a night costs what falls due in it, however much there was before.
    """
    of = getattr(child, link)
    open_parents = getattr(parent, mark).is_(None)
    key = child.__table__.primary_key.columns

    def count(tx: Transaction, before: datetime) -> int:
        some = select(*key).join(parent, parent.id == of).where(due(before), open_parents, holds).limit(CAP).subquery()
        return int(tx.scalar(select(func.count()).select_from(some)))

    def step(tx: Transaction, before: datetime, most: int) -> int:
        parents = select(parent.id).where(due(before), open_parents).order_by(parent.id).limit(1)
        while (one := tx.scalar(parents.with_for_update(skip_locked=True))) is not None:
            some = select(*key).where(of == one, holds).limit(most)
            done = tx.changed_rows(
                update(child)
                .where(of == one, tuple_(*key).in_(some))
                .values(**blank)
                .execution_options(synchronize_session=False)
            )
            if done < most:
                tx.execute(update(parent).where(parent.id == one).values({mark: tx.now}).execution_options(
                    synchronize_session=False
                ))  # fmt: skip
            if done:
                return done
        return 0

    return count, step
