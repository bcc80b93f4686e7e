"""The installation's own key, and what follows from it: keys for one purpose each, and secrets kept in the database.

The key comes from ``RENRAKU_SECRET_KEY`` (the same on every machine of one installation), or is made once and kept in
``secret.key`` in the installation's folder, readable for its owner only. A stolen database opens nothing without it.
Signatures hang on it for good. What is stored encrypted names the key that it is under, so that newer keys can take
over (``core.rotation``): from ``RENRAKU_ENCRYPTION_KEYS``, or beside ``secret.key`` in files ``encryption-1.key``, ….
"""

import os
import secrets
from dataclasses import dataclass
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
MARK = b"RK1"
"""Begins every value that names its key. Older ones begin with their nonce and are under the first key."""

ID_BYTES = 4
PREFIX_BYTES = len(MARK) + ID_BYTES
UNREADABLE = N_("A stored secret cannot be read: the key of this installation has changed. Enter the secret again.")


@dataclass(frozen=True)
class Key:
    """One key that stored secrets can be under."""

    material: bytes

    @property
    def prefix(self) -> bytes:
        """Return how values under this key begin; it tells nothing about the key."""
        return MARK + _derived(self.material, "key id")[:ID_BYTES]

    def cipher(self, purpose: str) -> AESGCM:
        """Return AES-256-GCM under the key for one purpose."""
        return AESGCM(_derived(self.material, purpose))


def derive(purpose: str) -> bytes:
    """Return 256 bits for one purpose (HKDF-SHA256): what one purpose signs, no other accepts."""
    return _derived(_first().material, purpose)


def encrypt(purpose: str, plain: str, about: str) -> bytes:
    """Encrypt a text (AES-256-GCM). ``about`` names the row it belongs to: moved to another row it cannot be read."""
    key, nonce = newest(), secrets.token_bytes(NONCE_BYTES)
    return key.prefix + nonce + key.cipher(purpose).encrypt(nonce, plain.encode(), about.encode())


def decrypt(purpose: str, kept: bytes, about: str) -> str:
    """Return what ``encrypt`` was given, whichever of the known keys it is under.

    Raises:
        Unavailable: when it was encrypted under an unknown key, for another row, or was changed.
    """
    key, sealed = _key_of(kept)
    try:
        return key.cipher(purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unavailable(UNREADABLE) from error


def newest() -> Key:
    """Return the key that secrets are encrypted under from now on."""
    return _ring(*_sources())[0]


def add_key() -> bool:
    """Make a newer key in the installation's folder; False where keys come from the environment of each machine."""
    if settings().secret_key or settings().encryption_keys:
        return False
    numbers = [int(path.stem.rpartition("-")[2]) for path in _files(settings().home)]
    _make(settings().home / f"encryption-{max(numbers, default=0) + 1}.key")
    _ring.cache_clear()
    return True


def _key_of(kept: bytes) -> tuple[Key, bytes]:
    for _look in range(2):
        for key in _ring(*_sources()):
            if kept.startswith(key.prefix):
                return key, kept[PREFIX_BYTES:]
        _ring.cache_clear()  # another process may have made a newer key meanwhile
    return _first(), kept


def _first() -> Key:
    return _ring(*_sources())[-1]


def _sources() -> tuple[str | None, str, Path]:
    given, newer = settings().secret_key, settings().encryption_keys
    return given.get_secret_value() if given else None, newer.get_secret_value() if newer else "", settings().home


@cache
def _ring(given: str | None, newer: str, home: Path) -> tuple[Key, ...]:
    """Return every known key, the newest one first, the installation's own last."""
    named = [Key(part.strip().encode()) for part in newer.split(",") if part.strip()]
    found = [] if named else [Key(_kept(path)) for path in _files(home)]
    return (*named, *found, Key(given.encode() if given else _kept(home / "secret.key")))


def _files(home: Path) -> list[Path]:
    found = [path for path in home.glob("encryption-*.key") if path.stem.rpartition("-")[2].isdigit()]
    return sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]), reverse=True)


@cache
def _derived(material: bytes, purpose: str) -> bytes:
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
