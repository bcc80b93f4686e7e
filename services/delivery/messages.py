"""Message-IDs of the mails beside the ledger; the local mailbox knows by them which hold a link for their reader."""

import secrets
from collections.abc import Callable

from core.transaction import Transaction

MayOpen = Callable[[Transaction, int], bool]
_secret: dict[str, MayOpen] = {}


def new_message_id(about: str, sender: str) -> str:
    """Return a new Message-ID for a mail from this address; ``about`` says what it is about, in letters and points."""
    return f"<{about}.{secrets.token_hex(8)}@{sender.rpartition('@')[2]}>"


def holds_link(about: str, may_open: MayOpen) -> None:
    """Say that letters about something hold a link that is for their reader only.

    In the local mailbox they open for those for whom ``may_open`` says so, asked with the letter's ``id``.
    """
    _secret[about] = may_open


def opens_for(tx: Transaction, message_id: str) -> bool:
    """Say whether the actor may open a letter of the local mailbox, told from its Message-ID."""
    about, _point, rest = message_id.removeprefix("<").partition(".")
    number = rest.partition(".")[0]
    return about not in _secret or (number.isdigit() and _secret[about](tx, int(number)))
