"""Letters beside the ledger: each to one person, its text made for that one, sent by whoever calls from a job."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import structlog

from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _, using_language
from core.transaction import Transaction
from services.delivery.acting import SENDER
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.messages import new_message_id
from services.delivery.providers import Outcome
from services.delivery.sender import current_sender, from_of, provider_of

PUT_OFF = N_("The mail server put a mail off. It is tried again.")
PutBack = Callable[[Transaction, set[int]], None]
log = structlog.get_logger("delivery")


@dataclass(frozen=True)
class Letter:
    """One letter: ``subject`` and ``body`` are message ids with fields such as ``{name}``, filled from ``values``."""

    id: int
    address: str
    name: str
    language: str
    subject: str
    body: str
    values: Mapping[str, str]


def send_letters(about: str, letters: Sequence[Letter]) -> Iterator[Outcome]:
    """Send letters about something and yield what became of each, by its ``id``.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
    """
    with transaction(SENDER) as tx:
        row = current_sender(tx)
        sender, provider = from_of(row), provider_of(row)
    with closing(provider):
        yield from provider.send([_mail(sender, about, one) for one in letters])


def send_once(about: str, letters: Sequence[Letter], put_back: PutBack) -> None:
    """Send letters that are noted as sent already; ``put_back`` gets the ids of those that were put off.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put a mail off.
    """
    left = {one.id for one in letters}
    if not left:
        return
    try:
        for outcome in send_letters(about, letters):
            if outcome.accepted or outcome.permanent:
                left.discard(outcome.mail_id)
            if not outcome.accepted:
                log.warning("mail was not taken", about=about, word=outcome.word, permanent=outcome.permanent)
    finally:
        if left:
            with transaction(SENDER) as tx:
                put_back(tx, left)
    if left:
        raise Unavailable(PUT_OFF)


def _mail(sender: From, about: str, letter: Letter) -> Mail:
    message_id = new_message_id(f"{about}.{letter.id}", sender.address)
    with using_language(letter.language):
        skeleton = Skeleton(sender, _(letter.subject), _(letter.body), letter.values)
    return skeleton.letter(letter.id, message_id, letter.address, letter.name, letter.values)
