"""Who sends and who carries it (送信元設定): name, address, provider, and a test mail that shows whether it works."""

from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import select

from core import secrets
from core.errors import Conflict, Invalid
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field, label_of
from core.jobs import worker_alive
from core.operations import operation, query
from core.rotation import encrypted
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import MailSender, ProviderKind, Security
from data.models.setup import Organisation
from services.delivery.lacking import Lacking, require_complete
from services.delivery.letters import From
from services.delivery.letters import Mail as Letter
from services.delivery.mailbox import keep_locally
from services.delivery.providers import LocalMailbox, Provider, SmtpProvider, SmtpServer
from services.delivery.providers.aws import AwsKey
from services.delivery.providers.ses import SesAccess, SesProvider
from services.delivery.providers.smtp_opening import CONNECTIONS
from services.delivery.topics import NOTICES, TopicArn
from services.people import Mail as MailAddress

ONLY_ROW = 1
DEFAULT_ADDRESS = "renraku@example.jp"
PASSWORD = "smtp password"  # noqa: S105 - the purpose that its key is derived for
ABOUT = f"mail_sender:{ONLY_ROW}"
SES_SECRET = "ses secret key"  # noqa: S105 - as above
encrypted(MailSender.smtp_password, PASSWORD)
encrypted(MailSender.ses_secret_key, SES_SECRET)
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
    ses_region: str = field(
        N_("AWS region"), default="", max_length=30, pattern=r"^[a-z0-9-]*$",
        help=N_("For instance ap-northeast-1 (Tokyo)."),
    )  # fmt: skip
    ses_access_key_id: str = field(N_("Access key ID"), default="", max_length=128, pattern=r"^[A-Za-z0-9_]*$")
    ses_secret_key: str = field(
        N_("Secret access key"), default="", max_length=128, secret=True, pattern=r"^[!-~]*$",
        help=N_("Empty: the stored one is kept."),
    )  # fmt: skip
    ses_configuration_set: str = field(
        N_("Configuration set"), default="", max_length=64, pattern=r"^[A-Za-z0-9_-]*$",
        help=N_("The one of SES that tells an SNS topic what became of mails. Empty: nothing is heard of them."),
    )  # fmt: skip
    ses_topic_arn: TopicArn = field(
        N_("SNS topic (ARN)"), default="", max_length=300,
        help=N_("Only what this topic tells is taken in, for instance arn:aws:sns:ap-northeast-1:123456789012:mail."),
    )  # fmt: skip
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
    ses_region: str
    ses_access_key_id: str
    has_ses_secret: bool
    ses_configuration_set: str
    ses_topic_arn: str
    notices: str
    """Where the SNS topic tells what became of mails."""

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
    _check_ses(row, ask)
    for name, value in ask.model_dump(exclude={"smtp_password", "ses_secret_key", "version"}).items():
        setattr(row, name, value)
    if ask.smtp_password:
        row.smtp_password = secrets.encrypt(PASSWORD, ask.smtp_password, ABOUT)
    elif not ask.smtp_user:
        row.smtp_password = None
    if ask.ses_secret_key:
        row.ses_secret_key = secrets.encrypt(SES_SECRET, ask.ses_secret_key, ABOUT)
    elif not ask.ses_access_key_id:
        row.ses_secret_key = None
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


def _check_ses(row: MailSender, ask: SenderFields) -> None:
    another = row.ses_secret_key is None or row.ses_access_key_id != ask.ses_access_key_id
    if ask.ses_access_key_id and another and not ask.ses_secret_key:
        _wrong("ses_secret_key", N_("The access key is another one. Enter its secret as well."))
    if ask.provider is ProviderKind.SES:
        missing = [name for name in ("ses_region", "ses_access_key_id") if not getattr(ask, name)]
        require_complete([Lacking(name=name, label=label_of(SenderFields, name)) for name in missing])


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
        ses_region="",
        ses_access_key_id="",
        ses_configuration_set="",
        ses_topic_arn="",
        connections=CONNECTIONS,
        per_second=None,
        version=0,
    )


def row_of(tx: Transaction, row: MailSender) -> SenderRow:
    """Return what a page may see of the sender, and whether a worker is there to send."""
    made: dict[str, Any] = {
        "has_password": row.smtp_password is not None, "has_ses_secret": row.ses_secret_key is not None,
        "notices": f"{settings().base_url}{NOTICES}", "worker_alive": worker_alive(tx),
    }  # fmt: skip
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
    if row.provider is ProviderKind.SES:
        secret = secrets.decrypt(SES_SECRET, row.ses_secret_key, ABOUT) if row.ses_secret_key else ""
        key = AwsKey(row.ses_region, row.ses_access_key_id, secret)
        return SesProvider(SesAccess(key, row.ses_configuration_set), from_of(row))
    password = secrets.decrypt(PASSWORD, row.smtp_password, ABOUT) if row.smtp_password else ""
    return SmtpProvider(
        SmtpServer(row.smtp_host, row.smtp_port, row.smtp_security, row.smtp_user, password, row.connections)
    )
