"""Message-IDs of mails that hold a link to somebody's account: the local mailbox knows them by it."""

import re
import secrets

OF_ACCOUNT = re.compile(r"<account\.(\d+)\.")


def message_id_of(account_id: int, sender: str) -> str:
    """Return a new Message-ID for a mail with a link to this account."""
    return f"<account.{account_id}.{secrets.token_hex(8)}@{sender.rpartition('@')[2]}>"


def account_in(message_id: str) -> int | None:
    """Return the account to which a mail holds a link, told from the mail's Message-ID; None: it holds none."""
    found = OF_ACCOUNT.match(message_id)
    return int(found[1]) if found else None
