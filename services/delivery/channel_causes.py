"""What the word of Amazon SNS, of SES or of LINE means (応答), in a sentence that says what to do."""

import re

from core.i18n import N_, _
from services.delivery.providers.aws import MAYBE_SENT
from services.delivery.sms_cost import OVER
from services.delivery.trial_channels import OTHER_ACCOUNT

SMS = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (re.escape(OVER), N_("The month's limit is reached. Raise it, or wait for the next month.")),
        (re.escape(MAYBE_SENT),
         N_("AWS gave no clear answer. Look whether the SMS has arrived before you try again.")),
        (r"^InvalidClientTokenId|^UnrecognizedClient", N_("AWS does not know this access key ID. Check it.")),
        (r"^SignatureDoesNotMatch", N_("The secret access key does not belong to the access key ID. Enter it again.")),
        (r"^AuthorizationError|^AccessDenied", N_("This key may not send SMS. Allow it sns:Publish in AWS.")),
        (r"opted ?out", N_("This number refuses SMS from this AWS account.")),
        (r"^InvalidParameter|^Parameter|^Validation",
         N_("AWS does not take number, sender ID or text. Check the sender ID and the number.")),
        (r"throttl|^Throttled", N_("Too many SMS at once for this AWS account. Try again later.")),
        (r"timeout|timed out", N_("AWS cannot be reached in time. Check the network and the firewall.")),
        (r"could not connect|name or service|resolve|endpoint",
         N_("AWS cannot be reached. Check the region for typing errors, and the network.")),
    )
)  # fmt: skip
SES = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (re.escape(MAYBE_SENT),
         N_("AWS gave no clear answer. Look whether the mail has arrived before you try again.")),
        (r"not verified|MailFromDomainNotVerified|MAIL_FROM_DOMAIN_NOT_VERIFIED",
         N_("SES has not verified this address or its domain. Verify it in SES; in the sandbox, the recipient’s too.")),
        (r"InvalidClientTokenId|UnrecognizedClient", N_("AWS does not know this access key ID. Check it.")),
        (r"SignatureDoesNotMatch|InvalidSignature",
         N_("The secret access key does not belong to the access key ID. Enter it again.")),
        (r"AccessDenied|not authorized", N_("This key may not send mail. Allow it ses:SendBulkEmail in AWS.")),
        (r"configuration.?set.*(not|exist)|CONFIGURATION_SET_NOT_FOUND|^NotFound",
         N_("SES has no configuration set of this name in this region. Check it.")),
        (r"quota|daily", N_("The account’s mails of this day are used up. Wait, or have AWS raise the limit.")),
        (r"throttl|TooManyRequests|LimitExceeded", N_("Too many mails at once for this AWS account. Try again later.")),
        (r"paused|suspended", N_("AWS has stopped the sending of this account. Look at its state in SES.")),
        (r"timeout|timed out", N_("AWS cannot be reached in time. Check the network and the firewall.")),
        (r"could not connect|name or service|resolve|endpoint",
         N_("AWS cannot be reached. Check the region for typing errors, and the network.")),
    )
)  # fmt: skip
LINE = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"^401", N_("LINE does not take this channel access token. Issue a new one and enter it.")),
        (r"^403", N_("This account may not use the Messaging API. Check its plan and rights at LINE.")),
        (r"^429", N_("LINE takes no more requests at the moment. Try again later.")),
        (r"^5\d\d", N_("LINE has trouble at the moment. Try again later.")),
        (r"timeout|timed out", N_("LINE did not answer in time. Check the network and the firewall.")),
        (r"connect|name or service|resolve",
         N_("LINE cannot be reached from here. Check the network and the firewall.")),
    )
)  # fmt: skip
UNKNOWN = N_("It did not work: {word}")


def sms_cause(word: str) -> str:
    """Return what the word of Amazon SNS means, in the current language."""
    return _said(word, SMS)


def ses_cause(word: str) -> str:
    """Return what the word of Amazon SES means, in the current language."""
    return _said(word, SES)


def line_cause(word: str) -> str:
    """Return what the word of LINE means, in the current language."""
    if word.startswith(OTHER_ACCOUNT):
        name, _gap, account = word.removeprefix(OTHER_ACCOUNT).strip().rpartition(" ")
        return _(
            N_("The token belongs to “{name}”, whose basic ID is {account}. Enter this one."),
            name=name,
            account=account,
        )
    return _said(word, LINE)


def _said(word: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    sentence = next((sentence for pattern, sentence in known if pattern.search(word)), None)
    return _(sentence) if sentence else _(UNKNOWN, word=word or "-")
