"""The local mailbox (ローカルメールボックス): nothing leaves this machine, a page shows what would have gone out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from services.delivery.letters import Mail
from services.delivery.providers.base import Limits, Outcome

Store = Callable[[Sequence[Mail]], None]
"""Keeps mails, all or none; one that it has already, by its Message-ID, it keeps once."""


class LocalMailbox:
    """Accepts everything and hands it to ``store``."""

    limits = Limits(batch=200, per_second=3_000, keyed=True)

    def __init__(self, store: Store) -> None:
        """Take where mails are kept."""
        self._store = store

    def send(self, batch: Iterable[Mail]) -> Iterator[Outcome]:
        """Keep some at a time, then accept each of them."""
        mails = iter(batch)
        while together := list(islice(mails, self.limits.batch)):
            self._store(together)
            for mail in together:
                yield Outcome(mail.id, accepted=True, reference=mail.message_id)

    def close(self) -> None:
        """Nothing is open."""
