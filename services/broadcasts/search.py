"""The list of broadcasts, newest first."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core.actor import Reach
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import KeptList, Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.people import Person
from services.broadcasts.sight import seen_by


class BroadcastsAsk(PageAsk):
    """Which broadcasts; everything given must hold."""

    sort: str = field(N_("Order"), default="-made", hidden=True)
    text: str = field(N_("Title"), default="", max_length=100)
    kind: BroadcastKind | None = field(N_("Purpose"), default=None)
    state: BroadcastState | None = field(N_("State"), default=None)


class BroadcastLine(Row):
    """A line of the list. ``made_by`` is empty for an automatic one; ``send_at`` is when a draft goes out by itself."""

    id: int
    title: str = field(N_("Title"))
    kind: BroadcastKind = field(N_("Purpose"))
    state: BroadcastState = field(N_("State"))
    asked: int = field(N_("People asked"))
    made_by: str = field(N_("By"))
    created_at: datetime = field(N_("Made at"))
    send_at: datetime | None = field(N_("Planned for"))
    sent_at: datetime | None = field(N_("Sent at"))


@query("broadcasts.search", N_("Find broadcasts"))
def search(tx: Transaction, ask: BroadcastsAsk) -> Page[BroadcastLine]:
    """Return a page of the actor's own broadcasts and those that asked somebody within reach."""
    kept = _list(ask.anywhere, search.reach(tx), tx.actor.account_id, tx.actor.person_id)
    orders = {"made": (Broadcast.created_at, Broadcast.id), "title": (Broadcast.title, Broadcast.id)}
    return fetch_page(tx, kept, ask, orders=orders, make=_line)


@lru_cache(maxsize=64)
def _list(ask: BroadcastsAsk, reach: Reach, account_id: int | None, person_id: int | None) -> KeptList:
    statement = (
        select(
            Broadcast.id, Broadcast.title, Broadcast.kind, Broadcast.state, Broadcast.asked, Broadcast.created_at,
            Broadcast.sent_at, Broadcast.send_at, Person.family_name, Person.given_name,
        )
        .select_from(Broadcast)
        .outerjoin(Account, Account.id == Broadcast.created_by)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(seen_by(reach, account_id, person_id))
    )  # fmt: skip
    for word in ask.text.split():
        statement = statement.where(Broadcast.title.icontains(word, autoescape=True))
    if ask.kind is not None:
        statement = statement.where(Broadcast.kind == ask.kind)
    if ask.state is not None:
        statement = statement.where(Broadcast.state == ask.state)
    # Whoever reaches few: who was asked is looked for among them, and a plan for anybody looks among all.
    return KeptList(statement, plan_anew=not reach.whole)


def _line(row: Any) -> BroadcastLine:
    return BroadcastLine(
        id=row.id, title=row.title, kind=row.kind, state=row.state, asked=row.asked,
        made_by=f"{row.family_name or ''} {row.given_name or ''}".strip(),
        created_at=row.created_at, sent_at=row.sent_at, send_at=row.send_at,
    )  # fmt: skip
