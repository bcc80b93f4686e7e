"""Newer keys for what is stored encrypted: each room says which columns, ``manage.py rotate-keys`` does the rest.

Values under older keys stay readable all the time, so nothing has to be stopped meanwhile, and a run that was broken
off is simply started again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, LargeBinary, Table, cast, func, select, update

from core import secrets
from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction

BATCH = 1_000


@dataclass(frozen=True)
class Encrypted:
    """A column of encrypted values, each sealed for its row ``table:key``, under the keys of one purpose."""

    column: Column[Any]
    purpose: str

    @property
    def table(self) -> Table:
        """Return its table."""
        table: Table = self.column.table
        return table

    @property
    def key(self) -> Column[Any]:
        """Return the primary key of its table, one number."""
        key: Column[Any] = self.table.primary_key.columns[0]
        return key


_columns: list[Encrypted] = []


def encrypted(column: Any, purpose: str) -> Encrypted:
    """Declare that a model's column holds values of ``secrets.encrypt(purpose, …, about="table:key")``."""
    declared = Encrypted(column.property.columns[0], purpose)
    _columns.append(declared)
    return declared


def rotate() -> dict[str, int]:
    """Put every stored secret under the newest key; return how many were changed, by table and column.

    Raises:
        Unavailable: when a value can be read under none of the known keys; what was done before stays done.
    """
    done: dict[str, int] = {}
    for one in _columns:
        count, last = 0, None
        while True:
            with transaction(Actor.system("rotate-keys")) as tx:
                changed, last = _batch(tx, one, last)
            count += changed
            if last is None:
                break
        done[f"{one.table.name}.{one.column.name}"] = count
    return done


def older(tx: Transaction) -> int:
    """Return how many stored secrets are not under the newest key yet."""
    return sum(
        int(tx.scalar(select(func.count()).select_from(one.table).where(one.column.is_not(None), _is_older(one))))
        for one in _columns
    )


def _is_older(one: Encrypted) -> ColumnElement[bool]:
    return func.substr(one.column, 1, secrets.PREFIX_BYTES) != secrets.newest().prefix


def _batch(tx: Transaction, one: Encrypted, after: int | None) -> tuple[int, int | None]:
    wanted = select(one.key.label("row"), one.column.label("kept")).where(one.column.is_not(None), _is_older(one))
    if after is not None:
        wanted = wanted.where(one.key > after)
    rows = tx.execute(wanted.order_by(one.key).limit(BATCH).with_for_update()).all()
    if not rows:
        return 0, None
    fresh = select(
        func.unnest(cast([found.row for found in rows], ARRAY(BigInteger))).label("row"),
        func.unnest(cast([_renewed(one, found.row, found.kept) for found in rows], ARRAY(LargeBinary))).label("value"),
    ).subquery()
    tx.execute(update(one.table).where(one.key == fresh.c.row).values({one.column.name: fresh.c.value}))
    return len(rows), rows[-1].row


def _renewed(one: Encrypted, row: int, kept: bytes) -> bytes:
    about = f"{one.table.name}:{row}"
    return secrets.encrypt(one.purpose, secrets.decrypt(one.purpose, kept, about), about)
