"""After how many days what is erased (保存期間の設定): the rooms declare the kinds, an administrator the days."""

from datetime import datetime, timedelta

from sqlalchemy import select, text

from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.retention import CAP, Retained, kinds
from core.transaction import Transaction
from data.models.privacy import RetentionRule

MOST_DAYS = 36_500


class RetentionRow(Row):
    """A kind of data with its rule. ``version`` is 0 as long as the default holds."""

    kind: str
    title: str = field(N_("Data"))
    erases: str = field(N_("What is erased"))
    days: int = field(N_("Kept for"), unit=N_("days"))
    default: int
    least: int
    version: int
    updated_at: datetime | None


class DueAsk(Input):
    """How much of a kind would fall due under a number of days."""

    kind: str = field(N_("Data"), max_length=100, hidden=True)
    days: int = field(N_("Kept for"), unit=N_("days"), ge=1, le=MOST_DAYS)


class RetentionDays(DueAsk):
    """The days that a kind of data is to be kept."""

    version: int = field(N_("Version"), default=0, hidden=True)


class Due(Row):
    """How many rows the next night would erase; ``more`` than counted if the count stopped at 10,000."""

    count: int
    more: bool


@query("privacy.retention", N_("See how long data is kept"))
def retention(tx: Transaction, _ask: Nothing) -> list[RetentionRow]:
    """Return every kind of data that is not kept for ever, by its name, with the days that hold."""
    found = {rule.kind: rule for rule in tx.execute(select(RetentionRule)).scalars()}
    rows = [_row(kind, found.get(kind.name)) for kind in kinds()]
    return sorted(rows, key=lambda row: row.title)


@query("privacy.due", N_("See how much falls due"))
def due(tx: Transaction, ask: DueAsk) -> Due:
    """Return how many rows of a kind would be erased tonight if it were kept for so many days.

    Raises:
        NotFound: when there is no such kind.
    """
    count = kind_named(ask.kind).count(tx, tx.now - timedelta(days=ask.days))
    return Due(count=min(count, CAP - 1), more=count >= CAP)


@operation("privacy.set_retention", N_("Set how long data is kept"), touches="retention_rule")
def set_retention(tx: Transaction, ask: RetentionDays) -> RetentionRow:
    """Say for how many days a kind of data is kept; what is older is erased in the next night.

    Raises:
        NotFound: when there is no such kind. Invalid: when it must be kept longer.
        Conflict: when somebody else changed it meanwhile.
    """
    kind = kind_named(ask.kind)
    if ask.days < kind.least:
        sentence = N_("This is kept for {least} days at least.")
        raise Invalid(sentence, least=kind.least, fields={"days": _(sentence, least=kind.least)})
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('retention_rule'))"))  # there may be no row to lock yet
    row = tx.get(RetentionRule, kind.name, lock=True)
    if (row.version if row else 0) != ask.version:
        raise Conflict(N_("Somebody else changed this meanwhile. Look at it again, then enter your change."))
    if row is None:
        row = RetentionRule(kind=kind.name, days=kind.days, version=0, updated_at=tx.now)
    tx.note(f"retention_rule:{kind.name}", {"days": row.days}, {"days": ask.days})
    row.days, row.version, row.updated_at = ask.days, ask.version + 1, tx.now
    tx.add(row)
    return _row(kind, row)


def kind_named(name: str) -> Retained:
    """Return a kind of data.

    Raises:
        NotFound: when there is none of that name.
    """
    found = next((kind for kind in kinds() if kind.name == name), None)
    if found is None:
        raise NotFound(N_("There is no such kind of data."))
    return found


def days_that_hold(tx: Transaction) -> dict[str, int]:
    """Return for each kind how many days it is kept; what was set below a newer least is raised to it."""
    chosen = {row.kind: row.days for row in tx.execute(select(RetentionRule.kind, RetentionRule.days))}
    return {kind.name: max(kind.least, chosen.get(kind.name, kind.days)) for kind in kinds()}


def _row(kind: Retained, rule: RetentionRule | None) -> RetentionRow:
    return RetentionRow(
        kind=kind.name, title=kind.title, erases=_(kind.erases),
        days=max(kind.least, rule.days) if rule else kind.days,
        default=kind.days, least=kind.least, version=rule.version if rule else 0,
        updated_at=rule.updated_at if rule else None,
    )  # fmt: skip
