"""One writer of people and departments at a time.

What a row alone cannot say, such as “no mail address belongs to two people” and “no department lies below itself”, is
checked under this lock. Single edits hold it for milliseconds, an import while it is applied.
"""

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
    try:
        tx.execute(select(func.pg_advisory_xact_lock(KEY)))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Unavailable(N_("People are being imported at this moment. Try again in a minute.")) from error
        raise
