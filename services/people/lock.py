"""One writer of people and departments at a time.

What a row alone cannot say, such as “no mail address belongs to two people” and “no department lies below itself”, is
checked under this lock. Single edits hold it for milliseconds, an import while it is applied.
"""

from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core.errors import Unavailable
from core.i18n import N_
from core.transaction import Transaction

KEY = 7_236_847  # any number of our own, next to those of migrations and of the audit trail's seals


def alone(tx: Transaction) -> None:
    """Wait until nobody else writes people or departments; held until the transaction ends.

    Raises:
        Unavailable: when an import takes longer than the connection's lock timeout.
    """
    _take(tx, func.pg_advisory_xact_lock(KEY))


def beside(tx: Transaction) -> None:
    """Wait until nobody writes people under ``alone``; those who come by this way do not wait for each other.

    For what a person does alone, with a look at everybody else's addresses. Comes before any row is locked.

    Raises:
        Unavailable: when an import takes longer than the connection's lock timeout.
    """
    _take(tx, func.pg_advisory_xact_lock_shared(KEY))


def _take(tx: Transaction, lock: Any) -> None:
    try:
        tx.execute(select(lock))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Unavailable(N_("People are being imported at this moment. Try again in a minute.")) from error
        raise
