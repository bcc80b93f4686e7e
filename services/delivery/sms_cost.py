"""What SMS cost (SMSの費用): parts of a text; yen booked to the month before it goes out, never beyond its limit.

Booking is one statement in a transaction of its own, so that no two senders together go beyond the limit.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.database import transaction
from core.i18n import N_
from core.transaction import Transaction
from data.models.channels import SmsMonth
from services.delivery.acting import SENDER
from services.delivery.providers import ProviderDown
from services.delivery.providers.base import Outcome
from services.delivery.providers.sms import Sms, SmsProvider
from services.delivery.providers.sns import MAYBE_SENT

SEVEN_BITS = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of GSM 03.38; a text with any other is sent with 16 bits a letter."""

TWO_SEPTETS = set("^{}\\[~]|€\f")
OVER = N_("The month's limit for SMS is reached.")


def parts_of(text: str) -> int:
    """Return in how many parts a text is sent and charged: 70 letters each, 67 when there are several.

    A text of Latin letters only has 160, then 153.
    """
    if set(text) <= SEVEN_BITS | TWO_SEPTETS:
        length, alone, several = len(text) + sum(letter in TWO_SEPTETS for letter in text), 160, 153
    else:
        length, alone, several = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else ceil(length / several)


def month_of(day: date) -> date:
    """Return the month that a day belongs to, as its first day."""
    return day.replace(day=1)


def this_month(tx: Transaction) -> SmsMonth:
    """Return what was booked to the present month (JST)."""
    month = month_of(clock.today())
    return tx.get(SmsMonth, month) or SmsMonth(month=month, parts=0, yen=0)


@dataclass(frozen=True)
class Booking:
    """A provider whose SMS are booked: yen for each part, at most ``cap`` yen a month (None: without limit)."""

    provider: SmsProvider
    price: int
    cap: int | None

    def send(self, sms: Sms) -> Outcome:
        """Book the cost and hand the SMS over; what surely was not sent is taken off again.

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        month, parts = month_of(clock.today()), parts_of(sms.text)
        if not _book(month, parts, parts * self.price, self.cap):
            return Outcome(0, accepted=False, permanent=True, word=OVER)
        try:
            outcome = self.provider.send(sms)
        except ProviderDown:
            _take_off(month, parts, parts * self.price)
            raise
        if not outcome.accepted and outcome.word != MAYBE_SENT:
            _take_off(month, parts, parts * self.price)
        return outcome

    def close(self) -> None:
        """Let go of connections."""
        self.provider.close()


def _book(month: date, parts: int, yen: int, cap: int | None) -> bool:
    if cap is not None and yen > cap:
        return False
    booked = insert(SmsMonth).values(month=month, parts=parts, yen=yen)
    there = booked.on_conflict_do_update(
        index_elements=["month"], set_={"parts": SmsMonth.parts + parts, "yen": SmsMonth.yen + yen},
        where=None if cap is None else SmsMonth.yen + yen <= cap,
    )  # fmt: skip
    with transaction(SENDER) as tx:
        return bool(tx.changed_rows(there))


def _take_off(month: date, parts: int, yen: int) -> None:
    taken = {"parts": SmsMonth.parts - parts, "yen": SmsMonth.yen - yen}
    with transaction(SENDER) as tx:
        tx.execute(update(SmsMonth).where(SmsMonth.month == month).values(taken))
