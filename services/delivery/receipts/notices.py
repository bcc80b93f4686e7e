"""Notices of providers, each taken once (通知の受信), and what was heard of an SMS before the ledger knew it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import transaction
from core.jobs import job
from core.transaction import Transaction
from data.models.delivery import Delivery, DeliveryState, Mailing, MailingState, Receipt
from data.models.receipts import EarlyReceipt, TakenNotice
from services.delivery.acting import SENDER
from services.delivery.receipts.taking import Heard, take
from services.delivery.totals import totals

KEPT = timedelta(days=2)
"""How long it is known that a notice was taken; older ones are refused by their time."""

EARLY = timedelta(hours=1)
"""How long an SMS is looked for that is not in the ledger: it is recorded within a second, or was no broadcast's."""

RECOUNTED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class HeardOfSms:
    """What was heard of an SMS, by its number at the provider."""

    provider_ref: str
    receipt: Receipt
    dead: bool
    word: str


def is_new(tx: Transaction, provider: str, notice: str) -> bool:
    """Note that a notice is taken; False: it was before."""
    row = insert(TakenNotice).values(provider=provider, id=notice, at=tx.now).on_conflict_do_nothing()
    return bool(tx.changed_rows(row))


def take_of_sms(tx: Transaction, heard: Sequence[HeardOfSms]) -> None:
    """Write what was heard of SMS; what is not in the ledger yet is kept for the job below.

    AWS may tell of a message before its number is recorded.
    """
    found = _deliveries(tx, {one.provider_ref for one in heard})
    early = [one for one in heard if one.provider_ref not in found]
    if early:
        kept = [
            {"provider_ref": one.provider_ref, "receipt": one.receipt, "dead": one.dead, "word": one.word, "at": tx.now}
            for one in early
        ]
        came = insert(EarlyReceipt)
        worse = {"dead": True, "word": came.excluded.word}
        tx.execute(
            came.on_conflict_do_update(
                index_elements=[EarlyReceipt.provider_ref, EarlyReceipt.receipt], set_=worse,
                where=came.excluded.dead & ~EarlyReceipt.dead,
            ),
            kept,
        )  # fmt: skip
    take(
        tx,
        [
            Heard(found[one.provider_ref], one.receipt, dead=one.dead, word=one.word)
            for one in heard if one.provider_ref in found
        ],
    )  # fmt: skip


def _deliveries(tx: Transaction, refs: set[str]) -> dict[str, int]:
    rows = tx.execute(select(Delivery.sms_ref, Delivery.id).where(Delivery.sms_ref == func.any(list(refs))))
    return {row.sms_ref: row.id for row in rows}


@job("delivery.take_early", periodic="* * * * *")
def take_early() -> None:
    """Look again for the SMS of receipts that came early; forget those and notices that are old."""
    with transaction(SENDER) as tx:
        # In one statement: what comes meanwhile is neither taken nor forgotten.
        found = delete(EarlyReceipt).where(EarlyReceipt.provider_ref == Delivery.sms_ref)
        rows = tx.execute(found.returning(Delivery.id, EarlyReceipt.receipt, EarlyReceipt.dead, EarlyReceipt.word))
        take(tx, [Heard(row.id, row.receipt, dead=row.dead, word=row.word) for row in rows])
        tx.execute(delete(EarlyReceipt).where(EarlyReceipt.at < tx.now - EARLY))
        tx.execute(delete(TakenNotice).where(TakenNotice.at < tx.now - KEPT))


@job("delivery.count_failed", periodic="2-59/5 * * * *")
def count_failed() -> None:
    """Say anew how many of a finished mailing failed: what comes back does so for days after the sending has ended."""
    with transaction(SENDER) as tx:
        recent = (Mailing.state == MailingState.FINISHED) & (Mailing.finished_at > tx.now - RECOUNTED)
        known = {row.id: row.failed or 0 for row in tx.execute(select(Mailing.id, Mailing.failed).where(recent))}
        now = dict.fromkeys(known, 0)
        for mailing_id, _channel, state, count in totals(tx, recent):
            if state is DeliveryState.FAILED:
                now[mailing_id] += count
        for mailing_id, count in sorted(now.items()):  # a few broadcasts a fortnight, and of them those that changed
            if count != known[mailing_id]:
                tx.execute(update(Mailing).where(Mailing.id == mailing_id).values(failed=count))
