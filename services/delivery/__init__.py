"""Delivery (送信, N03): the ledger, chunks with leases, providers, the sender, the local mailbox.

The rooms above open a mailing with ``open_mailing`` and watch it with ``counts``; what it does from then on, it does by
itself, and ``MailingFinished`` tells of its end.
"""

from data.models.delivery import Channel, MailingState, ProviderKind
from services.delivery import erasing, needs, retained, words  # noqa: F401 - they declare; words gives states theirs
from services.delivery.app_channel import AppRow, app_key, app_provider, app_settings, edit_app
from services.delivery.call_mail import send_calls
from services.delivery.causes import cause, own_words
from services.delivery.channel_causes import line_cause, sms_cause
from services.delivery.channels import ChannelRow, ChannelSwitch, channels, switch_channel
from services.delivery.decision_mail import send_decisions
from services.delivery.far import MAILING, MailingProgress, progress_of
from services.delivery.fields import FIELDS, check_fields
from services.delivery.lacking import Lacking
from services.delivery.ledger import Round, add_people, arrived, close, counts, open_mailing, resume, stop
from services.delivery.line_settings import LineAccess, LineRow, edit_line, friend_link, line_channel, line_settings
from services.delivery.mailbox import MailboxAsk, WhichMail, mail, mailbox
from services.delivery.messages import holds_link
from services.delivery.plan import MAIL_ONLY
from services.delivery.providers.sms import Sms
from services.delivery.providers.webpush import Push, Subscription
from services.delivery.reasons import reason_text
from services.delivery.rehearsal import Forecast, RehearsalAsk, RehearsalLine, rehearsal_page, rehearse
from services.delivery.reset_mail import send_reset
from services.delivery.sender import SenderRow, current_sender, edit_sender, from_of, provider_of, sender
from services.delivery.sending import send_mailing, sweep
from services.delivery.single import Letter, send_letters
from services.delivery.sms import SmsAsk, sms_box, sms_provider
from services.delivery.sms_settings import SmsRow, edit_sms, sms_settings
from services.delivery.tokens import sign, verify
from services.delivery.trial_channels import ask_about_line, send_test_sms
from services.delivery.trial_mail import send_test_mail
from services.delivery.unknown import send_unknown_again

__all__ = [
    "FIELDS",
    "MAILING",
    "MAIL_ONLY",
    "AppRow",
    "Channel",
    "ChannelRow",
    "ChannelSwitch",
    "Forecast",
    "Lacking",
    "Letter",
    "LineAccess",
    "LineRow",
    "MailboxAsk",
    "MailingProgress",
    "MailingState",
    "ProviderKind",
    "Push",
    "RehearsalAsk",
    "RehearsalLine",
    "Round",
    "SenderRow",
    "Sms",
    "SmsAsk",
    "SmsRow",
    "Subscription",
    "WhichMail",
    "add_people", "app_key",
    "app_provider",
    "app_settings",
    "arrived",
    "ask_about_line",
    "cause",
    "channels",
    "check_fields",
    "close",
    "counts",
    "current_sender",
    "edit_app",
    "edit_line",
    "edit_sender",
    "edit_sms",
    "friend_link",
    "from_of",
    "holds_link",
    "line_cause",
    "line_channel",
    "line_settings",
    "mail",
    "mailbox",
    "open_mailing",
    "own_words",
    "progress_of",
    "provider_of",
    "reason_text",
    "rehearsal_page",
    "rehearse",
    "resume",
    "send_calls",
    "send_decisions",
    "send_letters",
    "send_mailing",
    "send_reset",
    "send_test_mail",
    "send_test_sms", "send_unknown_again",
    "sender",
    "sign",
    "sms_box",
    "sms_cause",
    "sms_provider",
    "sms_settings",
    "stop",
    "sweep",
    "switch_channel",
    "verify",
]  # fmt: skip
