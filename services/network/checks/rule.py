"""The setting of the contact checks (連絡先の確認通知設定, D09): how often, when, to which addresses, what text."""

from datetime import datetime

from core.errors import Conflict, Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.network import ContactCheckRule
from services import delivery
from services.broadcasts import FieldLine, FieldText
from services.network.checks.dates import Rhythm, next_after
from services.network.checks.sample import BODY, SUBJECT

ONLY_ROW = 1
LINK = "{reply_url}"


class CheckRule(Input):
    """The setting as the page asks for it."""

    enabled: bool = field(
        N_("Switched on"), default=False, help=N_("While it is on, mails go out by themselves at the set time.")
    )
    every_months: int = field(N_("Every how many months"), default=6, ge=1, le=24)
    day: int = field(N_("Day of the month"), default=10, ge=1, le=28)
    hour: int = field(N_("Hour (Japan time)"), default=10, ge=0, le=23)
    unproved_days: int | None = field(
        N_("Only addresses not proved for this many days"), default=None, ge=1, le=3650,
        help=N_("Proved: confirmed by a code or link, or somebody used a link in a mail there. Empty: all addresses."),
    )  # fmt: skip
    subject: FieldLine = field(N_("Subject"), default=SUBJECT, min_length=1, max_length=200)
    body: FieldText = field(N_("Text"), default=BODY, min_length=1, max_length=10_000, multiline=True)
    version: int = field(N_("Version"), default=0, hidden=True)

    @property
    def rhythm(self) -> Rhythm:
        """Return how often and when."""
        return Rhythm(self.every_months, self.day, self.hour)


class CheckRuleRow(Row):
    """The setting as it stands, and when the next check is due."""

    enabled: bool
    every_months: int
    day: int
    hour: int
    unproved_days: int | None
    subject: str
    body: str
    version: int
    next_at: datetime | None


@query("network.contact_check", N_("See the setting of the contact checks"))
def contact_check(tx: Transaction, _ask: Nothing) -> CheckRuleRow:
    """Return the setting (連絡先の確認通知設定)."""
    return _shown(tx.get(ContactCheckRule, ONLY_ROW) or fresh())


@operation("network.set_contact_check", N_("Set up the contact checks"), touches="contact_check_rule")
def set_contact_check(tx: Transaction, ask: CheckRule) -> CheckRuleRow:
    """Set how often, when, to which addresses and with what text addresses are checked, or that they are not.

    Raises:
        Conflict: when somebody else changed it meanwhile.
        Refused: when the text has no link, or names a field that does not exist.
    """
    row = tx.get(ContactCheckRule, ONLY_ROW, lock=True) or fresh()
    if row.version != ask.version:
        raise Conflict(N_("Somebody else changed this meanwhile. Look at it again, then enter your change."))
    if LINK not in ask.body:
        raise Refused(N_("The text has no {link}: nobody could confirm. Put it in."), link=LINK)
    delivery.check_fields(tx, ask.subject, ask.body)
    before = _noted(row) if row.version else None
    for name in ("every_months", "day", "hour", "unproved_days", "subject", "body"):
        setattr(row, name, getattr(ask, name))
    row.next_at = next_after(tx.now, ask.rhythm, row.last_at) if ask.enabled else None
    row.version += 1
    tx.add(row)
    tx.note("contact_check_rule:1", before, _noted(row))
    return _shown(row)


def fresh() -> ContactCheckRule:
    """Return the setting of an installation that nobody has set it up in."""
    plain = CheckRule()
    return ContactCheckRule(
        id=ONLY_ROW, every_months=plain.every_months, day=plain.day, hour=plain.hour, unproved_days=None,
        subject=plain.subject, body=plain.body, next_at=None, last_at=None, version=0,
    )  # fmt: skip


def _shown(row: ContactCheckRule) -> CheckRuleRow:
    return CheckRuleRow(
        enabled=row.next_at is not None, every_months=row.every_months, day=row.day, hour=row.hour,
        unproved_days=row.unproved_days, subject=row.subject, body=row.body, version=row.version, next_at=row.next_at,
    )  # fmt: skip


def _noted(row: ContactCheckRule) -> dict[str, object]:
    return _shown(row).model_dump(mode="json")
