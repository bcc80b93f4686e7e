"""The app on people's phones (アプリの設定, X02): Web Push with keys of the installation's own, and the switch.

No shop and no account of another company: the page for registering is the app, which a phone keeps on its home screen.
"""

from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from core import secrets
from core.at_once import require_unchanged
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.rotation import encrypted
from core.settings import settings
from core.transaction import Transaction
from data.models.channels import AppChannel
from services.delivery.lacking import Lacking, lacking, require_complete
from services.delivery.providers.webpush import Sender, WebPush, packed
from services.people import Mail

ONLY_ROW = 1
KEY = "app private key"
ABOUT = f"app_channel:{ONLY_ROW}"
encrypted(AppChannel.private_key, KEY)
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where browsers take messages without encryption, too."""

ADDRESS = "public_url"
"""What lacks when browsers reach us without encryption."""


class AppFields(Input):
    """The settings as the page asks for them. They may be saved without the address while the app is off."""

    contact: Mail = field(
        N_("Mail address for push services"), default="", max_length=254,
        help=N_("Apple, Google and Mozilla write there when something is wrong with your messages."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class AppRow(Row):
    """The settings as they stand, with what they lack; ``address`` is where phones reach us."""

    enabled: bool
    contact: str
    version: int
    address: str
    lacks: list[Lacking]


@query("delivery.app", N_("See the settings of the app"))
def app_settings(tx: Transaction, ask: Nothing) -> AppRow:  # noqa: ARG001 - every query is asked with something
    """Return the settings of the app."""
    return _shown(current_app(tx))


@operation("delivery.edit_app", N_("Set up the app"), touches="app_channel")
def edit_app(tx: Transaction, ask: AppFields) -> AppRow:
    """Set the address for push services. The first time makes the keys.

    Raises:
        Conflict: when somebody else changed it meanwhile.
        Invalid: when the app is on and the address was emptied.
    """
    row = tx.get(AppChannel, ONLY_ROW, lock=True) or fresh_app()
    require_unchanged(row.version, ask.version)
    before = noted(row)
    row.contact = ask.contact
    if row.private_key is None:
        row.public_key, row.private_key = _new_keys()
    if row.enabled:
        require_complete(lacks(row))
    row.version = ask.version + 1
    tx.add(row)
    tx.note(ABOUT, before, noted(row))
    return _shown(row)


def app_sender(tx: Transaction) -> Sender | None:
    """Return with what messages to the app are sent; None: it is not switched on.

    Raises:
        Unavailable: when the key of the installation has changed since the keys were made.
    """
    row = current_app(tx)
    if not row.enabled or row.private_key is None:
        return None
    return Sender(row.contact, row.public_key, secrets.decrypt(KEY, row.private_key, ABOUT))


def app_provider(tx: Transaction) -> WebPush | None:
    """Return who carries messages to the app; None: it is not switched on.

    Raises:
        Unavailable: as ``app_sender``.
    """
    sender = app_sender(tx)
    return WebPush(sender) if sender else None


def app_key(tx: Transaction) -> str:
    """Return the public key that browsers are registered with; empty: the app is not switched on."""
    row = current_app(tx)
    return row.public_key if row.enabled else ""


def lacks(row: AppChannel) -> list[Lacking]:
    """Return what is missing before the app can be switched on."""
    found = lacking(AppFields, row, ("contact",))
    if not _is_secure(settings().base_url):
        found.append(Lacking(name=ADDRESS, label=_(N_("Address that begins with https://"))))
    return found


def current_app(tx: Transaction) -> AppChannel:
    """Return the settings, or what holds while nothing was set (not stored)."""
    return tx.get(AppChannel, ONLY_ROW) or fresh_app()


def fresh_app() -> AppChannel:
    """Return settings that nobody has filled in."""
    return AppChannel(id=ONLY_ROW, enabled=False, contact="", public_key="", private_key=None, version=0)


def noted(row: AppChannel) -> dict[str, Any]:
    """Return what the audit trail says of the settings."""
    return {"enabled": row.enabled, "contact": row.contact, "public_key": row.public_key}


def _shown(row: AppChannel) -> AppRow:
    return AppRow(
        enabled=row.enabled, contact=row.contact, version=row.version, address=settings().base_url, lacks=lacks(row)
    )


def _is_secure(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in HERE


def _new_keys() -> tuple[str, bytes]:
    made = ec.generate_private_key(ec.SECP256R1())
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = made.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return packed(public), secrets.encrypt(KEY, private, ABOUT)
