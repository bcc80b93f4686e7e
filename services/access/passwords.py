"""Passwords: one rule, one hash. Length counts, composition does not, and what everybody tries first is refused.

bcrypt reads 72 bytes and no more, so longer ones are refused instead of being cut. The hash is written as
streamlit-authenticator's Hasher writes it, which checks it at sign-in; importing that here would pull in Streamlit.
"""

from pathlib import Path

import bcrypt

from core.errors import Invalid
from core.i18n import N_, _

SHORTEST = 12
MOST_BYTES = 72
FEWEST_DIFFERENT = 4
_words = frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())


def usable(password: str, *, login: str = "") -> str:
    """Return the password if it may be used, without blanks around it (sign-in leaves them away too).

    Raises:
        Invalid: with the sentence for the field ``password``.
    """
    stripped = password.strip()
    problem = _problem(stripped, login)
    if problem:
        raise Invalid(problem, fields={"password": _(problem)})
    return stripped


def fits(password: str) -> bool:
    """Say whether bcrypt can read it at all."""
    return 0 < len(password.encode("utf-8", "surrogatepass")) <= MOST_BYTES and "\0" not in password


def hashed(password: str) -> str:
    """Return the bcrypt hash of a usable password; takes about a quarter of a second on purpose."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def matches(password: str, password_hash: str) -> bool:
    """Say whether it is this password."""
    return fits(password) and bcrypt.checkpw(password.strip().encode(), password_hash.encode())


def _problem(password: str, login: str) -> str | None:
    if len(password) < SHORTEST:
        return N_("Use at least 12 characters; a sentence is fine.")
    if not fits(password):
        return N_("Use at most 72 bytes: 72 letters and digits, or 24 Japanese characters.")
    if _tried_first(password.lower()) or password.lower() == login.lower():
        return N_("This password is one of those that are tried first. Use another one.")
    return None


def _tried_first(password: str) -> bool:
    letters = "".join(character for character in password if character.isalpha())
    if not letters or len(set(password)) < FEWEST_DIFFERENT:
        return True
    return any(letters == word * (len(letters) // len(word)) for word in _words) or any(
        letters[:at] in _words and letters[at:] in _words for at in range(1, len(letters))
    )
