"""Where returned mail comes in (返送メールの設定): its address, and how it gets from there to us."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator

from core import secrets
from core.at_once import require_unchanged
from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.rotation import encrypted
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import Security
from data.models.receipts import MailReturn, ReturnsBy
from services.delivery.lacking import Lacking, lacking, require_complete, wrong
from services.delivery.receipts.addresses import LOCAL_ROOM
from services.people import Mail

ONLY_ROW = 1
PASSWORD = "imap password"  # noqa: S105 - the purpose that its key is derived for
ABOUT = f"mail_return:{ONLY_ROW}"
encrypted(MailReturn.imap_password, PASSWORD)
HERE = ("localhost", "127.0.0.1", "::1")
NEEDED = {
    ReturnsBy.NONE: (),
    ReturnsBy.LMTP: ("address",),
    ReturnsBy.IMAP: ("address", "imap_host", "imap_user", "imap_password", "imap_folder"),
}
"""What each way needs."""


def base_address(value: str) -> str:
    """Refuse an address that leaves no room for the delivery's own part."""
    local = value.partition("@")[0]
    if len(local) > LOCAL_ROOM or "+" in local:
        raise WrongValue(N_("Before the @ there may be {most} letters, and no +."), most=LOCAL_ROOM)
    return value


BaseAddress = Annotated[Mail, AfterValidator(base_address)]


class ReturnFields(Input):
    """The settings as the page asks for them."""

    by: ReturnsBy = field(N_("How returned mail comes in"), default=ReturnsBy.NONE)
    address: BaseAddress = field(
        N_("Address for returned mail"), default="", max_length=254,
        help=N_("For instance bounce@mail.example.jp. Each mail gets an address of its own: bounce+…@mail.example.jp."),
    )  # fmt: skip
    imap_host: str = field(N_("IMAP server"), default="", max_length=253, pattern=r"^[A-Za-z0-9.:_-]*$")
    imap_port: int = field(N_("Port"), default=993, ge=1, le=65535)
    imap_security: Security = field(N_("Encryption"), default=Security.TLS)
    imap_user: str = field(N_("User"), default="", max_length=200, pattern=r"^[ -~]*$")
    imap_password: str = field(
        N_("Password"), default="", max_length=500, secret=True, pattern=r"^[ -~]*$",
        help=N_("Empty: the stored password is kept."),
    )  # fmt: skip
    imap_folder: str = field(
        N_("Folder"), default="INBOX", max_length=200, pattern=r"^[ -~]*$",
        help=N_("A mailbox for nothing else: what was read is marked as read."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class ReturnRow(Row):
    """The settings as they stand, and what came of the last look into the mailbox; never the password itself.

    ``listens`` is where mail is handed over on this machine (LMTP).
    """

    by: ReturnsBy
    address: str
    imap_host: str
    imap_port: int
    imap_security: Security
    imap_user: str
    imap_folder: str
    has_password: bool
    version: int
    read_at: datetime | None
    trouble: str | None
    listens: str


@dataclass(frozen=True)
class ImapAccess:
    """What it takes to read the mailbox."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str


@query("delivery.returns", N_("See where returned mail comes in"))
def returns(tx: Transaction, ask: Nothing) -> ReturnRow:  # noqa: ARG001 - every query is asked with something
    """Return how returned mail comes in; while nothing was set, that it does not."""
    return _shown(current_returns(tx))


@operation("delivery.edit_returns", N_("Set where returned mail comes in"), touches="mail_return")
def edit_returns(tx: Transaction, ask: ReturnFields) -> ReturnRow:
    """Set address and mailbox. Mails that go out from now on bear the address; the last look is forgotten.

    Raises:
        Conflict: when somebody else changed it meanwhile.
        Invalid: when something is missing, or the password would cross the network unprotected or go elsewhere.
    """
    row = tx.get(MailReturn, ONLY_ROW, lock=True) or fresh_returns()
    require_unchanged(row.version, ask.version)
    before = noted(row)
    if ask.imap_security is Security.NONE and ask.imap_host and ask.imap_host not in HERE:
        wrong("imap_security", N_("A password must not cross the network without encryption. Choose STARTTLS or TLS."))
    # Else whoever may set the server could have the stored password sent to one of their own.
    if row.imap_password and ask.imap_host and not ask.imap_password and row.imap_host != ask.imap_host:
        wrong("imap_password", N_("The server is another one. Enter the password for it again."))
    for name, value in ask.model_dump(exclude={"imap_password", "version"}).items():
        setattr(row, name, value)
    if ask.imap_password:
        row.imap_password = secrets.encrypt(PASSWORD, ask.imap_password, ABOUT)
    elif not ask.imap_user:
        row.imap_password = None
    require_complete(lacks(row))
    row.read_at = row.trouble = None
    row.version = ask.version + 1
    tx.add(row)
    tx.note(ABOUT, before, noted(row))
    return _shown(row)


def return_base(tx: Transaction) -> str:
    """Return the address that each mail's own address for returns is made from; empty: they go to the sender."""
    row = current_returns(tx)
    return "" if row.by is ReturnsBy.NONE else row.address


def imap_access(tx: Transaction) -> ImapAccess | None:
    """Return what it takes to read the mailbox; None: it is not read.

    Raises:
        Unavailable: when the key of the installation has changed since the password was stored.
    """
    row = current_returns(tx)
    if row.by is not ReturnsBy.IMAP or row.imap_password is None:
        return None
    password = secrets.decrypt(PASSWORD, row.imap_password, ABOUT)
    return ImapAccess(row.imap_host, row.imap_port, row.imap_security, row.imap_user, password, row.imap_folder)


def lacks(row: MailReturn) -> list[Lacking]:
    """Return what is missing for the way that was chosen."""
    return lacking(ReturnFields, row, NEEDED[row.by])


def current_returns(tx: Transaction) -> MailReturn:
    """Return the settings, or what holds while nothing was set (not stored)."""
    return tx.get(MailReturn, ONLY_ROW) or fresh_returns()


def fresh_returns() -> MailReturn:
    """Return settings that nobody has filled in."""
    return MailReturn(
        id=ONLY_ROW, by=ReturnsBy.NONE, address="", imap_host="", imap_port=993, imap_security=Security.TLS,
        imap_user="", imap_password=None, imap_folder="INBOX", version=0,
    )  # fmt: skip


def noted(row: MailReturn) -> dict[str, Any]:
    """Return what the audit trail says of the settings; of the password, whether there is one."""
    names = ("by", "address", "imap_host", "imap_port", "imap_security", "imap_user", "imap_folder")
    return {**{name: getattr(row, name) for name in names}, "has_password": row.imap_password is not None}


def _shown(row: MailReturn) -> ReturnRow:
    made: dict[str, Any] = {"has_password": row.imap_password is not None, "listens": settings().lmtp}
    return ReturnRow(**made, **{name: getattr(row, name) for name in ReturnRow.model_fields if name not in made})
