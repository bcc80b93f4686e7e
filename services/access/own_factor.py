"""Setting up the own second factor (二段階認証の設定), new recovery codes, switching it off; losing the phone."""

from datetime import datetime

from core.errors import Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.access import SecondFactor
from services.access import second_factor, tries
from services.access.account_changes import Handled, WhichAccount
from services.access.own import own_row
from services.access.required import asks_for_second_factor
from services.access.within import account_within


class FactorCode(Input):
    """A code of the app, or a recovery code."""

    code: str = field(N_("Verification code"), secret=True, masked=False, min_length=1, max_length=40)


class OwnFactor(Row):
    """How the own second factor stands. ``secret`` is there while it waits to be confirmed, in groups of four."""

    since: datetime | None
    secret: str | None
    codes_left: int
    required: bool


class RecoveryCodes(Row):
    """Recovery codes, shown once; none when the code was wrong."""

    codes: list[str]


class FactorAnswer(Row):
    """Whether it was done; it was not when the code was wrong."""

    done: bool


@query("access.own_second_factor", N_("See the own second factor"), own=True)
def own_second_factor(tx: Transaction, _ask: Nothing) -> OwnFactor:
    """Return how the own second factor stands."""
    account = own_row(tx)
    row = tx.get(SecondFactor, account.id)
    secret = None if tx.actor.looker else second_factor.secret_of(tx, account.id)
    return OwnFactor(
        since=row.confirmed_at if row else None,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else None,
        codes_left=second_factor.codes_left(tx, account.id),
        required=asks_for_second_factor(tx, account.id),
    )


@operation("access.begin_second_factor", N_("Set up the own second factor"), touches="second_factor", own=True)
def begin_second_factor(tx: Transaction, _ask: Nothing) -> Handled:
    """Make a new secret that waits for the first code.

    Raises:
        Refused: when there is a second factor already.
    """
    account = own_row(tx)
    if second_factor.is_on(tx, account.id):
        raise Refused(N_("Two-step sign-in is on already. Switch it off first to set it up with another phone."))
    second_factor.begin(tx, account.id)
    return Handled(id=account.id)


@operation("access.confirm_second_factor", N_("Confirm the own second factor"), touches="second_factor", own=True)
def confirm_second_factor(tx: Transaction, ask: FactorCode) -> RecoveryCodes:
    """Switch the second factor on by a code of the app, and return the recovery codes.

    Raises:
        Invalid: when the code is wrong.
    """
    account = own_row(tx)
    if not second_factor.confirm(tx, account.id, ask.code):
        wrong = N_("This code is not right. Enter the six digits that the app shows now, and check the phone’s clock.")
        raise Invalid(wrong, fields={"code": _(wrong)})
    tx.note(f"account:{account.id}", {"second_factor": False}, {"second_factor": True})
    return RecoveryCodes(codes=second_factor.new_recovery_codes(tx, account.id))


@operation("access.renew_recovery_codes", N_("Make new recovery codes"), touches="second_factor", own=True)
def renew_recovery_codes(tx: Transaction, ask: FactorCode) -> RecoveryCodes:
    """Replace the recovery codes; a wrong code is an answer and no error, so that it counts like one at the sign-in."""
    account = own_row(tx)
    right = _is_right(tx, ask)
    return RecoveryCodes(codes=second_factor.new_recovery_codes(tx, account.id) if right else [])


@operation("access.drop_second_factor", N_("Switch the own second factor off"), touches="second_factor", own=True)
def drop_second_factor(tx: Transaction, ask: FactorCode) -> FactorAnswer:
    """Switch the own second factor off; a wrong code is an answer and no error, so that it counts.

    Where the organisation asks for one, the next page is the one on which it is set up anew.
    """
    account = own_row(tx)
    if not _is_right(tx, ask):
        return FactorAnswer(done=False)
    second_factor.remove(tx, account.id)
    tx.note(f"account:{account.id}", {"second_factor": True}, {"second_factor": False})
    return FactorAnswer(done=True)


@operation("access.remove_second_factor", N_("Remove the second factor of others"), touches="account")
def remove_second_factor(tx: Transaction, ask: WhichAccount) -> Handled:
    """Let somebody who lost phone and recovery codes sign in with the password alone (二段階認証の解除).

    Raises:
        NotFound: when the account is out of reach, or has no second factor.
        Refused: when it may do more than the actor.
    """
    account = account_within(tx, remove_second_factor, ask.id)
    if not second_factor.is_on(tx, account.id):
        raise NotFound(N_("This account has no second factor."))
    second_factor.remove(tx, account.id)
    tx.note(f"account:{account.id}", {"second_factor": True}, {"second_factor": False})
    return Handled(id=account.id)


def _is_right(tx: Transaction, ask: FactorCode) -> bool:
    account = own_row(tx)
    if not tries.count_sign_in(tx, account.login, tries.SIGNED_IN):
        return False
    if not second_factor.accepts(tx, account.id, ask.code):
        return False
    tries.forgive(tx, account.login, tries.SIGNED_IN)
    return True
