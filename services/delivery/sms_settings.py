"""How SMS are sent (SMSの設定, X02): the account at Amazon SNS, price and monthly limit, encrypted secret."""

import re
from datetime import datetime
from typing import Annotated, Any

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
from data.models.channels import SmsSender
from services.delivery.lacking import Lacking, lacking, require_complete, wrong
from services.delivery.providers.sms import SmsProvider
from services.delivery.providers.sns import SnsAccount, SnsProvider
from services.delivery.sms_cost import Booking, this_month
from services.delivery.topics import NOTICES, TopicArn

ONLY_ROW = 1
SECRET = "sms secret key"  # noqa: S105 - the purpose that its key is derived for
ABOUT = f"sms_sender:{ONLY_ROW}"
encrypted(SmsSender.secret_key, SECRET)
NEEDED = ("region", "access_key_id", "secret_key", "monthly_cap_yen")
"""Without these no SMS can be sent."""

SENDER_ID = re.compile(r"[A-Za-z0-9]{1,11}")


def sender_id(value: str) -> str:
    """Refuse what AWS takes for no sender ID: one to eleven letters and digits, with a letter; empty is none."""
    if value and not (SENDER_ID.fullmatch(value) and re.search("[A-Za-z]", value)):
        raise WrongValue(N_("A sender ID has up to 11 half-width letters and digits, and at least one letter."))
    return value


SenderId = Annotated[str, AfterValidator(sender_id)]


class SmsFields(Input):
    """The settings as the page asks for them. They may be saved half-filled while SMS is off."""

    region: str = field(
        N_("AWS region"), default="", max_length=30, pattern=r"^[a-z0-9-]*$",
        help=N_("For instance ap-northeast-1 (Tokyo)."),
    )  # fmt: skip
    access_key_id: str = field(N_("Access key ID"), default="", max_length=128, pattern=r"^[A-Za-z0-9_]*$")
    secret_key: str = field(
        N_("Secret access key"), default="", max_length=128, secret=True, pattern=r"^[!-~]*$",
        help=N_("Empty: the stored one is kept."),
    )  # fmt: skip
    sender_id: SenderId = field(
        N_("Sender ID"), default="", max_length=50,
        help=N_("Up to 11 letters and digits, one letter at least. Not all carriers show it; empty: a number of AWS."),
    )  # fmt: skip
    price_yen: int = field(
        N_("Price of one part (yen)"), default=10, ge=0, le=10_000,
        help=N_("70 Japanese letters are one part; longer texts have several."),
    )  # fmt: skip
    monthly_cap_yen: int | None = field(
        N_("Limit a month (yen)"), default=None, ge=0, le=100_000_000,
        help=N_("No more SMS go out in a month than this pays for."),
    )  # fmt: skip
    topic_arn: TopicArn = field(
        N_("SNS topic for delivery status (ARN)"), default="", max_length=300,
        help=N_("It tells whether SMS arrived. Empty: SMS go out, and nothing is heard of them."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class SmsRow(Row):
    """The settings as they stand, what they lack, the month so far, the last test; never the secret itself."""

    enabled: bool
    region: str
    access_key_id: str
    sender_id: str
    price_yen: int
    monthly_cap_yen: int | None
    topic_arn: str
    notices: str
    version: int
    has_secret: bool
    lacks: list[Lacking]
    month_parts: int
    month_yen: int
    test_number: str | None
    test_asked_at: datetime | None
    tested_at: datetime | None
    test_accepted: bool | None
    test_word: str | None
    worker_alive: bool

    @property
    def testing(self) -> bool:
        """Say whether a test SMS is on its way."""
        return self.test_asked_at is not None and self.tested_at is None


@query("delivery.sms", N_("See the settings of SMS"))
def sms_settings(tx: Transaction, ask: Nothing) -> SmsRow:  # noqa: ARG001 - every query is asked with something
    """Return how SMS are sent; while nothing was set, that they stay in the local mailbox."""
    return sms_row(tx, current_sms(tx))


@operation("delivery.edit_sms", N_("Set how SMS are sent"), touches="sms_sender")
def edit_sms(tx: Transaction, ask: SmsFields) -> SmsRow:
    """Set account, price and limit. The last test is forgotten.

    Raises:
        Conflict: when somebody else changed it meanwhile.
        Invalid: when a new key has no secret, or SMS is on and something it needs was emptied.
    """
    row = tx.get(SmsSender, ONLY_ROW, lock=True) or fresh_sms()
    require_unchanged(row.version, ask.version)
    if row.secret_key and ask.access_key_id != row.access_key_id and ask.access_key_id and not ask.secret_key:
        wrong("secret_key", N_("The access key is another one. Enter its secret as well."))
    before = noted(row)
    for name in ("region", "access_key_id", "sender_id", "price_yen", "monthly_cap_yen", "topic_arn"):
        setattr(row, name, getattr(ask, name))
    if ask.secret_key:
        row.secret_key = secrets.encrypt(SECRET, ask.secret_key, ABOUT)
    elif not ask.access_key_id:
        row.secret_key = None
    if row.enabled:
        require_complete(lacks(row))
    row.forget_test()
    row.test_number = None
    row.version = ask.version + 1
    tx.add(row)
    tx.note(ABOUT, before, noted(row))
    return sms_row(tx, row)


def lacks(row: SmsSender) -> list[Lacking]:
    """Return what is missing before SMS can be switched on."""
    return lacking(SmsFields, row, NEEDED)


def current_sms(tx: Transaction) -> SmsSender:
    """Return the settings, or what holds while nothing was set (not stored)."""
    return tx.get(SmsSender, ONLY_ROW) or fresh_sms()


def fresh_sms() -> SmsSender:
    """Return settings that nobody has filled in."""
    return SmsSender(
        id=ONLY_ROW, enabled=False, region="", access_key_id="", secret_key=None, sender_id="", price_yen=10,
        monthly_cap_yen=None, topic_arn="", version=0,
    )  # fmt: skip


def sms_row(tx: Transaction, row: SmsSender) -> SmsRow:
    """Return what a page may see."""
    month = this_month(tx)
    made: dict[str, Any] = {
        "has_secret": row.secret_key is not None, "lacks": lacks(row), "month_parts": month.parts,
        "month_yen": month.yen, "notices": f"{settings().base_url}{NOTICES}", "worker_alive": worker_alive(tx),
    }  # fmt: skip
    return SmsRow(**made, **{name: getattr(row, name) for name in SmsRow.model_fields if name not in made})


def provider_by(row: SmsSender) -> SmsProvider:
    """Return who sends SMS by complete settings, with what it costs booked; what was loaded stays as it is.

    Raises:
        Unavailable: when the key of the installation has changed since the secret was stored.
    """
    secret = secrets.decrypt(SECRET, row.secret_key, ABOUT) if row.secret_key else ""
    account = SnsAccount(row.region, row.access_key_id, secret, row.sender_id)
    return Booking(SnsProvider(account), row.price_yen, row.monthly_cap_yen)


def noted(row: SmsSender) -> dict[str, Any]:
    """Return what the audit trail says of the settings; of the secret, whether there is one."""
    names = ("enabled", "region", "access_key_id", "sender_id", "price_yen", "monthly_cap_yen", "topic_arn")
    return {**{name: getattr(row, name) for name in names}, "has_secret": row.secret_key is not None}
