"""From one skeleton a mailing to the bytes of each mail (RFC 5322, 2045, 2047), without a message tree a person.

What is the same for everybody is written once: headers, and of the body every line of base64 that no field falls into.
Measured with a mail of 4.9 KB: some 80,000 a second, against 600 by ``email.message``.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from core import clock
from services.delivery.fields import Text

WORD_BYTES = 39
"""UTF-8 bytes in one encoded word: with a header's name before it, the line stays within RFC 2047's 76 characters."""

WORD_CHARACTERS = WORD_BYTES // 3

LINE_CHARACTERS = 76
LINE_BYTES = 57
"""So many bytes make a line of base64."""

LINE_ENDS = "\x7f\x85\u2028\u2029"
_END_OF_LINE = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class From:
    """Who sends: the name that people see, the address, and where answers by mail go (empty: to the address)."""

    name: str
    address: str
    reply_to: str = ""


@dataclass(slots=True)
class Mail:
    """One mail, ready for a provider. ``id`` is the delivery's; texts and bytes are made when somebody wants them.

    ``returns`` is where what cannot be delivered is sent back to (the sender of the envelope); empty: to the sender.
    """

    skeleton: "Skeleton"
    id: int
    message_id: str
    recipient: str
    recipient_name: str
    values: Mapping[str, str]
    returns: str = ""

    @property
    def address(self) -> str:
        """Return where it goes."""
        return self.recipient

    @property
    def key(self) -> str:
        """Return what it is known by when it comes again."""
        return self.message_id

    @property
    def sender(self) -> str:
        """Return the address of the sender."""
        return self.skeleton.sender.address

    @property
    def envelope(self) -> str:
        """Return the sender of the envelope."""
        return self.returns or self.skeleton.sender.address

    @property
    def subject(self) -> str:
        """Return the subject in one line."""
        return one_line(self.skeleton.subject.filled(self.values))

    @property
    def text(self) -> str:
        """Return the body as it is read."""
        return self.skeleton.body.filled(self.values)

    @property
    def content(self) -> bytes:
        """Return the whole message with CRLF line ends, in 7-bit ASCII."""
        return self.skeleton.written(self)


class Skeleton:
    """The texts of a mailing, cut at their fields, with everything that its mails have in common."""

    def __init__(
        self, sender: From, subject: str, body: str, constants: Mapping[str, str], at: datetime | None = None
    ) -> None:
        """Prepare; ``at`` is the moment that the mails bear."""
        self.sender = sender
        self.subject = Text(subject, constants)
        self.body = Text(body, constants)
        self.head = head(sender, at or clock.now())
        self._coded = CodedBody(self.body)
        self._same_subject = None if self.subject.personal else _subject(self.subject.filled({}))

    def letter(
        self, delivery_id: int, message_id: str, recipient: str, recipient_name: str, values: Mapping[str, str]
    ) -> Mail:
        """Return the mail of one delivery."""
        return Mail(self, delivery_id, message_id, recipient, recipient_name, values)

    def written(self, mail: Mail) -> bytes:
        """Return the bytes of one of its mails."""
        to = f"{_words(mail.recipient_name)}\r\n <{mail.recipient}>" if mail.recipient_name else mail.recipient
        subject = self._same_subject or _subject(self.subject.filled(mail.values))
        own = f"To: {to}\r\nMessage-ID: {mail.message_id}\r\n{subject}\r\n\r\n"
        return b"".join((self.head, own.encode("ascii"), *self._coded.filled(mail.values)))


class CodedBody:
    """A body in base64, of which each part that has no field is coded once for each place in a line it may begin at."""

    def __init__(self, text: Text) -> None:
        """Cut the text; its last line gets an end."""
        literals = [_crlf(piece) for piece in text.pieces[::2]]
        if literals[-1] and not literals[-1].endswith("\r\n"):
            literals[-1] += "\r\n"
        self._literals = [piece.encode("utf-8", "replace") for piece in literals]
        self._names = text.pieces[1::2]
        self._kept: dict[tuple[int, int], tuple[bytes, bytes, bytes]] = {}

    def filled(self, values: Mapping[str, str]) -> list[bytes]:
        """Return the lines for one delivery, in pieces."""
        out: list[bytes] = []
        open_line = self._add(out, b"", 0)
        for at, name in enumerate(self._names, 1):
            value = values[name]
            if not value.isprintable():
                value = _crlf(value)
            open_line = self._add(out, open_line + value.encode("utf-8", "replace"), at)
        if not self._literals[-1] and not (open_line.endswith(b"\r\n") or (out and not open_line)):
            open_line += b"\r\n"
        if open_line:
            out.append(_lines(open_line))
        return out

    def _add(self, out: list[bytes], before: bytes, at: int) -> bytes:
        """Write what comes before a literal and the literal itself, as far as it fills lines; return the rest."""
        literal = self._literals[at]
        missing = -len(before) % LINE_BYTES
        if len(literal) < missing + LINE_BYTES:
            return before + literal
        kept = self._kept.get((at, missing))
        if kept is None:
            whole = missing + (len(literal) - missing) // LINE_BYTES * LINE_BYTES
            kept = literal[:missing], _lines(literal[missing:whole]), literal[whole:]
            self._kept[at, missing] = kept
        if before:
            out.append(_lines(before + kept[0]))
        out.append(kept[1])
        return kept[2]


def head(sender: From, at: datetime) -> bytes:
    """Return the headers that every mail of a sender has."""
    lines = [
        f"From: {encoded(sender.name)}\r\n <{sender.address}>" if sender.name else f"From: {sender.address}",
        *([f"Reply-To: {sender.reply_to}"] if sender.reply_to else []),
        f"Date: {format_datetime(clock.jst(at))}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "Auto-Submitted: auto-generated",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


@lru_cache(maxsize=64)
def encoded(text: str) -> str:
    """Return a header's text in encoded words, each with whole characters, on lines of their own."""
    return _words(text)


def encoded_body(text: str) -> bytes:
    """Return a body in base64, in lines of 76 characters."""
    lines = _crlf(text)
    return _lines((lines if lines.endswith("\r\n") else f"{lines}\r\n").encode("utf-8", "replace"))


def one_line(text: str) -> str:
    """Return a text without control characters, so that nobody's name can add a header."""
    return text if text.isprintable() else "".join(" " if c < " " or c in LINE_ENDS else c for c in text)


def _subject(text: str) -> str:
    return f"Subject: {encoded(text)}"


def _words(text: str) -> str:
    line = one_line(text)
    if len(line) <= WORD_CHARACTERS and max(line, default="") <= "\uffff":
        return f"=?utf-8?B?{_base64(line.encode('utf-8', 'replace')).decode()}?="
    step = WORD_CHARACTERS if line.isascii() or max(line) <= "\uffff" else WORD_BYTES // 4
    words = [line[at : at + step] for at in range(0, max(len(line), 1), step)]
    return "\r\n ".join([f"=?utf-8?B?{_base64(word.encode('utf-8', 'replace')).decode()}?=" for word in words])


def _crlf(text: str) -> str:
    return _END_OF_LINE.sub("\r\n", text)


def _lines(raw: bytes) -> bytes:
    coded = _base64(raw)
    if len(coded) <= LINE_CHARACTERS:
        return coded + b"\r\n"
    return b"\r\n".join([coded[at : at + LINE_CHARACTERS] for at in range(0, len(coded), LINE_CHARACTERS)]) + b"\r\n"


def _base64(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False)
