"""What the sending engine knows of those who carry mail: one small protocol, and what may come back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.delivery.letters import Mail

WORD_LIMIT = 300


class ProviderDown(Exception):
    """The provider takes nothing at the moment, from nobody: pause and try again. ``word`` is its own word."""

    def __init__(self, word: str) -> None:
        """Keep the word, short and in one line."""
        super().__init__(short(word))
        self.word = short(word)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mail: accepted, or failed, for good (``permanent``) or for now, with the provider's word.

    ``dead`` says that the address itself does not exist, so that nothing more should be sent to it.
    """

    mail_id: int
    accepted: bool
    permanent: bool = False
    dead: bool = False
    word: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider takes: mails handed over at once, and mails a second of one sender (for forecasts)."""

    batch: int
    per_second: float


class Provider(Protocol):
    """Carries mail. Knows no database; every wait of its own has a limit."""

    limits: Limits

    def send(self, batch: Sequence[Mail]) -> Iterator[Outcome]:
        """Yield an outcome for each mail, in order, each as soon as it is known.

        Mails without an outcome when ProviderDown is raised are tried again, under the same Message-ID.

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        ...

    def close(self) -> None:
        """Let go of connections; sending again opens new ones."""
        ...


def short(word: str) -> str:
    """Return a provider's word in one line of bearable length."""
    return " ".join(word.split())[:WORD_LIMIT]
