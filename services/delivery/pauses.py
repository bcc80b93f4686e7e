"""When a provider is down (送信の中断): how long it is left in peace, and that it takes messages again."""

from datetime import timedelta

import structlog

from core.transaction import Transaction
from data.models.delivery import Channel, Mailing, MailingState

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 60
log = structlog.get_logger("delivery")


def pause(tx: Transaction, mailing_id: int, word: str, channel: Channel = Channel.MAIL) -> None:
    """Note that a provider is down, and when it is asked again: after 5 seconds, then twice as long, up to 60."""
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None or mailing.state is not MailingState.SENDING:
        return
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(mailing.pauses, 10), LONGEST_PAUSE_SECONDS)
    mailing.trouble, mailing.pauses = word, mailing.pauses + 1
    mailing.retry_at = tx.now + timedelta(seconds=seconds)
    mailing.resting = {**mailing.resting, channel.value: mailing.retry_at.isoformat()}
    tx.session.flush()
    log.warning("the provider is down", mailing=mailing_id, channel=channel.value, word=word, again_in=seconds)


def trouble_is_over(tx: Transaction, mailing_id: int, channel: Channel) -> None:
    """Note that a provider takes messages again."""
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None:
        return
    mailing.resting = {name: until for name, until in mailing.resting.items() if name != channel}
    if not mailing.resting:
        mailing.trouble, mailing.retry_at, mailing.pauses = None, None, 0
    tx.session.flush()
