"""Safety confirmation (安否確認, D07): telegrams, rules, what is decided about an event."""

from data.models.safety import RuleKind, RuleWho, Source, Verdict
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
from services.safety.covering import Covered, covered
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
from services.safety.reasons import Reason, Why, WhyAsk, why
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
from services.safety.rule_form import EditRule, WhichRule
from services.safety.rules import RuleRow, delete_rule, edit_rule, rules
from services.safety.samples import seed_samples
from services.safety.taking import Taken, TakeTelegram, take_telegram
from services.safety.waits import WaitingRow, WhichWaiting, hold_waiting, send_waiting, waiting

__all__ = [
    "CoastMark", "CoastRow", "CoastShown", "CoastsAsk", "Covered", "EditRule", "EntryRow", "FeedRow", "FeedState",
    "FeedSwitch", "Intensity", "OnCoast", "Place", "Reason", "RuleKind", "RuleRow", "RuleWho", "Source",
    "TakeTelegram", "Taken", "TelegramRow", "TelegramShown", "TelegramsAsk", "TideShown", "Verdict", "WaitingRow",
    "WarnedShown", "WhichRule", "WhichTelegram", "WhichWaiting", "Why", "WhyAsk", "covered", "delete_rule",
    "edit_rule", "feed_enabled", "feed_state", "hold_waiting", "list_coasts", "put_on_coast", "read_feeds",
    "read_since", "replay_file", "rules", "seed_samples", "send_waiting", "stale_since", "switch_feed",
    "take_off_coast", "take_telegram", "telegram", "telegrams", "told", "tsunami_area_choices", "waiting", "why",
]  # fmt: skip
