"""Who somebody is while they look at the console as somebody else (代理表示): asked anew on every run.

Who loses the permission, or looks as somebody who came to more rights, is themselves again with the next click.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core import audit
from core.actor import Actor, Looker, What
from core.errors import NotAllowed
from core.inputs import Nothing, Row
from core.transaction import Transaction
from data.models.access import Account, SignInSession
from data.models.people import Person
from services.access.actors import actor_for
from services.access.reach import people_within
from services.access.within import holds

LONGEST = timedelta(minutes=30)
LOOK_AS = "access.look_as"
STOP = "access.stop_looking"


class Looked(Row):
    """The account as which was looked."""

    id: int


def looked_as(tx: Transaction, actor: Actor, account_id: int, until: datetime | None) -> Actor:
    """Return the account as which somebody looks, or themselves when that is over; its end is then recorded."""
    if until is not None and until > tx.now and (seen := _seen(tx, actor, account_id)) is not None:
        looker = Looker(actor.account_id or 0, actor.name, until)
        return replace(seen, language=actor.language, looker=looker)
    if forget_looking(tx, actor.session_id) is not None:
        audit.record(tx.by(actor), STOP, "account", Nothing(), Looked(id=account_id))
    return actor


def _seen(tx: Transaction, actor: Actor, account_id: int) -> Actor | None:
    reached = (
        select(Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == account_id, people_within(actor.reach(LOOK_AS, What.DO), actor))
    )
    if not actor.may(LOOK_AS, What.DO) or tx.scalar(reached) is None:
        return None
    try:
        seen = actor_for(tx, account_id, actor.session_id)
    except NotAllowed:
        return None
    return seen if holds(tx.by(actor), seen.grants) else None


def forget_looking(tx: Transaction, session_id: int | None) -> int | None:
    """End it and return the account as which was looked; None: it had ended already."""
    found: int | None = tx.scalar(
        select(SignInSession.looks_as_id).where(SignInSession.id == session_id).with_for_update()
    )
    if found is not None:
        tx.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(looks_as_id=None, looks_until=None)
        )
    return found
