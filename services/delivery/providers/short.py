"""SMS and messages to the app as notes of a mailing: each of them takes one a call, so several go out at once."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from services.delivery.providers.base import Limits, Note, Outcome
from services.delivery.providers.several import several
from services.delivery.providers.sms import Sms, SmsProvider
from services.delivery.providers.webpush import Push, Subscription, WebPush

SMS_AT_ONCE, APP_AT_ONCE = 4, 8
LASTS = timedelta(days=1)
"""So long a push service keeps a message for a phone that is off."""

GONE = "no subscription"
"""The word where a phone was taken back between the freezing of a mailing and its sending."""


class SmsNotes:
    """Hands SMS over, some at once; a number that is refused fails alone."""

    limits = Limits(batch=100, per_second=20)

    def __init__(self, provider: SmsProvider) -> None:
        """Take who carries them, with what they cost booked."""
        self._provider = provider

    def send(self, batch: Iterable[Note]) -> Iterator[Outcome]:
        """Yield what became of each.

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        return several(batch, self._carry, at_once=SMS_AT_ONCE, per_second=self.limits.per_second)

    def close(self) -> None:
        """Let go of connections."""
        self._provider.close()

    def _carry(self, note: Note) -> Outcome:
        said = self._provider.send(Sms(note.address, note.whole, note.key))
        return Outcome(note.id, said.accepted, said.permanent, said.dead, said.word, said.reference, said.maybe)


class AppNotes:
    """Hands messages to the push services of people's phones, some at once; each phone has its own."""

    limits = Limits(batch=200, per_second=100)

    def __init__(self, push: WebPush) -> None:
        """Take who sends."""
        self._push = push

    def send(self, batch: Iterable[Note]) -> Iterator[Outcome]:
        """Yield what became of each. One push service that does not answer says nothing about the others."""
        return several(batch, self._carry, at_once=APP_AT_ONCE, per_second=self.limits.per_second)

    def close(self) -> None:
        """Nothing is kept open."""

    def _carry(self, note: Note) -> Outcome:
        if note.subscription is None:
            return Outcome(note.id, accepted=False, permanent=True, word=GONE)
        message = Push(note.subject, note.text, note.link, note.language, LASTS)
        try:
            said = self._push.send(message, Subscription(**note.subscription))
        except (ValueError, TypeError) as error:  # keys that are none: nothing could be encrypted for this phone
            return Outcome(note.id, accepted=False, permanent=True, dead=True, word=str(error) or type(error).__name__)
        return Outcome(note.id, said.accepted, said.permanent, said.dead, said.word, said.reference)
