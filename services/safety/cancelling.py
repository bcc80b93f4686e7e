"""A cancel (取消): what waits or is still being sent is not sent; what went out cannot be called back."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update

from core.transaction import Transaction
from data.models.delivery import DeliveryState
from data.models.safety import Asking, AskingState, CaseTelegram, Rule, TelegramRecord, Verdict
from services import broadcasts, delivery
from services.safety import decisions, episodes, kept_decisions
from services.safety.decisions import Decision
from services.safety.reaching import acts_on
from services.safety.telegrams import InfoType, Status, Telegram, WhyNot

GONE_OUT = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)


def cancel(tx: Transaction, case_ids: Collection[int], telegram: Telegram, telegram_id: int) -> list[Decision]:
    """Stop everything about these cases that waits or is still being sent, and return what was done about each."""
    found = (
        select(Asking, Rule)
        .join(Rule, Rule.id == Asking.rule_id)
        .where(Asking.case_id.in_(case_ids))
        .order_by(Asking.broadcast_id, Rule.id, Asking.case_id)
        .execution_options(populate_existing=True)
    )
    askings = [(asking, rule) for asking, rule in tx.execute(found).all() if acts_on(rule, telegram)]
    waited = {rule.id: _give_up(tx, asking, rule, telegram_id) for asking, rule in askings if asking.due_at is not None}
    opened = dict.fromkeys(asking.broadcast_id for asking, _rule in askings if asking.broadcast_id is not None)
    stopped = [_stop(tx, broadcast_id, telegram_id) for broadcast_id in opened]
    return [*waited.values(), *stopped] or [_nothing()]


def cancel_weather(tx: Transaction, telegram: Telegram, telegram_id: int) -> list[Decision]:
    """Stop what only the cancelled telegram asked for: JMA names no event, so it is the office's latest of the kind.

    Where other telegrams speak of the same warning, nothing is stopped, and somebody is told to look.
    """
    latest = (
        select(TelegramRecord.id)
        .where(
            TelegramRecord.kind == telegram.telegram.value,
            TelegramRecord.status == Status.NORMAL.value,
            TelegramRecord.info_type != InfoType.CANCEL.value,
            TelegramRecord.report_time <= telegram.report_time,
            TelegramRecord.content["office"].astext == telegram.office,
        )
        .order_by(TelegramRecord.report_time.desc(), TelegramRecord.id.desc())
        .limit(1)
    )
    cancelled = tx.scalar(latest)
    mine = select(CaseTelegram.case_id).where(CaseTelegram.telegram_id == cancelled)
    case_ids = tx.execute(mine).scalars().all() if cancelled is not None else []
    others = select(CaseTelegram.case_id).where(
        CaseTelegram.case_id.in_(case_ids), CaseTelegram.telegram_id.not_in([cancelled, telegram_id])
    )
    shared = set(tx.execute(others).scalars())
    alone = [one for one in case_ids if one not in shared]
    decided = cancel(tx, alone, telegram, telegram_id) if alone else []
    episodes.take_back(tx, alone, telegram)
    opened = select(Asking.broadcast_id).where(Asking.case_id.in_(shared), Asking.broadcast_id.is_not(None)).distinct()
    left = [
        Decision(verdict=Verdict.SILENT, message=decisions.CANCEL_SHARED, values={"broadcast": one}, broadcast_id=one)
        for one in tx.execute(opened).scalars()
    ]
    return [*decided, *left] or [_nothing()]


def go_on(tx: Transaction, cancelled: Sequence[Asking]) -> bool:
    """Let broadcasts that a cancel stopped go on, since a newer telegram came; say whether one did."""
    ids = sorted({one.broadcast_id for one in cancelled if one.broadcast_id is not None})
    tx.execute(update(Asking).where(Asking.broadcast_id.in_(ids)).values(cancelled_by=None))
    went_on = [broadcasts.go_on(tx, broadcast_id) for broadcast_id in ids]
    return any(went_on)


def _nothing() -> Decision:
    return Decision(verdict=Verdict.SILENT, message=WhyNot.CANCEL.message)


def _give_up(tx: Transaction, asking: Asking, rule: Rule, telegram_id: int) -> Decision:
    """Forget what was due; people who were asked before stay asked."""
    asking.due_at = None
    asking.state = AskingState.CANCELLED if asking.broadcast_id is None else AskingState.ASKED
    asking.cancelled_by = telegram_id
    tx.session.flush()
    values = {"rule": rule.name}
    was = Decision(verdict=Verdict.SILENT, message=decisions.WAS_CANCELLED, values=values, rule_id=rule.id)
    kept_decisions.settle(tx, asking.telegram_id, rule.id, [was])
    return Decision(
        verdict=Verdict.STOPPED, message=decisions.WAIT_CANCELLED, values=values, broadcast_id=asking.broadcast_id,
        rule_id=rule.id,
    )  # fmt: skip


def _stop(tx: Transaction, broadcast_id: int, telegram_id: int) -> Decision:
    stopped = broadcasts.halt(tx, broadcast_id)
    if stopped:
        noted = update(Asking).where(Asking.broadcast_id == broadcast_id)
        tx.execute(noted.values(cancelled_by=telegram_id))
    waiting, gone = _counts(tx, broadcast_id)
    values = {"broadcast": broadcast_id, "waiting": waiting, "gone": gone}
    if stopped:
        message, verdict = decisions.CANCEL_STOPPED, Verdict.STOPPED
    else:
        message, verdict = decisions.CANCEL_HELD if waiting else decisions.CANCEL_GONE, Verdict.SILENT
    return Decision(verdict=verdict, message=message, values=values, broadcast_id=broadcast_id)


def _counts(tx: Transaction, broadcast_id: int) -> tuple[int, int]:
    rounds = delivery.counts(tx, broadcast_id)
    waiting = sum(one.counts.get(DeliveryState.WAITING, 0) for one in rounds)
    return waiting, sum(one.counts.get(state, 0) for one in rounds for state in GONE_OUT)
