"""What the tests of this room act on: a broadcast, people with addresses, a mailing, and a way to open it."""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Select, func, insert, literal, select

from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import Delivery, DeliveryState, Mailing, MailSender, ProviderKind, Security
from data.models.people import ContactKind, ContactPoint, Person
from services import delivery

EVERYBODY = select(Person.id).order_by(Person.id)


def make_broadcast(tx: Transaction) -> int:
    """Make a broadcast that is being sent."""
    row = Broadcast(
        kind=BroadcastKind.TEST, state=BroadcastState.SENDING, title="訓練", subject="訓練", body="{reply_url}",
        questions=[], audience={}, created_at=tx.now, sent_at=tx.now,
    )  # fmt: skip
    tx.add(row)
    return row.id


def make_crowd(tx: Transaction, count: int, address: str = "p") -> None:
    """Make many people with a mail address each: ``p1@example.jp`` and so on."""
    numbers = func.generate_series(1, count).table_valued("n").render_derived(name="numbers")
    tx.execute(
        insert(Person).from_select(
            ["code", "family_name", "given_name", "created_at", "updated_at"],
            select(func.concat(f"{address}-", numbers.c.n), literal("見本"), func.concat("", numbers.c.n),
                   literal(tx.now), literal(tx.now)),
        )
    )  # fmt: skip
    tx.execute(
        insert(ContactPoint).from_select(
            ["person_id", "kind", "value"],
            select(Person.id, literal(ContactKind.MAIL.value), func.concat(address, Person.given_name, "@example.jp"))
            .where(Person.code.startswith(f"{address}-")),
        )
    )  # fmt: skip


def use_smtp(tx: Transaction, port: int) -> None:
    """Have mail carried by a server on loopback."""
    tx.add(
        MailSender(
            id=1, name="見本事務局", address="office@example.jp", provider=ProviderKind.SMTP, smtp_host="127.0.0.1",
            smtp_port=port, smtp_security=Security.NONE,
        )
    )  # fmt: skip


def open_one(
    tx: Transaction,
    broadcast_id: int | None = None,
    people: Select[tuple[int]] = EVERYBODY,
    *,
    subject: str = "【{title}】{name} 様",
    body: str = "{family_name} {department} {organisation}\n{reply_url}",
    reminder: bool = False,
    **more: Any,
) -> int:
    """Open a mailing to everybody; returns the broadcast's id."""
    broadcast_id = broadcast_id or make_broadcast(tx)
    delivery.open_mailing(
        tx, broadcast_id, title="訓練", subject=subject, body=body, reminder=reminder, people=people, **more
    )
    return broadcast_id


def ledger(tx: Transaction) -> list[tuple[str, DeliveryState, str | None]]:
    """Return address, state and reason of every delivery, in order."""
    rows = tx.execute(select(Delivery.address, Delivery.state, Delivery.reason).order_by(Delivery.id))
    return [(row.address, row.state, row.reason) for row in rows]


def system() -> AbstractContextManager[Transaction]:
    """Open a transaction of the system."""
    return transaction(Actor.system("test"))


def opened(count: int, port: int | None = None, **more: Any) -> int:
    """Open a mailing to so many people, carried by a server on loopback if there is one; returns the broadcast."""
    with system() as tx:
        make_crowd(tx, count)
        if port:
            use_smtp(tx, port)
        return open_one(tx, **more)


def states() -> dict[DeliveryState, int]:
    """Return how many deliveries are in each state."""
    with system() as tx:
        counted = tx.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {row[0]: row[1] for row in counted}


def mailing() -> Mailing:
    """Return the only mailing."""
    with system() as tx:
        return tx.session.scalars(select(Mailing)).one()
