"""What waits for its moment (待ち時間, D07): seen with the time left, sent at once or held back by a person."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.actor import Reach
from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.needs import Need, Urgency, needs
from core.operations import operation, query
from core.transaction import Transaction
from data.models.safety import Asking, AskingState, Rule, RuleKind, TelegramRecord, Verdict
from services.safety import cases, decisions, kept_decisions, opening
from services.safety.decisions import Decision
from services.safety.reaching import strongest, threshold_of
from services.safety.saying import said_time, threshold_label

REMEMBERED = timedelta(days=1)
PAGE = "safety/telegrams.py"
GONE = N_("It does not wait any more: it was sent, cancelled or held back meanwhile. Look at the telegram.")


class WaitingRow(Row):
    """What one rule waits with: the telegram that it goes by, the strongest report, and when it is sent by itself.

    ``due_at`` is None for what a person holds back; it can still be sent.
    """

    rule_id: int
    rule: str
    telegram_id: int
    title: str
    threshold: str
    strongest: str
    areas: int
    due_at: datetime | None
    held: bool
    again: bool


class WhichWaiting(Input):
    """What one rule does by one telegram."""

    rule_id: int = field(N_("Rule"), hidden=True)
    telegram_id: int = field(N_("Telegram"), hidden=True)


@query("safety.waiting", N_("See automatic broadcasts that wait"))
def waiting(tx: Transaction, ask: Nothing) -> list[WaitingRow]:  # noqa: ARG001 - every query is asked with something
    """Return what waits for its moment, the next one first, and what people hold back of the last day (D07)."""
    return _found(tx)


def _found(tx: Transaction) -> list[WaitingRow]:
    found = (
        select(Asking, Rule, TelegramRecord.title, TelegramRecord.received_at)
        .join(Rule, Rule.id == Asking.rule_id)
        .join(TelegramRecord, TelegramRecord.id == Asking.telegram_id)
        .where(Asking.due_at.is_not(None) | (Asking.state == AskingState.HELD))
        .order_by(Asking.due_at.nulls_last(), Asking.rule_id, Asking.case_id)
    )
    rows: dict[tuple[int, int], WaitingRow] = {}
    for asking, rule, title, received_at in tx.execute(found):
        held = asking.state is AskingState.HELD
        if not held or received_at > tx.now - REMEMBERED:
            rows.setdefault((rule.id, asking.telegram_id), _row(asking, rule, title, held=held))
    return list(rows.values())


@operation("safety.send_waiting", N_("Send at once what waits"), touches="asking")
def send_waiting(tx: Transaction, ask: WhichWaiting) -> WaitingRow:
    """Have what waits, or was held back, sent now (今すぐ送信, D07).

    Raises:
        NotFound: when it does not wait any more.
    """
    rows = _locked(tx, ask, (AskingState.WAITING, AskingState.HELD))
    for row in rows:
        row.state, row.due_at = AskingState.WAITING, tx.now
    tx.session.flush()
    _say(tx, ask, decisions.OPENING, Verdict.WAITING, rows)
    opening.soon(tx)
    return _changed(tx, ask, rows, "send")


@operation("safety.hold_waiting", N_("Hold back what waits"), touches="asking")
def hold_waiting(tx: Transaction, ask: WhichWaiting) -> WaitingRow:
    """Do not send what waits about this event, whatever JMA reports of it later (送信しない, D07).

    Raises:
        NotFound: when it does not wait any more.
    """
    rows = _locked(tx, ask, (AskingState.WAITING,))
    for row in rows:
        row.state, row.due_at = AskingState.HELD, None
    tx.session.flush()
    _say(tx, ask, decisions.HELD_BACK, Verdict.STOPPED, rows)
    return _changed(tx, ask, rows, "hold")


@needs(waiting)
def what_waits(tx: Transaction, reach: Reach) -> list[Need]:
    """Name what is sent by itself soon, with its moment: a person may send it at once or hold it back."""
    del reach
    return [
        Need(
            text=_(N_("Waits to be sent by itself: {title} (rule “{rule}”)"), title=row.title, rule=row.rule),
            count=1, amount=_(N_("at {time}"), time=said_time(row.due_at)), urgency=Urgency.NOW,
            page=PAGE,
        )
        for row in _found(tx)
        if row.due_at is not None and row.due_at > tx.now
    ]  # fmt: skip


def give_up(tx: Transaction, rule: Rule) -> None:
    """Hold back what waits under a rule that was switched off; what is due this moment goes its way."""
    waits = select(Asking).where(Asking.rule_id == rule.id, Asking.due_at > tx.now).order_by(Asking.case_id)
    for row in tx.execute(waits.with_for_update()).scalars().all():
        row.state, row.due_at = AskingState.HELD, None
        off = Decision(
            verdict=Verdict.STOPPED, message=decisions.SWITCHED_OFF, values={"rule": rule.name}, rule_id=rule.id
        )
        kept_decisions.settle(tx, row.telegram_id, rule.id, [off])
    tx.session.flush()


def _locked(tx: Transaction, ask: WhichWaiting, states: tuple[AskingState, ...]) -> list[Asking]:
    mine = (Asking.rule_id == ask.rule_id, Asking.telegram_id == ask.telegram_id, Asking.state.in_(states))
    cases.lock(tx, tx.execute(select(Asking.case_id).where(*mine)).scalars().all())
    found = select(Asking).where(*mine).order_by(Asking.case_id).with_for_update()
    rows = list(tx.execute(found.execution_options(populate_existing=True)).scalars())
    if not rows:
        raise NotFound(GONE)
    return rows


def _say(tx: Transaction, ask: WhichWaiting, message: str, verdict: Verdict, rows: list[Asking]) -> None:
    rule = tx.session.get_one(Rule, ask.rule_id)
    areas = len({code for row in rows for code in row.hits})
    values = {"rule": rule.name, "threshold": threshold_of(rule), "areas": areas}
    said = Decision(verdict=verdict, message=message, values=values, rule_id=rule.id)
    kept_decisions.settle(tx, ask.telegram_id, rule.id, [said])


def _changed(tx: Transaction, ask: WhichWaiting, rows: list[Asking], what: str) -> WaitingRow:
    tx.note(f"telegram:{ask.telegram_id}", None, {"rule_id": ask.rule_id, "asking": what})
    rule = tx.session.get_one(Rule, ask.rule_id)
    title = tx.scalar(select(TelegramRecord.title).where(TelegramRecord.id == ask.telegram_id))
    return _row(rows[0], rule, title, held=rows[0].state is AskingState.HELD)


def _row(asking: Asking, rule: Rule, title: str, *, held: bool) -> WaitingRow:
    return WaitingRow(
        rule_id=rule.id, rule=rule.name, telegram_id=asking.telegram_id, title=title,
        threshold=threshold_label(threshold_of(rule)), strongest=_strongest(rule, asking), areas=len(asking.hits),
        due_at=asking.due_at, held=held, again=asking.broadcast_id is not None,
    )  # fmt: skip


def _strongest(rule: Rule, asking: Asking) -> str:
    if rule.kind is RuleKind.SPECIAL_WARNING or not asking.hits:
        return ""
    return threshold_label(strongest(rule.kind, asking.hits))
