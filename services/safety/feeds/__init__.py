"""JMA's feeds (自動受信, D07): telegrams are fetched every minute and taken in, each once, also after an outage."""

from services.safety.feeds import looking, needs  # noqa: F401 - declares the jobs and what needs somebody
from services.safety.feeds.looking import read_feeds
from services.safety.feeds.state import (
    EntryRow,
    FeedRow,
    FeedState,
    feed_enabled,
    feed_state,
    read_since,
    stale_since,
)
from services.safety.feeds.switching import FeedSwitch, switch_feed

__all__ = [
    "EntryRow", "FeedRow", "FeedState", "FeedSwitch", "feed_enabled", "feed_state", "read_feeds", "read_since",
    "stale_since", "switch_feed",
]  # fmt: skip
