"""What AWS tells of mail and SMS (SES・SMSの通知): each kind of event, and what it means for a delivery."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_
from core.transaction import Transaction
from data.models.channels import SmsSender
from data.models.delivery import MailSender, Receipt
from services.delivery import tokens
from services.delivery.providers.base import short
from services.delivery.providers.ses import TAG, TAGGED
from services.delivery.providers.sns_notice import Notice, NoticeKind
from services.delivery.receipts.notices import HeardOfSms, is_new, take_of_sms
from services.delivery.receipts.taking import Heard, take

PROVIDER = "sns"
NO_ADDRESS = {"General", "NoEmail", "Suppressed", "OnAccountSuppressionList"}
"""Kinds of permanent bounces after which SES takes no more mail to the address, or whose address does not exist."""

SMS = {
    "TEXT_DELIVERED": (Receipt.ARRIVED, False),
    "TEXT_INVALID": (Receipt.BOUNCED, True),
    "TEXT_BLOCKED": (Receipt.BOUNCED, False),
    "TEXT_SPAM": (Receipt.BOUNCED, False),
    "TEXT_CARRIER_BLOCKED": (Receipt.BOUNCED, False),
    "TEXT_INVALID_MESSAGE": (Receipt.BOUNCED, False),
    "TEXT_PROTECT_BLOCKED": (Receipt.BOUNCED, False),
    "TEXT_UNREACHABLE": (Receipt.RETURNED, False),
    "TEXT_CARRIER_UNREACHABLE": (Receipt.RETURNED, False),
    "TEXT_TTL_EXPIRED": (Receipt.RETURNED, False),
    "TEXT_UNKNOWN": (Receipt.RETURNED, False),
}
"""Events of AWS End User Messaging. That a carrier took an SMS (TEXT_SUCCESSFUL) says no more than that it was sent."""

ON_THE_PHONE = "accepted by phone"
INVALID_NUMBER = "invalid phone number"


def take_notice(tx: Transaction, notice: Notice) -> bool:
    """Take a notice that AWS signed; say whether it changed or could change anything (False: it came before).

    Raises:
        NotFound: when nobody set its topic in the settings of SES or SMS.
    """
    if notice.topic not in _topics(tx):
        raise NotFound(N_("This topic is not one of those in the settings."))
    if notice.kind is not NoticeKind.NOTIFICATION or not is_new(tx, PROVIDER, notice.id):
        return False
    said = _object(notice.message)
    if "mail" in said:
        take(tx, _of_mail(said))
    else:
        take_of_sms(tx, list(_of_sms(said)))
    return True


def _topics(tx: Transaction) -> set[str]:
    found = tx.execute(select(MailSender.ses_topic_arn).union_all(select(SmsSender.topic_arn))).scalars()
    return {one for one in found if one}


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _of_mail(said: Mapping[str, Any]) -> Iterator[Heard]:
    delivery_id = _tagged(said["mail"])
    kind = str(said.get("eventType") or said.get("notificationType") or "")
    about = said.get(kind.lower())
    about = about if isinstance(about, dict) else {}
    if delivery_id is None:
        return
    if kind == "Delivery":
        yield Heard(delivery_id, Receipt.ARRIVED)
    elif kind == "Complaint":
        yield Heard(delivery_id, Receipt.ARRIVED, complained=True)
    elif kind == "Bounce":
        final = about.get("bounceType") == "Permanent"
        dead = final and about.get("bounceSubType") in NO_ADDRESS
        receipt = Receipt.BOUNCED if final else Receipt.RETURNED
        yield Heard(delivery_id, receipt, dead=dead, word=_bounce_word(about))
    elif kind == "Reject":
        yield Heard(delivery_id, Receipt.BOUNCED, word=short(f"Reject: {about.get('reason', '')}"))
    elif kind == "Rendering Failure":
        failure = said.get("failure")
        word = failure.get("errorMessage", "") if isinstance(failure, dict) else ""
        yield Heard(delivery_id, Receipt.BOUNCED, word=short(f"Rendering Failure: {word}"))


def _tagged(mail: Any) -> int | None:
    tags = mail.get("tags") if isinstance(mail, dict) else None
    values = tags.get(TAG) if isinstance(tags, dict) else None
    value = values[0] if isinstance(values, list) and values else None
    return tokens.verify(value, TAGGED) if isinstance(value, str) else None


def _bounce_word(bounce: Mapping[str, Any]) -> str:
    recipients = bounce.get("bouncedRecipients")
    first = recipients[0] if isinstance(recipients, list) and recipients and isinstance(recipients[0], dict) else {}
    said = str(first.get("diagnosticCode") or first.get("status") or "").removeprefix("smtp;").strip()
    return short(said or f"{bounce.get('bounceType', '')}/{bounce.get('bounceSubType', '')}")


def _of_sms(said: Mapping[str, Any]) -> Iterator[HeardOfSms]:
    kind, ref = str(said.get("eventType", "")), said.get("messageId")
    if isinstance(ref, str) and kind in SMS:
        receipt, dead = SMS[kind]
        yield HeardOfSms(ref, receipt, dead, short(str(said.get("messageStatusDescription") or kind)))
    notification, delivery = said.get("notification"), said.get("delivery")
    if isinstance(notification, dict) and isinstance(notification.get("messageId"), str):
        word = short(str(delivery.get("providerResponse", ""))) if isinstance(delivery, dict) else ""
        yield from _of_old_sms(notification["messageId"], str(said.get("status", "")), word)


def _of_old_sms(ref: str, status: str, word: str) -> Iterator[HeardOfSms]:
    # The delivery logs of SNS, as a subscription of their log group hands them on.
    plain = word.lower().rstrip(".")
    if status == "SUCCESS" and plain.endswith(ON_THE_PHONE):
        yield HeardOfSms(ref, Receipt.ARRIVED, False, word)
    elif status == "FAILURE":
        dead = INVALID_NUMBER in plain
        blocked = dead or "block" in plain or "spam" in plain
        yield HeardOfSms(ref, Receipt.BOUNCED if blocked else Receipt.RETURNED, dead, word or status)
