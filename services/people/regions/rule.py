"""Whether people may add regions of their own (所属地域の編集許可の設定, D06); they may not until somebody says so."""

from core.errors import Conflict
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.areas import RegionRule

ONLY_ROW = 1


class RegionRules(Input):
    """The rule as the page asks for it."""

    people_may_add: bool = field(
        N_("People may add their own regions"), default=False,
        help=N_("On their own page, beside those that the office set; these they cannot take away."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class RegionRuleRow(Row):
    """The rule as it stands."""

    people_may_add: bool
    version: int


@query("people.region_rule", N_("See whether people may add their own regions"))
def region_rule(tx: Transaction, _ask: Nothing) -> RegionRuleRow:
    """Return whether people may add regions of their own."""
    return RegionRuleRow.model_validate(tx.get(RegionRule, ONLY_ROW) or _fresh())


@operation("people.set_region_rule", N_("Let people add their own regions, or not"), touches="region_rule")
def set_region_rule(tx: Transaction, ask: RegionRules) -> RegionRuleRow:
    """Say whether people may add regions of their own (編集許可); what they added before stays.

    Raises:
        Conflict: when somebody else changed it meanwhile.
    """
    row = tx.get(RegionRule, ONLY_ROW, lock=True) or _fresh()
    if row.version != ask.version:
        raise Conflict(N_("Somebody else changed this meanwhile. Look at it again, then enter your change."))
    before = {"people_may_add": row.people_may_add}
    tx.note("region_rule:1", before, {"people_may_add": ask.people_may_add})
    row.people_may_add, row.version = ask.people_may_add, ask.version + 1
    tx.add(row)
    return RegionRuleRow.model_validate(row)


def may_add(tx: Transaction) -> bool:
    """Say whether people may add regions of their own."""
    row = tx.get(RegionRule, ONLY_ROW)
    return row is not None and row.people_may_add


def _fresh() -> RegionRule:
    return RegionRule(id=ONLY_ROW, people_may_add=False, version=0)
