"""What rooms tell each other (出来事): small typed facts, told with ``tx.tell`` in the transaction that made them so.

A leaf that knows no room; who hears an event declares it with ``@listens`` in the hearing room.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MailingFinished:
    """No delivery of a mailing of this broadcast is waiting or being sent any more. Delivery tells, broadcasts hear."""

    broadcast_id: int


@dataclass(frozen=True)
class PasswordForgotten:
    """Somebody said so of the account with this login name; nobody knows yet whether there is one. Access tells."""

    login: str
