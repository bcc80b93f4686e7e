"""Returned mail read from a mailbox (IMAP): every minute, what is unread; marked once it stands in the ledger."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import structlog

from core.database import transaction
from core.errors import Unavailable
from core.jobs import job, must_stop
from core.transaction import Transaction
from data.models.delivery import Security
from data.models.receipts import MailReturn
from services.delivery.acting import SENDER
from services.delivery.providers.base import short
from services.delivery.receipts.returned import LARGEST, heard_in
from services.delivery.receipts.settings import ONLY_ROW, ImapAccess, current_returns, imap_access
from services.delivery.receipts.taking import take

SECONDS = 30.0
BATCH, MOST = 50, 2_000
"""So many mails are taken at once, and in one look."""

log = structlog.get_logger("delivery")


class Mailbox:
    """The mailbox, signed in and opened."""

    def __init__(self, access: ImapAccess) -> None:
        """Connect.

        Raises:
            OSError, imaplib.IMAP4.error: when the server is not there, or does not take user, password or folder.
        """
        context = ssl.create_default_context()
        self._line: imaplib.IMAP4
        if access.security is Security.TLS:
            self._line = imaplib.IMAP4_SSL(access.host, access.port, ssl_context=context, timeout=SECONDS)
        else:
            self._line = imaplib.IMAP4(access.host, access.port, timeout=SECONDS)
        try:
            if access.security is Security.STARTTLS:
                self._line.starttls(context)
            self._line.login(access.user, access.password)
            self._ask(self._line.select(_quoted(access.folder)))
        except BaseException:
            self.close()
            raise

    def unread(self) -> list[bytes]:
        """Return which mails are unread, the oldest first."""
        found = self._ask(self._line.uid("SEARCH", "UNSEEN"))
        return found[0].split()[:MOST] if found and isinstance(found[0], bytes) else []

    def mail(self, number: bytes) -> bytes:
        """Return the beginning of a mail, without marking it."""
        said = self._ask(self._line.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)"))
        return next((part[1] for part in said if isinstance(part, tuple)), b"")

    def mark(self, numbers: Sequence[bytes]) -> None:
        """Mark mails as read."""
        self._ask(self._line.uid("STORE", b",".join(numbers).decode(), "+FLAGS", r"(\Seen)"))

    def close(self) -> None:
        """Sign out."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._line.logout()

    def _ask(self, answer: tuple[str, Any]) -> list[Any]:
        kind, said = answer[0], list(answer[1])
        if kind != "OK":
            raise imaplib.IMAP4.error(str(said[0] if said else kind))
        return said


@job("delivery.read_returns", periodic="* * * * *")
def read_returns() -> None:
    """Read what came back, if it is read from a mailbox, and note how that went."""
    with transaction(SENDER) as tx:
        version = current_returns(tx).version
        try:
            access = imap_access(tx)
        except Unavailable as error:
            _note(tx, version, error.text)
            return
    if access is None:
        return
    try:
        _read(access)
        trouble = None
    except (OSError, imaplib.IMAP4.error) as error:
        trouble = short(_word(error))
        log.warning("returned mail could not be read", word=trouble)
    with transaction(SENDER) as tx:
        _note(tx, version, trouble)


def _read(access: ImapAccess) -> None:
    mailbox = Mailbox(access)
    try:
        for numbers in _batches(mailbox.unread()):
            heard = [heard_in(mailbox.mail(number)) for number in numbers]
            with transaction(SENDER) as tx:
                take(tx, [one for one in heard if one is not None])
            mailbox.mark(numbers)  # only now: whoever dies before reads them again
            if must_stop():
                return
    finally:
        mailbox.close()


def _batches(numbers: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for at in range(0, len(numbers), BATCH):
        yield numbers[at : at + BATCH]


def _note(tx: Transaction, version: int, trouble: str | None) -> None:
    row = tx.get(MailReturn, ONLY_ROW, lock=True)
    if row is not None and row.version == version:
        row.read_at, row.trouble = tx.now, trouble
        tx.session.flush()


def _quoted(folder: str) -> str:
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", folder))


def _word(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error) or type(error).__name__
