"""Who carries the messages of a mailing (送信手段), by channel: the one place that knows all of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.transaction import Transaction
from data.models.delivery import Channel, ProviderKind
from services.delivery.paces import Pace
from services.delivery.providers import Limits, LocalMailbox, Outcome, Provider, SmtpProvider
from services.delivery.providers.base import Note
from services.delivery.providers.sms import Sms, SmsProvider
from services.delivery.sender import current_sender, provider_of
from services.delivery.sms import sms_provider
from services.delivery.sms_settings import current_sms

Carrier = Provider[Any]
"""Who carries the messages of one channel: mails, or notes."""

MAIL_LIMITS: dict[ProviderKind, Limits] = {
    ProviderKind.LOCAL: LocalMailbox.limits,
    ProviderKind.SMTP: SmtpProvider.limits,
}


class SmsOneByOne:
    """Hands SMS over one after the other; a number that is refused fails alone."""

    limits = Limits(batch=20, per_second=5)

    def __init__(self, provider: SmsProvider) -> None:
        """Take who carries them."""
        self._provider = provider

    def send(self, batch: Iterable[Note]) -> Iterator[Outcome]:
        """Yield what became of each.

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        for note in batch:
            said = self._provider.send(Sms(note.address, note.whole, note.key))
            yield Outcome(note.id, said.accepted, said.permanent, said.dead, said.word, said.reference, said.maybe)

    def close(self) -> None:
        """Let go of connections."""
        self._provider.close()


def carrier_of(tx: Transaction, channel: Channel) -> Carrier:
    """Return who carries the messages of a channel, ready to be used; what was loaded stays as it is.

    Raises:
        Unavailable: when a stored secret cannot be read.
    """
    return _MADE[channel](tx)


def pace_of(tx: Transaction, channel: Channel, *, urgent: bool) -> Pace | None:
    """Return how fast the carrier of a channel is handed messages; None: as fast as it takes them."""
    row = current_sender(tx)
    if channel is not Channel.MAIL or row.provider is ProviderKind.LOCAL or not row.per_second:
        return None
    account = f"{row.provider}:{row.smtp_host}:{row.smtp_port}:{row.smtp_user}"
    return Pace(account, row.per_second, urgent=urgent)


def switched_off(tx: Transaction, among: Iterable[Channel]) -> frozenset[Channel]:
    """Return those of some channels by which nothing is sent at the moment.

    As long as mail stays on this machine, SMS do too: so the whole loop can be tried without an account anywhere.
    """
    if not (asked := {*among} - {Channel.MAIL}):
        return frozenset()
    trying = current_sender(tx).provider is ProviderKind.LOCAL
    on = {Channel.MAIL, *([Channel.SMS] if trying or current_sms(tx).enabled else [])}
    return frozenset(asked - on)


def limits_of(tx: Transaction, channel: Channel) -> Limits:
    """Return what the carrier of a channel takes, for forecasts; nothing is opened."""
    return MAIL_LIMITS[current_sender(tx).provider] if channel is Channel.MAIL else SmsOneByOne.limits


def _mail(tx: Transaction) -> Carrier:
    return provider_of(current_sender(tx))


def _sms(tx: Transaction) -> Carrier:
    return SmsOneByOne(sms_provider(tx))


_MADE: dict[Channel, Callable[[Transaction], Carrier]] = {Channel.MAIL: _mail, Channel.SMS: _sms}
