"""Asking what is due (一斉送信の開始, D07): open a broadcast, or ask more people by the one that is there.

What was decided stands in ``asking`` with its moment. A job takes it up at once, and every five seconds what has
waited long enough; killed anywhere it is neither lost nor done twice: rows stay due until the transaction that asks
has ended, and a broadcast's cause is unique.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import func, select

from core import jobs, logs
from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState, MailTemplate, QuestionForm
from data.models.delivery import Mailing
from data.models.safety import AskedRound, Asking, AskingState, Case, Rule, RuleWho, TelegramRecord, Verdict
from services import broadcasts
from services.safety import cases, decisions, kept_decisions
from services.safety.cancelling import go_on
from services.safety.concerned import Concerned, concerned, without
from services.safety.decisions import Decision
from services.safety.naming import title_of
from services.safety.places import places_of
from services.safety.reaching import Hits, merged, threshold_of
from services.safety.telegrams import Telegram

OPENER = Actor.system("safety")
SECONDS = 300
log = structlog.get_logger("safety")


@jobs.job("safety.open_due", periodic=jobs.EVERY_FIVE_SECONDS)
def open_due_now() -> None:
    """Ask all that is due, each rule and telegram in a transaction of its own; one that fails stops no other."""
    with transaction(OPENER) as tx:
        due = _due(tx)
    for rule_id, telegram_id in due:
        try:
            with transaction(OPENER, statement_seconds=SECONDS) as tx:
                open_together(tx, rule_id, telegram_id)
        except Exception as error:  # noqa: BLE001 - it stays due, and the next turn tries it again
            fault_id = logs.fault(error)
            log.warning("could not ask what was due", rule=rule_id, telegram=telegram_id, fault=fault_id)


def soon(tx: Transaction) -> None:
    """Have what is due asked as soon as this transaction has ended."""
    jobs.enqueue(tx, open_due_now)


def open_by(tx: Transaction, telegram_id: int) -> None:
    """Ask what is due by one telegram, within this transaction."""
    for rule_id, by in _due(tx):
        if by == telegram_id:
            open_together(tx, rule_id, telegram_id)


def open_together(tx: Transaction, rule_id: int, telegram_id: int) -> None:
    """Ask what is due of one rule by one telegram: the cases that it reports together share a broadcast."""
    due = (Asking.rule_id == rule_id, Asking.telegram_id == telegram_id, Asking.due_at <= tx.now)
    cases.lock(tx, tx.execute(select(Asking.case_id).where(*due)).scalars().all())
    rows = select(Asking).where(*due).order_by(Asking.case_id).with_for_update()
    askings = tx.execute(rows.execution_options(populate_existing=True)).scalars().all()
    if askings:
        outcome = Opener(tx, askings, tx.session.get_one(Rule, rule_id), telegram_id).ask()
        kept_decisions.settle(tx, telegram_id, rule_id, outcome)


def _due(tx: Transaction) -> Sequence[tuple[int, int]]:
    found = select(Asking.rule_id, Asking.telegram_id).where(Asking.due_at <= tx.now)
    ordered = found.group_by(Asking.rule_id, Asking.telegram_id).order_by(func.min(Asking.due_at), Asking.rule_id)
    return [(row.rule_id, row.telegram_id) for row in tx.execute(ordered)]


class Opener:
    """One rule asks about the cases of one telegram; they are locked, and so is what the rule does about them."""

    def __init__(self, tx: Transaction, askings: Sequence[Asking], rule: Rule, telegram_id: int) -> None:
        """Take what is due."""
        self._tx = tx
        self._askings = askings
        self._rule = rule
        self._telegram_id = telegram_id
        self._hits: Hits = {}
        for one in askings:
            self._hits = merged(rule.kind, self._hits, one.hits)

    def ask(self) -> list[Decision]:
        """Open a broadcast or extend the one that is there, and return what was done."""
        found = concerned(self._tx, self._rule, self._hits, case_ids=[one.case_id for one in self._askings])
        opened = [one for one in self._askings if one.broadcast_id is not None]
        decision = self._extend(found, opened) if opened else self._open(found)
        return [decision, *self._spared(found, opened)]

    def _open(self, found: Concerned) -> Decision:
        if self._tx.scalar(found.to_ask.limit(1)) is None:
            self._done(AskingState.NOBODY, None, added=0)
            by_region = self._rule.who is RuleWho.REGIONS
            anybody = found.spared is not None and self._tx.scalar(found.people.limit(1)) is not None
            nobody = decisions.NOBODY if by_region else decisions.NOBODY_FIXED
            return self._about(Verdict.SILENT, decisions.ALL_SPARED if anybody else nobody)
        template = self._tx.session.get_one(MailTemplate, self._rule.template_id)
        form = self._tx.session.get_one(QuestionForm, self._rule.form_id)
        telegram = self._telegram()
        broadcast_id = broadcasts.open_automatic(
            self._tx,
            title=title_of(self._tx, self._rule, telegram, self._hits),
            title_en=title_of(self._tx, self._rule, telegram, self._hits, "en"),
            subject=template.subject,
            subject_en=template.subject_en,
            body=template.body,
            body_en=template.body_en,
            form=broadcasts.form_row(form, broadcasts.questions_of(self._tx, form.id)),
            person_ids=found.to_ask,
            cause=self._cause(telegram),
            areas=self._areas(),
            procedure_id=self._rule.procedure_id,
        )
        asked = self._tx.scalar(select(Broadcast.asked).where(Broadcast.id == broadcast_id))
        self._done(AskingState.ASKED, broadcast_id, added=asked)
        return self._about(Verdict.OPENED, decisions.OPENED, broadcast=broadcast_id, people=asked)

    def _extend(self, found: Concerned, opened: Sequence[Asking]) -> Decision:
        """Ask who is new. Cases that were apart may be reported together later: then the latest broadcast asks."""
        ids = {one.broadcast_id for one in opened if one.broadcast_id is not None}
        broadcast_id = max(ids)
        resumed = go_on(self._tx, [one for one in opened if one.cancelled_by is not None])
        people = without(found.to_ask, ids)
        state = self._tx.scalar(select(Broadcast.state).where(Broadcast.id == broadcast_id).with_for_update())
        if state is BroadcastState.CLOSED:
            missed = self._tx.count(people)
            self._done(AskingState.ASKED, broadcast_id, added=0)
            message = decisions.CLOSED if missed else decisions.ALL_ASKED
            return self._about(Verdict.SILENT, message, broadcast=broadcast_id, people=missed)
        added = broadcasts.extend(self._tx, broadcast_id, people, self._areas())
        self._done(AskingState.ASKED, broadcast_id, added=added)
        if resumed:
            return self._about(Verdict.EXTENDED, decisions.RESUMED, broadcast=broadcast_id, people=added)
        if not added:
            return self._about(Verdict.SILENT, decisions.ALL_ASKED, broadcast=broadcast_id)
        message = decisions.HELD if state is BroadcastState.STOPPED else decisions.EXTENDED
        return self._about(Verdict.EXTENDED, message, broadcast=broadcast_id, people=added)

    def _spared(self, found: Concerned, opened: Sequence[Asking]) -> list[Decision]:
        """Say how many are not asked since another case has asked them of late; where it knows of none, nothing."""
        left_out = found.left_out([one.broadcast_id for one in opened if one.broadcast_id is not None])
        return [] if left_out is None else decisions.spared(self._rule, self._tx.count(left_out))

    def _done(self, state: AskingState, broadcast_id: int | None, *, added: int) -> None:
        for one in self._askings:
            one.state, one.due_at, one.broadcast_id = state, None, one.broadcast_id or broadcast_id
            one.asked_at = self._tx.now if added else one.asked_at
        self._tx.session.flush()
        if broadcast_id is not None and added:
            rounds = select(func.count()).select_from(Mailing).where(Mailing.broadcast_id == broadcast_id)
            self._tx.insert(
                AskedRound, broadcast_id=broadcast_id, round=self._tx.scalar(rounds) - 1, rule_id=self._rule.id,
                telegram_id=self._telegram_id, hits=self._hits, at=self._tx.now,
            )  # fmt: skip

    def _about(self, verdict: Verdict, message: str, *, broadcast: int | None = None, people: int = 0) -> Decision:
        rule = self._rule
        values: dict[str, Any] = {
            "rule": rule.name, "threshold": threshold_of(rule), "areas": len(self._hits), "people": people
        }  # fmt: skip
        if broadcast is not None:
            values["broadcast"] = broadcast
        return Decision(verdict=verdict, message=message, values=values, broadcast_id=broadcast, rule_id=rule.id)

    def _telegram(self) -> Telegram:
        content = select(TelegramRecord.content).where(TelegramRecord.id == self._telegram_id)
        return Telegram.model_validate(self._tx.scalar(content))

    def _cause(self, telegram: Telegram) -> str:
        found = select(Case).where(Case.id.in_([one.case_id for one in self._askings])).order_by(Case.id)
        named = [case.event_id or f"{case.code} no. {case.id}" for case in self._tx.execute(found).scalars()]
        first = next((event for event in telegram.event_ids if event in named), named[0])
        return f"{self._rule.kind.value} {first} under rule {self._rule.id}"

    def _areas(self) -> list[str]:
        return sorted(places_of(self._tx, self._rule.kind, self._hits))
