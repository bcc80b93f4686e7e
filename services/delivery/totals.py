"""How many deliveries are in which state, without counting them (N03).

Counting a million deliveries takes 190 ms at each look. The database notes each change of the ledger as a step of
``delivery_total`` (a trigger of migration 0019); the sum of the steps takes a few milliseconds.
"""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, Row, cast, func, select, text

from core.actor import Actor
from core.database import transaction
from core.jobs import job
from core.transaction import Transaction
from data.models.delivery import DeliveryState, DeliveryTotal, Mailing

MANY_STEPS = 100
FOLD = text("""
    WITH many AS (SELECT mailing_id FROM delivery_total GROUP BY mailing_id HAVING count(*) > :many),
    folded AS (
        DELETE FROM delivery_total USING many WHERE delivery_total.mailing_id = many.mailing_id
        RETURNING delivery_total.mailing_id, channel, state, count
    )
    INSERT INTO delivery_total (mailing_id, channel, state, count)
    SELECT mailing_id, channel, state, sum(count) FROM folded GROUP BY 1, 2, 3 HAVING sum(count) <> 0
""")


def totals(tx: Transaction, mailings: ColumnElement[bool]) -> Iterable[Row[int, str, DeliveryState, int]]:
    """Return mailing, channel, state and how many deliveries are in it, for the mailings of a condition."""
    count = cast(func.sum(DeliveryTotal.count), BigInteger)
    return tx.execute(
        select(DeliveryTotal.mailing_id, DeliveryTotal.channel, DeliveryTotal.state, count)
        .join(Mailing, Mailing.id == DeliveryTotal.mailing_id)
        .where(mailings)
        .group_by(DeliveryTotal.mailing_id, DeliveryTotal.channel, DeliveryTotal.state)
        .having(count != 0)
    )


@job("delivery.fold_totals", periodic="*/5 * * * *")
def fold() -> None:
    """Put the many steps of a mailing that is being sent or answered into few; who adds steps does not wait."""
    with transaction(Actor.system("delivery.fold_totals")) as tx:
        tx.execute(FOLD, {"many": MANY_STEPS})
