"""Safety confirmation (安否確認, D07): telegrams, rules, what is decided about an event."""

from data.models.safety import Source, Verdict
from services.safety import words  # noqa: F401 - gives kinds and states their words
from services.safety.coasts import (
    CoastMark,
    CoastRow,
    CoastsAsk,
    OnCoast,
    list_coasts,
    put_on_coast,
    take_off_coast,
    tsunami_area_choices,
)
from services.safety.feeds import (
    EntryRow,
    FeedRow,
    FeedState,
    FeedSwitch,
    feed_enabled,
    feed_state,
    read_feeds,
    read_since,
    stale_since,
    switch_feed,
)
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
from services.safety.received_alerts import CoastShown, TideShown, WarnedShown
from services.safety.replay import replay_file, told
from services.safety.rules import EditRule, RuleRow, WhichRule, delete_rule, edit_rule, rules, seed_samples
from services.safety.taking import Taken, TakeTelegram, take_telegram

__all__ = [
    "CoastMark", "CoastRow", "CoastShown", "CoastsAsk", "EditRule", "EntryRow", "FeedRow", "FeedState", "FeedSwitch",
    "Intensity", "OnCoast", "Place", "RuleRow", "Source", "TakeTelegram", "Taken", "TelegramRow", "TelegramShown",
    "TelegramsAsk", "TideShown", "Verdict", "WarnedShown", "WhichRule", "WhichTelegram", "delete_rule", "edit_rule",
    "feed_enabled", "feed_state", "list_coasts", "put_on_coast", "read_feeds", "read_since", "replay_file", "rules",
    "seed_samples", "stale_since", "switch_feed", "take_off_coast", "take_telegram", "telegram", "telegrams", "told",
    "tsunami_area_choices",
]  # fmt: skip
