"""The installation's own key, and what follows from it: keys for one purpose each, and secrets kept in the database.

The key comes from ``RENRAKU_SECRET_KEY`` (the same on every machine of one installation), or is made once and kept in
``secret.key`` in the installation's folder, readable for its owner only. A stolen database opens nothing without it.
"""

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Unavailable
from core.i18n import N_
from core.settings import settings

KEY_BYTES = 32
NONCE_BYTES = 12


def derive(purpose: str) -> bytes:
    """Return 256 bits for one purpose (HKDF-SHA256): what one purpose signs, no other accepts."""
    given = settings().secret_key
    return _derived(given.get_secret_value() if given else None, settings().home, purpose)


def encrypt(purpose: str, plain: str, about: str) -> bytes:
    """Encrypt a text (AES-256-GCM). ``about`` names the row it belongs to: moved to another row it cannot be read."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(derive(purpose)).encrypt(nonce, plain.encode(), about.encode())


def decrypt(purpose: str, kept: bytes, about: str) -> str:
    """Return what ``encrypt`` was given.

    Raises:
        Unavailable: when it was encrypted under another key, for another row, or was changed.
    """
    try:
        return AESGCM(derive(purpose)).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unavailable(
            N_("A stored secret cannot be read: the key of this installation has changed. Enter the secret again.")
        ) from error


@cache
def _derived(given: str | None, home: Path, purpose: str) -> bytes:
    material = given.encode() if given else _kept(home / "secret.key")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"renraku {purpose}".encode()).derive(material)


def _kept(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Unavailable(N_("The key file {path} is damaged. Put it back from a backup."), path=path)
    return key


def _make(path: Path) -> None:
    # Console and worker may start at once: each writes its own file, and the first one to get the name wins.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
