"""Beginning and ending to look as somebody else (代理表示): read only, half an hour at most, kept in the session."""

from datetime import datetime

from sqlalchemy import update

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Nothing, Row
from core.operations import operation
from core.transaction import Transaction
from data.models.access import AccountStatus, SignInSession
from services.access.account_changes import WhichAccount
from services.access.looking import LONGEST, LOOK_AS, STOP, Looked, forget_looking
from services.access.within import account_within


class Looking(Row):
    """As which account is looked, and until when at most."""

    id: int
    until: datetime


@operation(LOOK_AS, N_("Look at the console as somebody else"), touches="account")
def look_as(tx: Transaction, ask: WhichAccount) -> Looking:
    """See the menu and the pages as an account does, without changing anything (代理表示).

    Raises:
        NotFound: when the account is out of reach.
        Refused: when it may do more than the actor, is not in use, is the own one, or no browser is signed in.
    """
    if tx.actor.session_id is None:
        raise Refused(N_("This is done in the browser only."))
    account = account_within(tx, look_as, ask.id)
    if account.id == tx.actor.account_id:
        raise Refused(N_("This is your own account."))
    if account.status is not AccountStatus.ACTIVE:
        raise Refused(N_("Nobody signs in with this account at the moment, so there is nothing to look at."))
    until = tx.now + LONGEST
    tx.execute(
        update(SignInSession)
        .where(SignInSession.id == tx.actor.session_id)
        .values(looks_as_id=account.id, looks_until=until)
    )
    tx.note(f"account:{account.id}", None, {"looked_as_until": until.isoformat()})
    return Looking(id=account.id, until=until)


@operation(STOP, N_("End looking as somebody else"), touches="account", own=True, while_looking=True)
def stop_looking(tx: Transaction, _ask: Nothing) -> Looked:
    """Be oneself again.

    Raises:
        NotFound: when it had ended already.
    """
    looked_at = forget_looking(tx, tx.actor.session_id)
    if looked_at is None:
        raise NotFound(N_("You are yourself again already."))
    return Looked(id=looked_at)
