"""Delivery (送信, N03): the ledger, chunks with leases, providers, the sender, the local mailbox.

The rooms above open a mailing with ``open_mailing`` and watch it with ``counts``; what it does from then on, it does by
itself, and ``MailingFinished`` tells of its end.
"""

from data.models.delivery import MailingState, ProviderKind
from services.delivery import erasing, needs, retained, words  # noqa: F401 - they declare; words gives states theirs
from services.delivery.call_mail import send_calls
from services.delivery.causes import cause, own_words
from services.delivery.decision_mail import send_decisions
from services.delivery.far import MAILING, MailingProgress, progress_of
from services.delivery.fields import FIELDS, check_fields
from services.delivery.ledger import Round, arrived, close, counts, open_mailing, resume, stop
from services.delivery.mailbox import MailboxAsk, WhichMail, mail, mailbox
from services.delivery.plan import reason_text
from services.delivery.providers.sms import Sms
from services.delivery.rehearsal import Forecast, RehearsalAsk, RehearsalLine, rehearsal_page, rehearse
from services.delivery.reset_mail import send_reset
from services.delivery.sender import SenderRow, current_sender, edit_sender, from_of, provider_of, sender
from services.delivery.sending import send_mailing, sweep
from services.delivery.sms import SmsAsk, sms_box, sms_provider
from services.delivery.tokens import sign, verify
from services.delivery.trial_mail import send_test_mail

__all__ = [
    "FIELDS", "MAILING", "Forecast", "MailboxAsk", "MailingProgress", "MailingState", "ProviderKind", "RehearsalAsk",
    "RehearsalLine", "Round", "SenderRow", "Sms", "SmsAsk", "WhichMail", "arrived", "cause", "check_fields", "close",
    "counts", "current_sender", "edit_sender", "from_of", "mail", "mailbox", "open_mailing", "own_words", "progress_of",
    "provider_of", "reason_text", "rehearsal_page", "rehearse", "resume", "send_calls", "send_decisions",
    "send_mailing", "send_reset", "send_test_mail", "sender", "sign", "sms_box", "sms_provider", "stop", "sweep",
    "verify",
]  # fmt: skip
