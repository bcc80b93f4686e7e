"""Why nothing is sent (非送信の理由), where it is our own word and not a provider's."""

from enum import StrEnum

from core.i18n import N_, _
from data.models.delivery import Channel


class Reason(StrEnum):
    """Our own reasons, as the ledger keeps them."""

    NO_CONTACT = "no_contact"
    ONLY_MOBILE = "only_mobile"
    NOTHING = "nothing"
    SMS_OFF = "sms_off"
    LINE_OFF = "line_off"
    APP_OFF = "app_off"
    DEAD = "dead"
    BAD_ADDRESS = "bad_address"
    CLOSED = "closed"


OFF = {Channel.SMS: Reason.SMS_OFF, Channel.LINE: Reason.LINE_OFF, Channel.APP: Reason.APP_OFF}
"""What is said where a channel is not switched on; mail always is, if only into the local mailbox."""

SENTENCES = {
    Reason.NO_CONTACT: N_("No mail address is registered."),
    Reason.ONLY_MOBILE: N_("No mail address is registered; there is a mobile number, but this goes by mail only."),
    Reason.NOTHING: N_("Nothing is registered by which this could be sent."),
    Reason.SMS_OFF: N_("SMS is not switched on."),
    Reason.LINE_OFF: N_("LINE is not switched on."),
    Reason.APP_OFF: N_("The app is not switched on."),
    Reason.DEAD: N_("What was sent there before failed for good."),
    Reason.BAD_ADDRESS: N_("This is not a mail address that can be written to."),
    Reason.CLOSED: N_("The broadcast was closed before it was sent."),
}


def reason_text(reason: str | None) -> str:
    """Return a reason for people: our own ones in the current language, a provider's word as it came."""
    if reason is None:
        return ""
    return _(SENTENCES[Reason(reason)]) if reason in SENTENCES else reason
