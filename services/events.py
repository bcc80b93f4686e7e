"""What rooms tell each other (出来事): small typed facts, told with ``tx.tell`` in the transaction that made them so.

A leaf that knows no room; who hears an event declares it with ``@listens`` in the hearing room.
"""

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
