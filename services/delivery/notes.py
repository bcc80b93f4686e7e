"""Short messages (SMS、LINE、アプリの文面): one text a mailing, filled for each delivery, with the link to answer."""

from collections.abc import Mapping
from typing import Any

from core.settings import settings
from core.transaction import Transaction
from services.delivery import tokens
from services.delivery.fields import Text
from services.delivery.letters import one_line
from services.delivery.providers.base import TWO_PARTS, Note, cut
from services.delivery.sms_cost import parts_of
from services.delivery.sms_settings import current_sms


class NoteSkeleton:
    """The short text of a mailing, cut at its fields."""

    def __init__(self, mailing_id: int, subject: str, short_text: str, constants: Mapping[str, str]) -> None:
        """Prepare; without a short text the subject is what is said."""
        self._mailing_id = mailing_id
        self._subject = Text(subject, constants)
        self._text = Text(short_text.replace("{reply_url}", "") or subject, constants)
        self._link = f"{settings().base_url}/r/"

    def note(
        self, delivery_id: int, address: str, values: Mapping[str, str], language: str,
        subscription: Mapping[str, Any] | None = None,
    ) -> Note:  # fmt: skip
        """Return the message of one delivery."""
        text = " ".join(self._text.filled(values).split())
        return Note(
            delivery_id, address, one_line(self._subject.filled(values)), text, self._link + tokens.sign(delivery_id),
            tokens.retry_key(delivery_id), self._mailing_id, self._text.personal, language, subscription,
        )  # fmt: skip


def most_parts() -> int:
    """Return in how many parts an SMS of a mailing goes out at most."""
    link = f"{settings().base_url}/r/{tokens.sign(tokens.HIGHEST)}"
    return parts_of(f"{cut('字' * TWO_PARTS, link)}\n{link}")


def sms_yen(tx: Transaction) -> int:
    """Return what one SMS of a mailing costs at most, in yen; 0 while SMS stay on this machine."""
    row = current_sms(tx)
    return row.price_yen * most_parts() if row.enabled else 0
