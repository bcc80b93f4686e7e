"""What the organisation asks of a sign-in (ログインのルール): who has to have a second factor."""

from core.errors import Conflict
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from core.words import named
from data.models.access import RequiredOf, SignInRule

ONLY_ROW = 1
named(
    RequiredOf,
    nobody=N_("Nobody; whoever wants to"),
    administrators=N_("System administrators"),
    everybody=N_("Everybody"),
)


class SignInRules(Input):
    """The rules as the page asks for them."""

    second_factor: RequiredOf = field(
        N_("Two-step sign-in is required of"), help=N_("Whoever has not set it up yet does so before anything else.")
    )
    version: int = field(N_("Version"), default=0, hidden=True)


class RulesRow(Row):
    """The rules as they stand."""

    id: int
    second_factor: RequiredOf
    version: int


@query("access.rules", N_("See the rules for signing in"))
def rules(tx: Transaction, _ask: Nothing) -> RulesRow:
    """Return the rules for signing in."""
    return RulesRow.model_validate(tx.get(SignInRule, ONLY_ROW) or _fresh())


@operation("access.set_rules", N_("Set the rules for signing in"), touches="sign_in_rule")
def set_rules(tx: Transaction, ask: SignInRules) -> RulesRow:
    """Say who has to have a second factor; it holds from everybody's next click on.

    Raises:
        Conflict: when somebody else changed it meanwhile.
    """
    row = tx.get(SignInRule, ONLY_ROW, lock=True) or _fresh()
    if row.version != ask.version:
        raise Conflict(N_("Somebody else changed the rules meanwhile. Look at them again, then enter your change."))
    tx.note("sign_in_rule:1", {"second_factor": row.second_factor}, {"second_factor": ask.second_factor})
    row.second_factor, row.version = ask.second_factor, ask.version + 1
    tx.add(row)
    return RulesRow.model_validate(row)


def _fresh() -> SignInRule:
    return SignInRule(id=ONLY_ROW, second_factor=RequiredOf.NOBODY, version=0)
