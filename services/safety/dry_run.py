"""What telegrams would start (予行, N02): they are decided as if they came one after the other, and all is taken back.

Deciding counts nobody, so the savepoint in which it happens, with its locks, lasts some milliseconds. Drills are taken
for real here, rules that are switched off act as well, and what was taken in before is not known: each event is new.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.inputs import Row
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.safety import Asking, AskingState, Case, Rule, Source
from services.safety import cases, episodes
from services.safety.deciding import decide
from services.safety.decisions import Decision
from services.safety.reaching import Hits
from services.safety.taking import keep
from services.safety.telegrams import Status, Telegram
from services.safety.telegrams.kinds import WEATHER_TRIGGERS


class Round(Row):
    """That a rule asks: by which telegram (its place among them), when, and by case all that has hit it until then."""

    telegram: int
    at: datetime
    hits: dict[int, Hits]


@dataclass
class DryRun:
    """What was decided about each telegram, and when each rule would have asked."""

    decisions: list[list[Decision]] = field(default_factory=list)
    rounds: dict[int, list[Round]] = field(default_factory=dict)


def dry_run(tx: Transaction, telegrams: Sequence[Telegram]) -> DryRun:
    """Decide telegrams in the order of their report times and take everything back."""
    found = DryRun()
    with tx.session.begin_nested() as savepoint:
        _clear_the_stage(tx)
        stage = _Stage(tx, found)
        for number, telegram in enumerate(telegrams):
            stage.take(number, telegram)
        stage.ask_all()
        tx.session.flush()
        savepoint.rollback()
    tx.session.expire_all()
    return found


def _clear_the_stage(tx: Transaction) -> None:
    tx.execute(update(Rule).values(enabled=True))
    going_on = Case.event_id.is_(None) & Case.ended_at.is_(None)
    tx.execute(update(Case).where(going_on).values(ended_at=tx.now))


class _Stage:
    """The telegrams of one dry run, one after the other, each at its own time."""

    def __init__(self, tx: Transaction, found: DryRun) -> None:
        self._tx = tx.by(tx.actor)
        self._found = found
        self._events = uuid.uuid4().hex[:12]
        self._numbers: dict[int, int] = {}

    def take(self, number: int, telegram: Telegram) -> None:
        """Decide one telegram as it would be if it came when it was issued."""
        tx = self._tx
        tx.now = telegram.report_time
        self._ask_due()
        told = telegram.model_copy(
            update={"status": Status.NORMAL, "event_ids": [f"{self._events} {one}" for one in telegram.event_ids]}
        )
        cases.lock_events(tx, told)
        if told.telegram in WEATHER_TRIGGERS:
            episodes.lock_weather(tx)
        digest = hashlib.sha256(f"{self._events} {number}".encode()).digest()
        telegram_id = keep(tx, told, b"", Source.COMMAND_LINE, digest)
        assert telegram_id is not None  # nobody else has this digest
        self._numbers[telegram_id] = number
        cases.link(tx, [case.id for case in cases.of_events(tx, told, told.event_ids)], telegram_id)
        self._found.decisions.append(decide(tx, told, telegram_id))
        self._ask_due()

    def ask_all(self) -> None:
        """Ask what still waits, each when its wait is over."""
        moments = [one.due_at for one in self._waiting() if one.due_at is not None]
        for moment in moments:
            self._tx.now = max(self._tx.now, moment)
            self._ask_due()

    def _ask_due(self) -> None:
        """Note who would be asked by now; a broadcast stands for it, since what was asked is not asked again."""
        together: dict[tuple[int, int], list[Asking]] = {}
        for one in self._waiting():
            if one.due_at is not None and one.due_at <= self._tx.now:
                together.setdefault((one.rule_id, one.telegram_id), []).append(one)
        for (rule_id, telegram_id), askings in together.items():
            self._note(rule_id, self._numbers[telegram_id], askings)

    def _note(self, rule_id: int, telegram: int, askings: Sequence[Asking]) -> None:
        at = max(one.due_at for one in askings if one.due_at is not None)
        hits = {one.case_id: dict(one.hits) for one in askings}
        self._found.rounds.setdefault(rule_id, []).append(Round(telegram=telegram, at=at, hits=hits))
        stands_for_it = self._broadcast()
        for one in askings:
            one.state, one.due_at = AskingState.ASKED, None
            one.broadcast_id = one.broadcast_id or stands_for_it
        self._tx.session.flush()

    def _broadcast(self) -> int:
        values: dict[str, Any] = {"title": "", "subject": "", "body": "", "questions": [], "audience": {}}
        return int(
            self._tx.insert(
                Broadcast, kind=BroadcastKind.AUTOMATIC, state=BroadcastState.OPEN, created_at=self._tx.now,
                sent_at=self._tx.now, **values,
            )
        )  # fmt: skip

    def _waiting(self) -> Sequence[Asking]:
        found = select(Asking).where(Asking.state == AskingState.WAITING, Asking.telegram_id.in_(self._numbers))
        ordered = found.order_by(Asking.due_at, Asking.rule_id, Asking.case_id)
        return self._tx.execute(ordered.execution_options(populate_existing=True)).scalars().all()
