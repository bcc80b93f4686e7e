"""What was decided about a telegram, as its record keeps it (判定の記録): at once, and when what waited is done."""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.transaction import Transaction
from data.models.safety import TelegramRecord
from services.safety.decisions import OPEN, Decision, overall


def note(tx: Transaction, telegram_id: int, decided: Sequence[Decision]) -> None:
    """Keep what was decided about a telegram, instead of what was kept before."""
    values = {"verdict": overall(list(decided)), "decisions": [decision.kept() for decision in decided]}
    tx.execute(update(TelegramRecord).where(TelegramRecord.id == telegram_id).values(**values))


def settle(tx: Transaction, telegram_id: int, rule_id: int, outcome: Sequence[Decision]) -> None:
    """Put what came of a rule in the place of what its telegram left open; where nothing is open nothing changes."""
    row = select(TelegramRecord.decisions).where(TelegramRecord.id == telegram_id).with_for_update()
    decided = [Decision.model_validate(one) for one in tx.scalar(row)]
    place = next((at for at, one in enumerate(decided) if one.rule_id == rule_id and one.message in OPEN), None)
    if place is not None:
        note(tx, telegram_id, [*decided[:place], *outcome, *decided[place + 1 :]])
