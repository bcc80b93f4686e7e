"""Who sends and who carries it (送信元設定): name, address, provider, and a test mail that shows whether it works."""

from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import select

from core import secrets
from core.errors import Conflict, Invalid
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.jobs import worker_alive
from core.operations import operation, query
from core.rotation import encrypted
from core.transaction import Transaction
from data.models.delivery import MailSender, ProviderKind, Security
from data.models.setup import Organisation
from services.delivery.letters import From
from services.delivery.letters import Mail as Letter
from services.delivery.mailbox import keep_locally
from services.delivery.providers import LocalMailbox, Provider, SmtpProvider, SmtpServer
from services.delivery.providers.smtp_opening import CONNECTIONS
from services.people import Mail as MailAddress

ONLY_ROW = 1
DEFAULT_ADDRESS = "renraku@example.jp"
PASSWORD = "smtp password"  # noqa: S105 - the purpose that its key is derived for
ABOUT = f"mail_sender:{ONLY_ROW}"
encrypted(MailSender.smtp_password, PASSWORD)
HERE = ("localhost", "127.0.0.1", "::1")


class SenderFields(Input):
    """Sender and provider as the page asks for them. An empty password keeps the one that is stored."""

    name: str = field(N_("Sender name"), max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
    address: MailAddress = field(N_("Sender address"), min_length=1, max_length=254)
    reply_to: MailAddress = field(
        N_("Address for replies by mail"), default="", max_length=254, help=N_("Empty: the sender address.")
    )
    provider: ProviderKind = field(N_("Carried by"), default=ProviderKind.LOCAL)
    smtp_host: str = field(
        N_("SMTP server"), default="", max_length=253, pattern=r"^[A-Za-z0-9.:_-]*$",
        help=N_("Its name or address, for instance smtp.example.jp."),
    )  # fmt: skip
    smtp_port: int = field(N_("Port"), default=587, ge=1, le=65535)
    smtp_security: Security = field(N_("Encryption"), default=Security.STARTTLS)
    smtp_user: str = field(
        N_("User"), default="", max_length=200, help=N_("Empty: the server takes mail without sign-in.")
    )
    smtp_password: str = field(
        N_("Password"), default="", max_length=500, secret=True, help=N_("Empty: the stored password is kept.")
    )
    connections: int = field(
        N_("Connections of each worker"), default=10, ge=1, le=50,
        help=N_("More of them send faster where the server takes its time for each mail."),
    )  # fmt: skip
    per_second: int | None = field(
        N_("Mails a second, at most"), default=None, ge=1, le=100_000,
        help=N_("What the provider allows, for all workers together. Empty: no limit."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class SenderRow(Row):
    """The sender as it stands, with what became of the last test mail; never the password itself."""

    id: int
    name: str
    address: str
    reply_to: str
    provider: ProviderKind
    smtp_host: str
    smtp_port: int
    smtp_security: Security
    smtp_user: str
    has_password: bool
    connections: int
    per_second: int | None
    version: int
    test_address: str | None
    test_asked_at: datetime | None
    tested_at: datetime | None
    test_accepted: bool | None
    test_word: str | None
    worker_alive: bool

    @property
    def testing(self) -> bool:
        """Say whether a test mail is on its way."""
        return self.test_asked_at is not None and self.tested_at is None


@query("delivery.sender", N_("See the sender"))
def sender(tx: Transaction, ask: Nothing) -> SenderRow:
    """Return sender and provider; while nothing was set, the local mailbox."""
    del ask
    return row_of(tx, current_sender(tx))


@operation("delivery.edit_sender", N_("Set sender and mail server"), touches="mail_sender")
def edit_sender(tx: Transaction, ask: SenderFields) -> SenderRow:
    """Set who sends and who carries it. Mails that still wait go out this way; the last test is forgotten.

    Raises:
        Invalid: when no server is named, its password would cross the network unprotected, or the stored one would
            go to another server.
        Conflict: when somebody else changed it meanwhile.
    """
    _check_server(ask)
    row = tx.get(MailSender, ONLY_ROW, lock=True) or MailSender(id=ONLY_ROW, version=0, smtp_password=None)
    if row.version != ask.version:
        raise Conflict(N_("Somebody else changed the sender meanwhile. Look at it again, then enter your change."))
    _check_password(row, ask)
    for name, value in ask.model_dump(exclude={"smtp_password", "version"}).items():
        setattr(row, name, value)
    if ask.smtp_password:
        row.smtp_password = secrets.encrypt(PASSWORD, ask.smtp_password, ABOUT)
    elif not ask.smtp_user:
        row.smtp_password = None
    row.test_address = row.test_asked_at = row.tested_at = row.test_accepted = row.test_word = None
    row.version = ask.version + 1
    tx.add(row)
    return row_of(tx, row)


def _check_server(ask: SenderFields) -> None:
    if ask.provider is ProviderKind.SMTP and not ask.smtp_host:
        _wrong("smtp_host", N_("Enter the SMTP server, or choose the local mailbox."))
    if ask.smtp_user and ask.smtp_security is Security.NONE and ask.smtp_host not in HERE:
        _wrong("smtp_security", N_("A password must not cross the network without encryption. Choose STARTTLS or TLS."))


def _check_password(row: MailSender, ask: SenderFields) -> None:
    for name in ("smtp_user", "smtp_password"):
        if not getattr(ask, name).isascii():
            _wrong(name, N_("Mail servers take only half-width letters, digits and signs here."))
    # Else whoever may set the server could have the stored password sent to one of their own.
    if row.smtp_password and ask.smtp_user and not ask.smtp_password and row.smtp_host != ask.smtp_host:
        _wrong("smtp_password", N_("The server is another one. Enter the password for it again."))


def _wrong(name: str, sentence: str) -> NoReturn:
    raise Invalid(sentence, fields={name: _(sentence)})


def current_sender(tx: Transaction) -> MailSender:
    """Return the sender, or what holds while nothing was set (not stored)."""
    return tx.get(MailSender, ONLY_ROW) or MailSender(
        id=ONLY_ROW,
        name=tx.scalar(select(Organisation.name)) or "Renraku",
        address=DEFAULT_ADDRESS,
        reply_to="",
        provider=ProviderKind.LOCAL,
        smtp_host="",
        smtp_port=587,
        smtp_security=Security.STARTTLS,
        smtp_user="",
        connections=CONNECTIONS,
        per_second=None,
        version=0,
    )


def row_of(tx: Transaction, row: MailSender) -> SenderRow:
    """Return what a page may see of the sender, and whether a worker is there to send."""
    made: dict[str, Any] = {"has_password": row.smtp_password is not None, "worker_alive": worker_alive(tx)}
    return SenderRow(**made, **{name: getattr(row, name) for name in SenderRow.model_fields if name not in made})


def from_of(row: MailSender) -> From:
    """Return the sender as letters bear it."""
    return From(row.name, row.address, row.reply_to)


def provider_of(row: MailSender) -> Provider[Letter]:
    """Return who carries mail, ready to be used; what was loaded stays as it is.

    Raises:
        Unavailable: when the key of the installation has changed since the password was stored.
    """
    if row.provider is ProviderKind.LOCAL:
        return LocalMailbox(keep_locally)
    password = secrets.decrypt(PASSWORD, row.smtp_password, ABOUT) if row.smtp_password else ""
    return SmtpProvider(
        SmtpServer(row.smtp_host, row.smtp_port, row.smtp_security, row.smtp_user, password, row.connections)
    )
