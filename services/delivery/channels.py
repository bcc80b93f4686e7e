"""The channels (送信手段, X02): which are on, what the others lack, and switching them."""

from enum import StrEnum
from typing import Any

from core.errors import Conflict, Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from core.words import named
from data.models.channels import LineChannel, SmsSender
from data.models.delivery import ProviderKind
from services.delivery import line_settings, sms_settings
from services.delivery.lacking import Lacking, lacking, require_complete
from services.delivery.sender import SenderFields, current_sender


class Channel(StrEnum):
    """By what messages reach people."""

    MAIL = "mail"
    SMS = "sms"
    LINE = "line"


named(Channel, mail=N_("Mail"), sms=N_("SMS"), line=N_("LINE"))
SETTINGS: dict[Channel, tuple[Any, Any]] = {
    Channel.SMS: (SmsSender, sms_settings), Channel.LINE: (LineChannel, line_settings),
}  # fmt: skip


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
    """Return mail, SMS and LINE with what each of them lacks."""
    mail, sms, line = current_sender(tx), sms_settings.current_sms(tx), line_settings.current_line(tx)
    return [
        ChannelRow(
            channel=Channel.MAIL, on=mail.provider is not ProviderKind.LOCAL,
            lacks=lacking(SenderFields, mail, ("smtp_host",)), page="delivery/sender.py",
        ),
        ChannelRow(channel=Channel.SMS, on=sms.enabled, lacks=sms_settings.lacks(sms), page="delivery/sms.py"),
        ChannelRow(channel=Channel.LINE, on=line.enabled, lacks=line_settings.lacks(line), page="delivery/line.py"),
    ]  # fmt: skip


@operation("delivery.switch_channel", N_("Switch SMS and LINE on and off"), touches="sms_sender")
def switch_channel(tx: Transaction, ask: ChannelSwitch) -> ChannelRow:
    """Switch SMS or LINE on or off (X02).

    Raises:
        Invalid: when its settings are incomplete, with each missing field.
        Refused: for mail, which is switched by choosing its server.
        Conflict: when somebody else changed its settings meanwhile.
    """
    if ask.channel not in SETTINGS:
        raise Refused(N_("Mail is switched on by choosing its server on the page “Sender”."))
    model, settings = SETTINGS[ask.channel]
    row = tx.get(model, settings.ONLY_ROW, lock=True)
    if row is None:
        row = sms_settings.fresh_sms() if ask.channel is Channel.SMS else line_settings.fresh_line()
    if ask.version is not None and row.version != ask.version:
        raise Conflict(N_("Somebody else changed this meanwhile. Open the page again and repeat your change."))
    if ask.on:
        require_complete(settings.lacks(row))
    before = settings.noted(row)
    row.enabled, row.version = ask.on, row.version + 1
    tx.add(row)
    tx.note(settings.ABOUT, before, settings.noted(row))
    page = "delivery/sms.py" if ask.channel is Channel.SMS else "delivery/line.py"
    return ChannelRow(channel=ask.channel, on=row.enabled, lacks=settings.lacks(row), page=page)
