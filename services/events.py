"""What rooms tell each other (出来事): small typed facts, told with ``tx.tell`` in the transaction that made them so.

A leaf that knows no room; who hears an event declares it with ``@listens`` in the hearing room.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MailingFinished:
    """No delivery of a mailing of this broadcast is waiting or being sent any more. Delivery tells, broadcasts hear."""

    broadcast_id: int


@dataclass(frozen=True)
class PeopleErased:
    """Whatever tells who these people are is being erased (個人情報の消去). Privacy tells, all who keep some hear.

    ``accounts`` are theirs; ``addresses`` the mail addresses and numbers under which they were ever reached. ``words``
    are names and addresses to look for in free text; empty when there are many people, since each text is read for it.
    """

    ids: tuple[int, ...]
    accounts: tuple[int, ...]
    addresses: tuple[str, ...]
    words: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class PasswordForgotten:
    """Somebody said so of the account with this login name; nobody knows yet whether there is one. Access tells."""

    login: str


@dataclass(frozen=True)
class PeopleInvited:
    """These invitations wait for their mails. Invitations tell, and hear it themselves: the worker writes them."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class CommentCalls:
    """A comment calls somebody whom it did not call before. Comments tell, delivery hears."""

    comment_id: int


@dataclass(frozen=True)
class ApplicationsDecided:
    """Applications of people were approved or sent back. Applications tell, delivery hears."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class RecordsChanged:
    """A change-set was closed: ``counts`` has how many records, by kind and action. Changes tell."""

    set_id: int
    process: str
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class ImportFinished:
    """An import was applied; ``set_id`` is its change-set, None: it changed nothing. People tell."""

    import_id: int
    kind: str
    counts: Mapping[str, int]
    set_id: int | None


@dataclass(frozen=True)
class BroadcastOpened:
    """A broadcast was opened to so many people. Broadcasts tell."""

    broadcast_id: int
    kind: str
    asked: int


@dataclass(frozen=True)
class BroadcastClosed:
    """No answer to a broadcast is taken any more. Broadcasts tell."""

    broadcast_id: int
    kind: str


@dataclass(frozen=True)
class BroadcastAnswered:
    """Replies were counted: how many people answered, by broadcast. Broadcasts tell, every few seconds."""

    people: Mapping[int, int]
