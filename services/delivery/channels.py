"""The channels (送信手段, X02): which are on, what the others lack, and switching them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from core.at_once import require_unchanged
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from core.words import named
from data.models.channels import AppChannel, LineChannel, SmsSender
from data.models.delivery import Channel, ProviderKind
from services.delivery import app_channel, line_settings, sms_settings
from services.delivery.lacking import Lacking, lacking, require_complete
from services.delivery.sender import SenderFields, current_sender

named(Channel, mail=N_("Mail"), sms=N_("SMS"), line=N_("LINE"), app=N_("App"))


class Kept(NamedTuple):
    """Where the settings of a channel are kept, what makes and judges them, and their page."""

    model: Any
    fresh: Callable[[], Any]
    settings: Any
    page: str


SETTINGS = {
    Channel.SMS: Kept(SmsSender, sms_settings.fresh_sms, sms_settings, "delivery/sms.py"),
    Channel.LINE: Kept(LineChannel, line_settings.fresh_line, line_settings, "delivery/line.py"),
    Channel.APP: Kept(AppChannel, app_channel.fresh_app, app_channel, "delivery/app.py"),
}


class ChannelRow(Row):
    """A channel: whether it is on (messages leave this machine), what it lacks, and the page of its settings."""

    channel: Channel
    on: bool
    lacks: list[Lacking]
    page: str


class ChannelSwitch(Input):
    """Switch a channel on or off; mail is switched by choosing its server."""

    channel: Channel = field(N_("Channel"))
    on: bool = field(N_("Switched on"))
    version: int | None = field(N_("Version"), default=None, hidden=True)


@query("delivery.channels", N_("See which channels are switched on"))
def channels(tx: Transaction, ask: Nothing) -> list[ChannelRow]:  # noqa: ARG001 - every query is asked with something
    """Return mail, SMS, LINE and the app with what each of them lacks."""
    mail = current_sender(tx)
    of_mail = ChannelRow(
        channel=Channel.MAIL, on=mail.provider is not ProviderKind.LOCAL,
        lacks=lacking(SenderFields, mail, ("smtp_host",)), page="delivery/sender.py",
    )  # fmt: skip
    return [of_mail, *(_stands(channel, _row(tx, channel)) for channel in SETTINGS)]


@operation("delivery.switch_channel", N_("Switch SMS, LINE and the app on and off"), touches="sms_sender")
def switch_channel(tx: Transaction, ask: ChannelSwitch) -> ChannelRow:
    """Switch SMS, LINE or the app on or off (X02).

    Raises:
        Invalid: when its settings are incomplete, with each missing field.
        Refused: for mail, which is switched by choosing its server.
        Conflict: when somebody else changed its settings meanwhile.
    """
    if ask.channel not in SETTINGS:
        raise Refused(N_("Mail is switched on by choosing its server on the page “Sender”."))
    settings, row = SETTINGS[ask.channel].settings, _row(tx, ask.channel, lock=True)
    if ask.version is not None:
        require_unchanged(row.version, ask.version)
    if ask.on:
        require_complete(settings.lacks(row))
    before = settings.noted(row)
    row.enabled, row.version = ask.on, row.version + 1
    tx.add(row)
    tx.note(settings.ABOUT, before, settings.noted(row))
    return _stands(ask.channel, row)


def _row(tx: Transaction, channel: Channel, *, lock: bool = False) -> Any:
    kept = SETTINGS[channel]
    return tx.get(kept.model, kept.settings.ONLY_ROW, lock=lock) or kept.fresh()


def _stands(channel: Channel, row: Any) -> ChannelRow:
    kept = SETTINGS[channel]
    return ChannelRow(channel=channel, on=row.enabled, lacks=kept.settings.lacks(row), page=kept.page)
