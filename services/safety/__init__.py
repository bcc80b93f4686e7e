"""Safety confirmation (安否確認, D07): telegrams, rules, what is decided about an event."""

from data.models.safety import Source, Verdict
from services.safety import words  # noqa: F401 - gives kinds and states their words
from services.safety.intensity import Intensity
from services.safety.received import (
    Place,
    TelegramRow,
    TelegramsAsk,
    TelegramShown,
    WhichTelegram,
    telegram,
    telegrams,
)
from services.safety.replay import replay_file, told
from services.safety.rules import EditRule, RuleRow, WhichRule, delete_rule, edit_rule, rules, seed_samples
from services.safety.taking import Taken, TakeTelegram, take_telegram

__all__ = [
    "EditRule", "Intensity", "Place", "RuleRow", "Source", "TakeTelegram", "Taken", "TelegramRow", "TelegramShown",
    "TelegramsAsk", "Verdict", "WhichRule", "WhichTelegram", "delete_rule", "edit_rule", "replay_file", "rules",
    "seed_samples", "take_telegram", "telegram", "telegrams", "told",
]  # fmt: skip
