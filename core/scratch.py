"""Tables of one transaction: what several statements need is found once, and they are planned by how much it is."""

from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, delete, insert, text
from sqlalchemy.schema import CreateTable

from core.transaction import Transaction


class Scratch:
    """A table that is empty when a transaction first empties it, and gone when that ends."""

    def __init__(self, name: str, *columns: Column[Any]) -> None:
        """Take its name and columns; it is made when it is first emptied."""
        self.table = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
        self._analyze = text(f"ANALYZE {name}")

    def empty(self, tx: Transaction) -> None:
        """Make it, or take everything out of it."""
        tx.execute(CreateTable(self.table, if_not_exists=True))
        tx.execute(delete(self.table))

    def add(self, tx: Transaction, rows: Select[*tuple[Any, ...]]) -> int:
        """Put the rows of a statement in, column by column, and return how many they are."""
        added = tx.changed_rows(insert(self.table).from_select([one.name for one in self.table.columns], rows))
        tx.execute(self._analyze)
        return added
