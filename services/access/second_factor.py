"""The second factor (二段階認証): codes of an app on a phone (TOTP, RFC 6238), and recovery codes on paper."""

import hmac
import secrets as random
import unicodedata
from urllib.parse import urlsplit

import pyotp
from sqlalchemy import delete, exists, func, select, update

from core import secrets
from core.rotation import encrypted
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, RecoveryCode, SecondFactor
from services.access.tokens import hash_of

PURPOSE = "second factor"
ABOUT = "second_factor:{}"
encrypted(SecondFactor.secret, PURPOSE)
STEP_SECONDS = 30
RECOVERY_CODES = 10
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that look like others on paper."""

LETTERS_IN_A_CODE = 16


def is_on(tx: Transaction, account_id: int) -> bool:
    """Say whether an account has a second factor that was confirmed."""
    confirmed = exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    return bool(tx.scalar(select(confirmed)))


def begin(tx: Transaction, account_id: int) -> None:
    """Keep a new secret, in place of one that was never confirmed."""
    remove(tx, account_id)
    sealed = secrets.encrypt(PURPOSE, pyotp.random_base32(), ABOUT.format(account_id))
    tx.insert(SecondFactor, account_id=account_id, secret=sealed, created_at=tx.now)


def secret_of(tx: Transaction, account_id: int) -> str | None:
    """Return the secret while it waits to be confirmed; afterwards nobody is shown it any more."""
    row = tx.get(SecondFactor, account_id)
    return _opened(row) if row is not None and row.confirmed_at is None else None


def address_of(tx: Transaction, account_id: int) -> str | None:
    """Return the ``otpauth://`` address that a phone reads from the QR code, while it waits to be confirmed."""
    secret = secret_of(tx, account_id)
    if secret is None:
        return None
    login = tx.scalar(select(Account.login).where(Account.id == account_id))
    issuer = f"Renraku ({urlsplit(settings().base_url).hostname})"
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def confirm(tx: Transaction, account_id: int, typed: str) -> bool:
    """Switch the waiting secret on if the code is one of it; say whether it is."""
    row = tx.get(SecondFactor, account_id, lock=True)
    if row is None or row.confirmed_at is not None or not _is_fresh(tx, row, _plain(typed)):
        return False
    row.confirmed_at = tx.now
    tx.session.flush()
    return True


def accepts(tx: Transaction, account_id: int, typed: str) -> bool:
    """Say whether it is a code of the account that was not used before, and use it up."""
    code = _plain(typed)
    if len(code) != LETTERS_IN_A_CODE:
        row = tx.get(SecondFactor, account_id, lock=True)
        return row is not None and row.confirmed_at is not None and _is_fresh(tx, row, code)
    unused = (
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == hash_of(code),
        RecoveryCode.used_at.is_(None),
    )
    return bool(tx.changed_rows(update(RecoveryCode).where(*unused).values(used_at=tx.now)))


def new_recovery_codes(tx: Transaction, account_id: int) -> list[str]:
    """Make ten recovery codes in place of those before, and return them; they are kept as hashes only."""
    codes = ["".join(random.choice(LETTERS) for _at in range(LETTERS_IN_A_CODE)) for _one in range(RECOVERY_CODES)]
    tx.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    tx.add_all([RecoveryCode(account_id=account_id, code_hash=hash_of(code)) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, LETTERS_IN_A_CODE, 4)) for code in codes]


def codes_left(tx: Transaction, account_id: int) -> int:
    """Return how many recovery codes are unused."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return int(tx.scalar(unused))


def remove(tx: Transaction, account_id: int) -> None:
    """Take the second factor away, with its recovery codes."""
    tx.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    tx.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


def _is_fresh(tx: Transaction, row: SecondFactor, code: str) -> bool:
    # One step before and after, for clocks that differ; a step that was used, or an earlier one, is never taken again.
    now, totp = int(tx.now.timestamp()) // STEP_SECONDS, pyotp.TOTP(_opened(row))
    for step in (now - 1, now, now + 1):
        if step > row.last_step and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            row.last_step = step
            tx.session.flush()
            return True
    return False


def _opened(row: SecondFactor) -> str:
    return secrets.decrypt(PURPOSE, row.secret, ABOUT.format(row.account_id))


def _plain(typed: str) -> str:
    # People type full-width digits, blanks in the middle, small letters.
    half = unicodedata.normalize("NFKC", typed[:100]).upper()
    return "".join(letter for letter in half if letter.isascii() and letter.isalnum())
