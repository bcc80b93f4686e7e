"""The organisation's LINE official account (LINEの設定, X02): channel, encrypted secret and token, link for friends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator

from core import secrets
from core.at_once import require_unchanged
from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.jobs import worker_alive
from core.operations import operation, query
from core.rotation import encrypted
from core.settings import settings
from core.transaction import Transaction
from data.models.channels import LineChannel
from services.delivery.lacking import Lacking, lacking, require_complete

ONLY_ROW = 1
SECRET, TOKEN = "line channel secret", "line access token"
ABOUT = f"line_channel:{ONLY_ROW}"
encrypted(LineChannel.secret, SECRET)
encrypted(LineChannel.access_token, TOKEN)
NEEDED = ("channel_id", "secret", "access_token", "basic_id")
LONGEST_ID = 40
WEBHOOK = "/line/webhook"
"""Where LINE tells of chats with the account."""


def basic_id(value: str) -> str:
    """Return a basic ID with its @, in small letters; empty stays empty."""
    text = value.strip().lower().removeprefix("@").removeprefix("＠")
    if not text:
        return ""
    if len(text) > LONGEST_ID or not all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in text):
        raise WrongValue(N_("This is not a basic ID. It looks like @123abcde."))
    return f"@{text}"


BasicId = Annotated[str, AfterValidator(basic_id)]


class LineFields(Input):
    """The settings as the page asks for them. They may be saved half-filled while LINE is off."""

    channel_id: str = field(N_("Channel ID"), default="", max_length=20, pattern=r"^[0-9]*$")
    secret: str = field(
        N_("Channel secret"), default="", max_length=100, secret=True, pattern=r"^[0-9A-Za-z]*$",
        help=N_("Empty: the stored one is kept."),
    )  # fmt: skip
    access_token: str = field(
        N_("Channel access token"), default="", max_length=2_000, secret=True, pattern=r"^[!-~]*$",
        help=N_("A long-lived one, of the Messaging API. Empty: the stored one is kept."),
    )  # fmt: skip
    basic_id: BasicId = field(
        N_("Basic ID"),
        default="",
        max_length=50,
        help=N_("It begins with @; people add the account as a friend by it."),
    )
    version: int = field(N_("Version"), default=0, hidden=True)


class LineRow(Row):
    """The settings as they stand, what they lack, the last test; never the secrets. ``webhook`` is entered at LINE."""

    enabled: bool
    channel_id: str
    basic_id: str
    version: int
    has_secret: bool
    has_token: bool
    friend_link: str
    webhook: str
    lacks: list[Lacking]
    test_asked_at: datetime | None
    tested_at: datetime | None
    test_accepted: bool | None
    test_word: str | None
    worker_alive: bool

    @property
    def testing(self) -> bool:
        """Say whether LINE is being asked."""
        return self.test_asked_at is not None and self.tested_at is None


@dataclass(frozen=True)
class LineAccess:
    """What it takes to use the official account; ``friend_link`` is where people add it as a friend."""

    channel_id: str
    secret: str
    access_token: str
    basic_id: str

    @property
    def friend_link(self) -> str:
        """Return where people add the account as a friend."""
        return friend_link(self.basic_id)


@query("delivery.line", N_("See the settings of LINE"))
def line_settings(tx: Transaction, ask: Nothing) -> LineRow:  # noqa: ARG001 - every query is asked with something
    """Return the settings of the official account."""
    return line_row(tx, current_line(tx))


@operation("delivery.edit_line", N_("Set the LINE official account"), touches="line_channel")
def edit_line(tx: Transaction, ask: LineFields) -> LineRow:
    """Set channel, secret, token and basic ID. The last test is forgotten.

    Raises:
        Conflict: when somebody else changed it meanwhile.
        Invalid: when LINE is on and something it needs was emptied.
    """
    row = tx.get(LineChannel, ONLY_ROW, lock=True) or fresh_line()
    require_unchanged(row.version, ask.version)
    before = noted(row)
    if ask.channel_id != row.channel_id:
        row.secret = row.access_token = None  # they belong to the channel
    row.channel_id, row.basic_id = ask.channel_id, ask.basic_id
    if ask.secret:
        row.secret = secrets.encrypt(SECRET, ask.secret, ABOUT)
    if ask.access_token:
        row.access_token = secrets.encrypt(TOKEN, ask.access_token, ABOUT)
    if row.enabled:
        require_complete(lacks(row))
    row.forget_test()
    row.version = ask.version + 1
    tx.add(row)
    tx.note(ABOUT, before, noted(row))
    return line_row(tx, row)


def line_channel(tx: Transaction) -> LineAccess | None:
    """Return the official account, ready to be used; None: LINE is not switched on.

    Raises:
        Unavailable: when the key of the installation has changed since the secrets were stored.
    """
    row = current_line(tx)
    return access_by(row) if row.enabled else None


def access_by(row: LineChannel) -> LineAccess:
    """Return what complete settings give access to."""
    secret = secrets.decrypt(SECRET, row.secret, ABOUT) if row.secret else ""
    token = secrets.decrypt(TOKEN, row.access_token, ABOUT) if row.access_token else ""
    return LineAccess(row.channel_id, secret, token, row.basic_id)


def friend_link(account: str) -> str:
    """Return the link by which people add an official account as a friend (友だち追加)."""
    return f"https://line.me/R/ti/p/{quote(account, safe='')}" if account else ""


def lacks(row: LineChannel) -> list[Lacking]:
    """Return what is missing before LINE can be switched on."""
    return lacking(LineFields, row, NEEDED)


def current_line(tx: Transaction) -> LineChannel:
    """Return the settings, or what holds while nothing was set (not stored)."""
    return tx.get(LineChannel, ONLY_ROW) or fresh_line()


def fresh_line() -> LineChannel:
    """Return settings that nobody has filled in."""
    return LineChannel(
        id=ONLY_ROW, enabled=False, channel_id="", secret=None, access_token=None, basic_id="", version=0
    )


def line_row(tx: Transaction, row: LineChannel) -> LineRow:
    """Return what a page may see."""
    made: dict[str, Any] = {
        "has_secret": row.secret is not None, "has_token": row.access_token is not None, "lacks": lacks(row),
        "friend_link": friend_link(row.basic_id), "webhook": f"{settings().base_url}{WEBHOOK}",
        "worker_alive": worker_alive(tx),
    }  # fmt: skip
    return LineRow(**made, **{name: getattr(row, name) for name in LineRow.model_fields if name not in made})


def noted(row: LineChannel) -> dict[str, Any]:
    """Return what the audit trail says of the settings; of the secrets, whether there are any."""
    return {
        "enabled": row.enabled, "channel_id": row.channel_id, "basic_id": row.basic_id,
        "has_secret": row.secret is not None, "has_token": row.access_token is not None,
    }  # fmt: skip
