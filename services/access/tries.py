"""How often something may be tried (試行回数): by login name and network, counted before it is judged.

Ten wrong passwords close one name for one network, so nobody keeps anybody out who signs in from elsewhere. Against
guessing from many networks, a hundred close the name for all networks but those from which it was signed in before.
Against one network that tries many names, three hundred close the network. Each lasts until the window of fifteen
minutes ends; a one-time link, or an administrator, opens a name at once. Thirty wrong codes after a right password
close the second step for a day.
"""

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update

from core.transaction import Transaction
from data.models.access import Account, SignInSession, SignInTry, TryKind

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 10
MOST_FOR_A_NAME = 100
MOST_FROM_A_NETWORK = 300
SIGNED_IN = "signed in"
"""In place of a network, for what somebody who is signed in tries with the own account."""

SECOND = "second factor"
"""In place of a network, for codes after a right password, from wherever: six digits are soon guessed by many."""

MOST_CODES = 30
CODES_WITHIN = timedelta(days=1)
HERE = "this machine"
COUNT = text("""
    INSERT INTO sign_in_try (kind, login, network, times, until)
    SELECT :kind, login, network, 1, :until
    FROM unnest(CAST(:logins AS text[]), CAST(:networks AS text[])) AS tried (login, network) ORDER BY login, network
    ON CONFLICT (kind, login, network) DO UPDATE SET
        times = CASE WHEN sign_in_try.until <= :now THEN 1 ELSE sign_in_try.times + 1 END,
        until = CASE WHEN sign_in_try.until <= :now THEN excluded.until ELSE sign_in_try.until END
    RETURNING login, network, times
""")


def network_of(address: str | None) -> str:
    """Return what counts as one place: an IPv4 address, or the 64 leading bits of an IPv6 one, which one home has."""
    try:
        found = ipaddress.ip_address((address or "127.0.0.1").partition("%")[0])
    except ValueError:
        return (address or "")[:60]
    if found.is_loopback:
        return HERE
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def count(
    tx: Transaction, kind: TryKind, keys: Sequence[tuple[str, str]], window: timedelta = WINDOW
) -> dict[tuple[str, str], int]:
    """Count one more try for each login name and network; return how many there were in their windows, this one too."""
    logins, networks = [login for login, _network in keys], [network for _login, network in keys]
    rows = tx.execute(
        COUNT, {"kind": kind, "logins": logins, "networks": networks, "now": tx.now, "until": tx.now + window}
    )
    return {(row.login, row.network): row.times for row in rows}


def count_sign_in(tx: Transaction, login: str, network: str) -> bool:
    """Count an attempt to sign in; say whether it may be judged at all."""
    if network == SIGNED_IN:
        return count(tx, TryKind.SIGN_IN, [(login, network)])[login, network] <= MOST_FAILURES
    times = count(tx, TryKind.SIGN_IN, [(login, network), (login, ""), ("", network)])
    # Behind a proxy that names nobody, all people are “this machine”: one of them must not close it for everybody.
    closed = network != HERE and times["", network] > MOST_FROM_A_NETWORK
    if closed or times[login, network] > MOST_FAILURES:
        return False
    return times[login, ""] <= MOST_FOR_A_NAME or network in _known_networks(tx, login)


def count_code(tx: Transaction, login: str) -> bool:
    """Count a code of the second factor; say whether it may be judged at all. Only who has the password gets here."""
    return count(tx, TryKind.SIGN_IN, [(login, SECOND)], CODES_WITHIN)[login, SECOND] <= MOST_CODES


def forgive(tx: Transaction, login: str, network: str, *, attempts: int = 1) -> None:
    """Take back what was counted for attempts that were right after all."""
    tx.execute(delete(SignInTry).where(*_of(login), SignInTry.network == network))
    tx.execute(
        update(SignInTry)
        .where(
            SignInTry.kind == TryKind.SIGN_IN,
            or_(
                and_(SignInTry.login == login, SignInTry.network == ""),
                and_(SignInTry.login == "", SignInTry.network == network),
            ),
        )
        .values(times=func.greatest(SignInTry.times - attempts, 0))
    )


def reopen(tx: Transaction, login: str) -> None:
    """Forget all attempts for a login name, from every network."""
    tx.execute(delete(SignInTry).where(*_of(login)))


def is_locked(at: Any) -> ColumnElement[bool]:
    """Return the condition on ``Account`` that some network, or all unknown ones, may not try it at that moment."""
    return exists().where(
        SignInTry.kind == TryKind.SIGN_IN,
        SignInTry.login == Account.login,
        SignInTry.until > at,
        or_(
            and_(SignInTry.network != "", SignInTry.network != SECOND, SignInTry.times >= MOST_FAILURES),
            and_(SignInTry.network == SECOND, SignInTry.times >= MOST_CODES),
            and_(SignInTry.network == "", SignInTry.times >= MOST_FOR_A_NAME),
        ),
    )


def _of(login: str) -> tuple[ColumnElement[bool], ...]:
    return SignInTry.kind == TryKind.SIGN_IN, SignInTry.login == login


def _known_networks(tx: Transaction, login: str) -> set[str]:
    addresses = (
        select(SignInSession.address)
        .join(Account, Account.id == SignInSession.account_id)
        .where(Account.login == login)
        .distinct()
    )
    return {network_of(address) for address in tx.execute(addresses).scalars()}
