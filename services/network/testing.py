"""What the last test broadcast did not reach (テスト後の再点検, D15), noted when its last message was sent."""

from sqlalchemy import select, text

from core.actor import Actor
from core.database import transaction
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from data.models.broadcasts import Broadcast, BroadcastKind
from services.events import MailingFinished
from services.network.settling import settle_waiting

SECONDS = 300
TOUCH = text("INSERT INTO contact_stale (person_id) SELECT DISTINCT person_id FROM missed_in_test")
FORGET = text("DELETE FROM missed_in_test")
# What a later round of the same test got through counts no more; a private address is nobody's business.
NOTE = text("""
    INSERT INTO missed_in_test (delivery_id, person_id, contact_point_id, state, reason, broadcast_id)
    SELECT missed.id, missed.person_id, missed.contact_point_id, missed.state,
        CASE WHEN missed.private AND missed.address <> '' THEN replace(missed.reason, missed.address, '…')
            ELSE missed.reason END,
        mailing.broadcast_id
    FROM mailing JOIN delivery AS missed ON missed.mailing_id = mailing.id
    WHERE mailing.broadcast_id = :broadcast_id AND missed.state IN ('failed', 'not_sent', 'unknown')
      AND NOT EXISTS (
        SELECT 1 FROM mailing AS later JOIN delivery AS again ON again.mailing_id = later.id
        WHERE later.broadcast_id = mailing.broadcast_id AND later.round > mailing.round
          AND again.person_id = missed.person_id AND again.state IN ('accepted', 'delivered')
          AND again.contact_point_id IS NOT DISTINCT FROM missed.contact_point_id
      )
""")


@listens(MailingFinished)
def note_soon(tx: Transaction, told: MailingFinished) -> None:
    """Have what a test did not reach noted."""
    if tx.scalar(select(Broadcast.kind).where(Broadcast.id == told.broadcast_id)) is BroadcastKind.TEST:
        enqueue(tx, note_test, once="network.note_test")


@job("network.note_test", retries=3)
def note_test() -> None:
    """Note what the last test that was sent did not reach; what is known of earlier ones is forgotten."""
    with transaction(Actor.system("network.note_test"), statement_seconds=SECONDS) as tx:
        note_last_test(tx)
        enqueue(tx, settle_waiting)


def note_last_test(tx: Transaction) -> None:
    """Note what the last test did not reach, and whom that touches."""
    last = tx.scalar(
        select(Broadcast.id)
        .where(Broadcast.kind == BroadcastKind.TEST, Broadcast.sent_at.is_not(None))
        .order_by(Broadcast.sent_at.desc(), Broadcast.id.desc())
        .limit(1)
    )
    tx.execute(TOUCH)
    tx.execute(FORGET)
    tx.execute(NOTE, {"broadcast_id": last})
    tx.execute(TOUCH)
