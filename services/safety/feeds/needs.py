"""What of the automatic reading needs somebody: it does not succeed any more, or telegrams did not come in whole."""

from core.actor import Reach
from core.clock import jst
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from services.safety.feeds.state import failed, feed_state, stale_since

PAGE = "safety/telegrams.py"


@needs(feed_state)
def reading_in_trouble(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say that no telegrams come in although they are to be read, and how many of the last day were damaged."""
    return [*_stale(tx), *_failed(tx)]


def _stale(tx: Transaction) -> list[Need]:
    since = stale_since(tx)
    if since is None:
        return []
    minutes = max(int((tx.now - since).total_seconds() // 60), 0)
    text = _(N_("JMA's telegrams have not been read since {time}: nothing is sent automatically"),
             time=f"{jst(since):%m/%d %H:%M}")  # fmt: skip
    amount = _(N_("{count} minutes"), count=f"{minutes:,}")
    return [Need(text=text, count=1, amount=amount, urgency=Urgency.NOW, page=PAGE)]


def _failed(tx: Transaction) -> list[Need]:
    count = tx.count(failed(tx))
    if not count:
        return []
    text = _(N_("JMA issued telegrams that could not be taken in"))
    amount = _(N_("{count} telegrams"), count=f"{count:,}")
    return [Need(text=text, count=count, amount=amount, urgency=Urgency.NOW, page=PAGE)]
