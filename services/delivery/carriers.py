"""Who carries the messages of a mailing (送信手段), by channel: the one place that knows all of them."""

from collections.abc import Callable, Iterable
from typing import Any

from core.errors import Unavailable
from core.i18n import N_
from core.shown import said
from core.transaction import Transaction
from data.models.delivery import Channel, ProviderKind
from services.delivery.app_channel import app_provider, current_app
from services.delivery.line_settings import current_line, line_channel
from services.delivery.paces import Pace
from services.delivery.providers import Limits, LocalMailbox, Provider, SmtpProvider
from services.delivery.providers.line_messages import LineNotes
from services.delivery.providers.ses import SesProvider
from services.delivery.providers.short import AppNotes, SmsNotes
from services.delivery.sender import current_sender, provider_of
from services.delivery.sms import sms_provider
from services.delivery.sms_settings import current_sms

Carrier = Provider[Any]
"""Who carries the messages of one channel: mails, or notes."""

MAIL_LIMITS: dict[ProviderKind, Limits] = {
    ProviderKind.LOCAL: LocalMailbox.limits,
    ProviderKind.SMTP: SmtpProvider.limits,
    ProviderKind.SES: SesProvider.limits,
}
LIMITS: dict[Channel, Limits] = {
    Channel.SMS: SmsNotes.limits,
    Channel.LINE: LineNotes.limits,
    Channel.APP: AppNotes.limits,
}
OFF_NOW = N_("{channel} is switched off.")


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
    if row.provider is ProviderKind.SES:
        account = f"{row.provider}:{row.ses_region}:{row.ses_access_key_id}"
    return Pace(account, row.per_second, urgent=urgent)


def switched_off(tx: Transaction, among: Iterable[Channel]) -> frozenset[Channel]:
    """Return those of some channels by which nothing is sent at the moment.

    As long as mail stays on this machine, SMS do too: so the whole loop can be tried without an account anywhere.
    """
    if not (asked := {*among} - {Channel.MAIL}):
        return frozenset()
    trying = current_sender(tx).provider is ProviderKind.LOCAL
    enabled = {
        Channel.SMS: trying or current_sms(tx).enabled,
        Channel.LINE: current_line(tx).enabled,
        Channel.APP: current_app(tx).enabled,
    }
    return frozenset(one for one in asked if not enabled[one])


def limits_of(tx: Transaction, channel: Channel) -> Limits:
    """Return what the carrier of a channel takes, for forecasts; nothing is opened."""
    return MAIL_LIMITS[current_sender(tx).provider] if channel is Channel.MAIL else LIMITS[channel]


def _mail(tx: Transaction) -> Carrier:
    return provider_of(current_sender(tx))


def _sms(tx: Transaction) -> Carrier:
    return SmsNotes(sms_provider(tx))


def _line(tx: Transaction) -> Carrier:
    access = line_channel(tx)
    if access is None:
        raise Unavailable(OFF_NOW, channel=said(Channel.LINE))
    return LineNotes(access.access_token)


def _app(tx: Transaction) -> Carrier:
    push = app_provider(tx)
    if push is None:
        raise Unavailable(OFF_NOW, channel=said(Channel.APP))
    return AppNotes(push)


_MADE: dict[Channel, Callable[[Transaction], Carrier]] = {
    Channel.MAIL: _mail,
    Channel.SMS: _sms,
    Channel.LINE: _line,
    Channel.APP: _app,
}
