"""Finding what free text says of somebody (痕跡): for erasing, where no key leads to it."""

import re
from typing import Any

from sqlalchemy import ColumnElement, String, cast

from core.transaction import Transaction

FEWEST_LETTERS = 4
"""Shorter words would be found in the text of others."""


def mentions(column: Any, words: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition that one of these words stands anywhere in a text or JSON column; it reads every row."""
    return cast(column, String).regexp_match("|".join(map(re.escape, words)))


def run(tx: Transaction, statement: Any) -> int:
    """Run a set-based write and forget what the session had loaded; return how many rows it touched."""
    done = tx.changed_rows(statement.execution_options(synchronize_session=False))
    tx.session.expire_all()
    return done


def worth_looking_for(words: set[str]) -> tuple[str, ...]:
    """Return the words that are long enough to mean one person."""
    return tuple(sorted(word for word in words if len(word) >= FEWEST_LETTERS))
