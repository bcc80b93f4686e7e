"""The browsers in which oneself is signed in (ログイン中の端末): seen, and ended one by one or all but this."""

from datetime import datetime

from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.access import SignInSession
from services.access.devices import device
from services.access.own import own_row
from services.access.sessions import end_session, end_sessions_of, open_sessions_of

MOST = 100


class OwnSession(Row):
    """A browser in which oneself is signed in. ``here``: it is the one that asks."""

    id: int
    device: str
    address: str
    since: datetime
    seen_at: datetime
    here: bool


class WhichSession(Input):
    """One browser."""

    id: int = field(N_("Browser"), hidden=True)


class EndedSessions(Row):
    """How many browsers were signed out."""

    sessions: int


@query("access.own_sessions", N_("See where oneself is signed in"), own=True)
def own_sessions(tx: Transaction, _ask: Nothing) -> list[OwnSession]:
    """Return the browsers of the own account, this one first, then those used last; 100 at most."""
    rows = tx.execute(
        select(SignInSession)
        .where(SignInSession.id.in_(open_sessions_of(tx, own_row(tx).id)))
        .order_by((SignInSession.id == tx.actor.session_id).desc(), SignInSession.seen_at.desc(), SignInSession.id)
        .limit(MOST)
    ).scalars()
    return [
        OwnSession(
            id=row.id, device=device(row.user_agent), address=row.address, since=row.created_at, seen_at=row.seen_at,
            here=row.id == tx.actor.session_id,
        )
        for row in rows
    ]  # fmt: skip


@operation("access.end_own_session", N_("Sign out one browser of one's own"), touches="sign_in_session", own=True)
def end_own_session(tx: Transaction, ask: WhichSession) -> None:
    """End the session of one of the own browsers; its open tabs are blank within two seconds.

    Raises:
        NotFound: when it is over already, or somebody else's: the answer is the same.
    """
    if tx.scalar(open_sessions_of(tx, own_row(tx).id).where(SignInSession.id == ask.id)) is None:
        raise NotFound(N_("This browser is not signed in any more."))
    end_session(tx, ask.id)


@operation("access.sign_out_others", N_("Sign out all other browsers"), touches="sign_in_session", own=True)
def sign_out_others(tx: Transaction, _ask: Nothing) -> EndedSessions:
    """End all sessions of the own account but this one."""
    return EndedSessions(sessions=end_sessions_of(tx, [own_row(tx).id], but=tx.actor.session_id))
