"""Switching the automatic reading on and off (自動受信の設定)."""

from core.at_once import require_unchanged
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, field
from core.operations import operation
from core.transaction import Transaction
from data.models.safety_feeds import FeedReading
from services.safety.feeds.looking import look_soon
from services.safety.feeds.pages import ONLY_ROW, address
from services.safety.feeds.state import FeedState, stands

NO_ADDRESS = N_(
    "This installation has no address of JMA's feeds: RENRAKU_JMA_FEEDS is empty. Whoever runs it has to set it first."
)


class FeedSwitch(Input):
    """Whether JMA's feeds are to be read."""

    enabled: bool = field(N_("Read JMA's telegrams automatically"))
    version: int = field(N_("Version"), default=0, hidden=True)


@operation("safety.switch_feed", N_("Have JMA's telegrams read automatically, or not"), touches="feed_reading")
def switch_feed(tx: Transaction, ask: FeedSwitch) -> FeedState:
    """Switch the reading of JMA's feeds on or off (自動受信). What was issued before it is on starts nothing.

    Raises:
        Conflict: when somebody else switched it meanwhile.
        Refused: when this installation has no address of the feeds.
    """
    reading = tx.get(FeedReading, ONLY_ROW, lock=True)
    require_unchanged(reading.version if reading else 0, ask.version)
    if ask.enabled and address() is None:
        raise Refused(NO_ADDRESS)
    before = reading is not None and reading.enabled
    tx.note("feed_reading:1", {"enabled": before}, {"enabled": ask.enabled})
    if reading is None:
        reading = FeedReading(id=ONLY_ROW, version=0)
    reading.version, reading.enabled = reading.version + 1, ask.enabled
    if ask.enabled != before or reading.switched_at is None:
        reading.switched_at, reading.begins_at, reading.clock_ahead = tx.now, None, None
    tx.add(reading)
    if ask.enabled:
        look_soon(tx)
    return stands(tx)
