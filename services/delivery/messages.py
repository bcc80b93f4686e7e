"""Message-IDs of the mails beside the ledger; the local mailbox knows by them which hold a link to an account."""

import re
import secrets

OF_ACCOUNT = re.compile(r"<account\.(\d+)\.")


def new_message_id(about: str, sender: str) -> str:
    """Return a new Message-ID for a mail from this address; ``about`` says what it is about, in letters and points."""
    return f"<{about}.{secrets.token_hex(8)}@{sender.rpartition('@')[2]}>"


def message_id_of(account_id: int, sender: str) -> str:
    """Return a new Message-ID for a mail with a link to this account."""
    return new_message_id(f"account.{account_id}", sender)


def account_in(message_id: str) -> int | None:
    """Return the account to which a mail holds a link, told from the mail's Message-ID; None: it holds none."""
    found = OF_ACCOUNT.match(message_id)
    return int(found[1]) if found else None
