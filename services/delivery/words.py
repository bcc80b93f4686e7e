"""What people call the kinds and states of this room."""

from core.i18n import N_
from core.words import named
from data.models.delivery import DeliveryState, MailingState, ProviderKind, Security
from data.models.receipts import ReturnsBy

named(
    DeliveryState,
    waiting=N_("Waiting to be sent"),
    sending=N_("Being sent now"),
    accepted=N_("Sent"),
    delivered=N_("Arrived"),
    failed=N_("Failed"),
    not_sent=N_("Not sent"),
    unknown=N_("Unknown"),
)
named(MailingState, sending=N_("Being sent"), stopped=N_("Stopped"), finished=N_("Finished"))
named(
    ProviderKind,
    local=N_("Local mailbox (nothing leaves this machine)"),
    smtp=N_("SMTP server"),
    ses=N_("Amazon SES"),
)
named(
    ReturnsBy,
    none=N_("Not at all"),
    lmtp=N_("Handed over by the mail server (LMTP)"),
    imap=N_("Read from a mailbox (IMAP)"),
)
named(
    Security,
    starttls=N_("STARTTLS (usually port 587)"),
    tls=N_("TLS from the start (usually port 465)"),
    none=N_("No encryption"),
)
