"""Why nothing is sent to an address any more (使えなくなった連絡先): the provider's word, in a sentence."""

import re

from core.i18n import N_, _
from core.shown import aside
from services.delivery.providers.smtp_line import tells_of_a_dead_address
from services.delivery.reasons import SENTENCES, reason_text
from services.delivery.receipts.taking import COMPLAINT

BLOCKED = "unfollow"
OUR_WORDS = {
    COMPLAINT: N_("A mail was reported as spam. Ask the person before anything is sent there again."),
    BLOCKED: N_("The person blocked the official account on LINE."),
}
WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"^(404|410)$", N_("The app was removed from the phone, or may not show messages any more.")),
        (r"suppress", N_("Amazon SES takes no mail to this address. Take it off the suppression list there first.")),
        (r"opted ?out", N_("This number refuses SMS from this AWS account.")),
        (r"invalid phone number|^TEXT_INVALID", N_("There is no such number.")),
        (r"^400\b.*\bto\b", N_("LINE does not know this person any more.")),
    )
)
NO_ADDRESS = N_("The mail server says that there is no such address.")


def why_dead(reason: str | None) -> str:
    """Return why an address is dead, in the current language: a sentence, and what the provider said."""
    if reason is None or reason in SENTENCES:
        return reason_text(reason)
    if reason in OUR_WORDS:
        return _(OUR_WORDS[reason])
    sentence = next((sentence for pattern, sentence in WORDS if pattern.search(reason)), None)
    if sentence is None and tells_of_a_dead_address(reason):
        sentence = NO_ADDRESS
    return aside(_(sentence), reason) if sentence else reason
