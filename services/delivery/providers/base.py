"""What the sending engine knows of those who carry messages: one small protocol, and what may come back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

WORD_LIMIT = 300
ONE_PART, TWO_PARTS = 70, 134
"""So many letters an SMS has in one part, and in two."""

LEAST = 20
"""Fewer letters before the link say nothing."""


class ProviderDown(Exception):
    """The provider takes nothing at the moment, from nobody: pause and try again. ``word`` is its own word."""

    def __init__(self, word: str) -> None:
        """Keep the word, short and in one line."""
        super().__init__(short(word))
        self.word = short(word)


@dataclass(slots=True)
class Outcome:
    """What became of one message: accepted, or failed, for good (``permanent``) or for now, with the provider's word.

    ``dead`` says that the address itself does not exist, so that nothing more should be sent to it. ``maybe``: nobody
    knows whether the provider took it, since its answer never came; the policy of the mailing decides what follows.
    """

    mail_id: int
    accepted: bool
    permanent: bool = False
    dead: bool = False
    word: str | None = None
    reference: str | None = None
    maybe: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider takes: messages handed over at once, and messages a second of one sender (for forecasts).

    ``keyed``: what comes again under the same key is taken once, so that trying again is always safe.
    """

    batch: int
    per_second: float
    keyed: bool = False


class Message(Protocol):
    """One message to one address. ``id`` is the delivery's; ``key`` is the same at every try."""

    @property
    def id(self) -> int:
        """Return the delivery's id."""
        ...

    @property
    def address(self) -> str:
        """Return where it goes."""
        ...

    @property
    def key(self) -> str:
        """Return what a provider may know it by when it comes again."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """A short message: SMS, LINE, the app. ``text`` is one line of plain text, ``link`` where its reader answers.

    ``key`` is a UUID. ``personal``: the text differs from person to person. ``language`` is the reader's.
    ``subscription`` is what a browser gave for the app.
    """

    id: int
    address: str
    subject: str
    text: str
    link: str
    key: str
    mailing_id: int = 0
    personal: bool = False
    language: str = "ja"
    subscription: Mapping[str, Any] | None = None

    @property
    def whole(self) -> str:
        """Return text and link as one text, as an SMS says it: paid for by its length, it is cut."""
        return f"{cut(self.text, self.link)}\n{self.link}"


M_contra = TypeVar("M_contra", bound=Message, contravariant=True)


class Provider(Protocol[M_contra]):
    """Carries messages. Knows no database; every wait of its own has a limit."""

    @property
    def limits(self) -> Limits:
        """Return what it takes."""
        ...

    def send(self, batch: Iterable[M_contra]) -> Iterator[Outcome]:
        """Yield an outcome for each message, each as soon as it is known, in whatever order.

        Messages are taken from ``batch`` only when they can be handed over now, and what was taken is brought to its
        end; who must stop lets ``batch`` end. A message that was taken and has no outcome when ProviderDown is raised
        was surely not accepted: where nobody knows, its outcome is a ``maybe``.

        Raises:
            ProviderDown: when the provider takes nothing at the moment.
        """
        ...

    def close(self) -> None:
        """Let go of connections; sending again opens new ones."""
        ...


def cut(text: str, link: str) -> str:
    """Return a text in one line, so short that it goes out with its link in as few parts as can be.

    70 letters are one part of an SMS, and more cost more. The link alone has some 60: both fit into one part where the
    link leaves 20 letters, else into two.
    """
    line = " ".join(text.split())
    room = ONE_PART - len(link) - 1
    room = room if room >= LEAST else max(TWO_PARTS - len(link) - 1, LEAST)
    return line if len(line) <= room else f"{line[: room - 1]}…"


def short(word: str) -> str:
    """Return a provider's word in one line of bearable length, without what no database keeps."""
    return " ".join(word.replace("\0", "").split())[:WORD_LIMIT]
