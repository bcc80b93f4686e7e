"""Those who carry SMS (ショートメッセージ): one small protocol, and the local mailbox, which keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.delivery.providers.base import Outcome


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS: a number in E.164, the text, and our own reference, under which a provider takes it once."""

    number: str
    text: str
    ref: str


class SmsProvider(Protocol):
    """Carries SMS. Knows no database; every wait of its own has a limit."""

    def send(self, sms: Sms) -> Outcome:
        """Hand one SMS over and return what became of it (``mail_id`` is 0).

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        ...

    def close(self) -> None:
        """Let go of connections; sending again opens new ones."""
        ...


class LocalSmsBox:
    """Accepts everything and hands it to ``store``: the local mailbox (ローカルメールボックス)."""

    def __init__(self, store: Callable[[Sms], None]) -> None:
        """Take where SMS are kept; one that is there already, by its reference, is kept once."""
        self._store = store

    def send(self, sms: Sms) -> Outcome:
        """Keep it, then accept it."""
        self._store(sms)
        return Outcome(0, accepted=True, reference=sms.ref)

    def close(self) -> None:
        """Nothing is open."""
