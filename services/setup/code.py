"""The one-time setup code: only who can read the terminal can make the first administrator."""

import hashlib
import hmac
import secrets
from collections.abc import Callable

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.transaction import Transaction
from data.models.setup import Organisation, SetupCode

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
MOST_FAILURES = 10


def announce(say: Callable[[str], None]) -> None:
    """On an empty installation, make a new setup code and say it at the terminal; each start makes a new one."""
    with transaction(Actor.system("start")) as tx:
        if tx.scalar(select(Organisation.id)) is not None:
            return
        code = new_code(tx)
    say(_(N_("Setup code for the first administrator: {code}"), code=code))


def new_code(tx: Transaction) -> str:
    """Store a new code (its SHA-256) in place of the one before and return it as ``ABCD-EFGH``."""
    code = "".join(secrets.choice(ALPHABET) for _at in range(LENGTH))
    tx.session.merge(SetupCode(id=1, code_hash=_hash(code), created_at=tx.now, failures=0))
    tx.session.flush()
    return f"{code[:4]}-{code[4:]}"


def is_right(stored: SetupCode, typed: str) -> bool:
    """Compare in constant time; blanks, hyphens and small letters do not matter. Wrong ones are counted."""
    right = stored.failures < MOST_FAILURES and hmac.compare_digest(stored.code_hash, _hash(typed))
    if not right:
        stored.failures += 1
    return right


def _hash(code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()
