"""How many messages may be asked for (送信回数の制限): nobody floods an address, a number, or the organisation's bill.

Counted in the database, so on all machines together. Addresses stand there only as keyed hashes.
"""

import hmac
from datetime import timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import text

from core import secrets
from core.errors import Unavailable
from core.i18n import N_
from core.transaction import Transaction
from data.models.people import ContactKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_IN_AN_HOUR = {ContactKind.MAIL: 50_000, ContactKind.MOBILE: 1_000, ContactKind.APP: 50_000}
"""Of the whole installation. An SMS costs some 10 yen."""

TOO_MANY = N_("Too many messages were asked for. Wait an hour, then try again.")
COUNT = text("""
    INSERT INTO registration_brake (key, times, until)
    SELECT key, 1, until FROM unnest(CAST(:keys AS bytea[]), CAST(:untils AS timestamptz[])) AS tried (key, until)
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        times = CASE WHEN registration_brake.until <= :now THEN 1 ELSE registration_brake.times + 1 END,
        until = CASE WHEN registration_brake.until <= :now THEN excluded.until ELSE registration_brake.until END
    RETURNING key, times
""")
log = structlog.get_logger("registration")


class Brake(NamedTuple):
    """At most so many times in a window of time, for one person, address, or for all."""

    name: str
    times: int
    window: timedelta

    @property
    def key(self) -> bytes:
        """Return what stands in the database for it."""
        about = f"{self.name}|{int(self.window.total_seconds())}"
        return hmac.digest(secrets.derive("registration brake"), about.encode(), "sha256")


def count_message(tx: Transaction, person_id: int, kind: ContactKind, value: str) -> None:
    """Count one more message to a contact point of a person.

    Raises:
        Unavailable: when it is one too many for the person, the address, or the installation.
    """
    person, address = f"person:{person_id}", f"{kind}:{value.lower()}"
    count(tx, [
        Brake(person, 10, HOUR), Brake(person, 20, DAY), Brake(address, 3, HOUR), Brake(address, 6, DAY),
        Brake(f"all:{kind}", MOST_IN_AN_HOUR[kind], HOUR),
    ])  # fmt: skip


def count(tx: Transaction, brakes: list[Brake]) -> None:
    """Count one more time for each of these.

    Raises:
        Unavailable: when it is one too many for any of them.
    """
    if not allows(tx, brakes):
        raise Unavailable(TOO_MANY)


def allows(tx: Transaction, brakes: list[Brake]) -> bool:
    """Count one more time for each of these, and say whether it is one too many for none of them."""
    by_key = {brake.key: brake for brake in brakes}
    values = {"keys": list(by_key), "untils": [tx.now + one.window for one in by_key.values()], "now": tx.now}
    over = [row for row in tx.execute(COUNT, values).all() if row.times > by_key[bytes(row.key)].times]
    for row in over:
        log.info("too often", brake=by_key[bytes(row.key)].name.partition(":")[0], times=row.times)
    return not over
