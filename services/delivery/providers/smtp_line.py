"""One connection to an SMTP server, after the sign-in: what is said on it and what the answers mean (RFC 5321, 2920).

Where the server offers PIPELINING, sender, recipient and DATA go out together, and the text of a mail together with the
beginning of the next one: one way there and back for each mail, instead of four.
"""

import re
import smtplib
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from services.delivery.letters import Mail
from services.delivery.providers.base import Outcome, ProviderDown, short

OK = 250
RECIPIENT_OK = {250, 251, 252}
GO_ON = 354
FOR_GOOD = 500
CLOSING = 421
MUST_SIGN_IN = 530
MOST_BYTES = 65_536
LONGEST_ANSWER = 100_000
_NO_SUCH_ADDRESS = re.compile(
    r"\b5\.1\.(1|2|3|6|10)\b|\b5\.2\.1\b"
    r"|(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does(n't| not) exist|disabled|invalid)"
    r"|(unknown|no such|invalid|nonexistent)\b.{0,20}\b(user|recipient|mailbox|address|account)",
    re.IGNORECASE | re.DOTALL,
)
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


class Step(Enum):
    """What an answer is to."""

    RESET = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    TEXT = auto()
    NOTHING = auto()


@dataclass(slots=True)
class Passage:
    """One mail on its way: ``named``, its recipient may be known to the server; ``handed``, its text is on the line."""

    mail: Mail
    named: bool = False
    handed: bool = False
    refusal: Outcome | None = None


class LineLost(Exception):
    """The connection broke, or the server announced that it closes it."""


class SmtpLine:
    """One connection. Never waits: ``heard`` is called when something can be read, ``flush`` when there is room."""

    def __init__(self, connected: smtplib.SMTP) -> None:
        """Take over a connection that is signed in."""
        sock: Any = connected.sock
        sock.setblocking(False)
        self.sock = sock
        self.at_once = connected.has_extn("pipelining")
        self.done = 0
        """How many mails it has brought to an end."""

        self.passages: deque[Passage] = deque()
        self.since = time.monotonic()
        """When the server was last heard, or first asked after a rest."""

        self.watched = 0
        """What the provider waits for on it."""

        self.ending = False
        """Hand no text over any more."""

        self._held = connected  # its end would close the socket
        self._out = b""
        self._came = b""
        self._expected: deque[tuple[Step, Passage | None]] = deque()
        self._unsaid: deque[tuple[Step, Passage | None, bytes]] = deque()
        self._must_reset = False
        self._answer = b""

    @property
    def is_idle(self) -> bool:
        """Say whether a mail can begin here."""
        return not self.passages and not self._unsaid

    @property
    def is_full(self) -> bool:
        """Say whether something waits for room."""
        return bool(self._out)

    def begin(self, mail: Mail, before: bytes = b"") -> None:
        """Name sender and recipient of a mail; ``before`` is what the line has to say first."""
        if not self.passages:
            self.since = time.monotonic()
        passage = Passage(mail)
        self.passages.append(passage)
        says: list[tuple[Step, Passage | None, bytes]] = [
            (Step.SENDER, passage, b"MAIL FROM:<%s>\r\n" % mail.envelope.encode("ascii")),
            (Step.RECIPIENT, passage, b"RCPT TO:<%s>\r\n" % mail.recipient.encode("ascii")),
            (Step.DATA, passage, b"DATA\r\n"),
        ]
        if self._must_reset:
            says.insert(0, (Step.RESET, None, b"RSET\r\n"))
            self._must_reset = False
        if self.at_once:
            self._expected.extend((step, about) for step, about, _ in says)
            self._say(before + b"".join([said for _, _, said in says]))
            return
        self._unsaid.extend(says)
        if before:
            self._say(before)
        elif not self._expected:
            self._say_next()

    def heard(self, take: Callable[[], Mail | None], tell: Callable[[Outcome], None]) -> None:
        """Read what the server said; ``take`` gives the next mail, ``tell`` is told what became of one.

        Raises:
            LineLost: when the line is of no use any more.
            ProviderDown: when an answer means everybody.
        """
        try:
            came = self._received()
        except OSError as error:
            raise LineLost(short(str(error) or type(error).__name__)) from error
        if came is None:
            return
        self.since = time.monotonic()
        *lines, self._came = (self._came + came).split(b"\n")
        for line in lines:
            self._answer = b"%s %s" % (self._answer, line[4:]) if self._answer else b"%s %s" % (line[:3], line[4:])
            if line[3:4] != b"-":
                said, self._answer = self._answer, b""
                self._answered(said, take, tell)
        if len(self._came) + len(self._answer) > LONGEST_ANSWER:
            raise LineLost("an answer without an end")

    def flush(self) -> None:
        """Send what waits for room.

        Raises:
            LineLost: when the line is of no use any more.
        """
        try:
            sent = self.sock.send(self._out)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise LineLost(short(str(error) or type(error).__name__)) from error
        self._out = self._out[sent:]

    def close(self) -> None:
        """Hang up; an idle line says goodbye first."""
        if self.is_idle:
            with suppress(OSError):
                self.sock.send(b"QUIT\r\n")
        self._held.close()

    def _received(self) -> bytes | None:
        came = b""
        while True:
            try:
                part: bytes = self.sock.recv(MOST_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return came or None
            if not part:
                if came:
                    return came
                raise LineLost("Connection unexpectedly closed")
            came += part
            if len(part) < MOST_BYTES and not isinstance(self.sock, ssl.SSLSocket):
                return came

    def _say(self, said: bytes) -> None:
        self._out = self._out + said if self._out else said
        self.flush()

    def _say_next(self) -> None:
        if self._unsaid:
            step, passage, said = self._unsaid.popleft()
            self._expected.append((step, passage))
            self._say(said)

    def _answered(self, said: bytes, take: Callable[[], Mail | None], tell: Callable[[Outcome], None]) -> None:
        code = int(said[:3]) if said[:3].isdigit() else 0
        step, passage = self._expected.popleft() if self._expected else (Step.NOTHING, None)
        if passage is None or code == CLOSING or not code:
            self._aside(step, passage, code, said)
        elif step is Step.TEXT:
            self._end(passage, tell, code, said)
        elif step is Step.SENDER:
            if code != OK:
                raise ProviderDown(said_of(code, said))
            passage.named = True
        elif step is Step.RECIPIENT:
            if code not in RECIPIENT_OK:
                self._refused(passage, code, said, tell)
        else:
            self._may_hand_over(passage, code, said, take, tell)
        if not self._expected:
            self._say_next()

    def _aside(self, step: Step, passage: Passage | None, code: int, said: bytes) -> None:
        if code == CLOSING or not code:
            if step is Step.TEXT and passage is not None and code:
                passage.handed = False  # the server says itself that it did not take it
            raise LineLost(said_of(code, said))
        # Whatever is said to a reset, or to nothing at all, changes nothing.

    def _refused(self, passage: Passage, code: int, said: bytes, tell: Callable[[Outcome], None]) -> None:
        passage.refusal = refusal(passage.mail, code, said, of_recipient=True)
        if not self.at_once:
            self._unsaid = deque(one for one in self._unsaid if one[1] is not passage)
            self._close(passage, tell, passage.refusal, reset=True)

    def _may_hand_over(
        self, passage: Passage, code: int, said: bytes, take: Callable[[], Mail | None], tell: Callable[[Outcome], None]
    ) -> None:
        if passage.refusal is not None:
            if code == GO_ON:  # it takes a text for nobody: an empty one
                self._expected.append((Step.NOTHING, None))
                self._say(b".\r\n")
            self._close(passage, tell, passage.refusal, reset=code != GO_ON)
        elif code != GO_ON:
            self._close(passage, tell, refusal(passage.mail, code, said, of_recipient=False), reset=True)
        else:
            if self.ending:
                raise LineLost("ending")
            text = stuffed(passage.mail.content) + b".\r\n"
            passage.handed = True
            self._expected.append((Step.TEXT, passage))
            following = take() if self.at_once else None
            if following is None:
                self._say(text)
            else:
                self.begin(following, text)

    def _end(self, passage: Passage, tell: Callable[[Outcome], None], code: int, said: bytes) -> None:
        if code == OK:
            self._close(passage, tell, Outcome(passage.mail.id, True, reference=said_of(code, said)), reset=False)
        else:
            self._close(passage, tell, refusal(passage.mail, code, said, of_recipient=False), reset=False)

    def _close(self, passage: Passage, tell: Callable[[Outcome], None], outcome: Outcome, *, reset: bool) -> None:
        self.passages.remove(passage)
        self.done += 1
        self._must_reset = self._must_reset or reset
        tell(outcome)


def refusal(mail: Mail, code: int, said: bytes, *, of_recipient: bool) -> Outcome:
    """Return what a refusal of one mail means: 4xx for now, 5xx for good.

    Raises:
        ProviderDown: when the server wants a sign-in first, which concerns everybody.
    """
    word = said_of(code, said)
    if code == MUST_SIGN_IN:
        raise ProviderDown(word)
    permanent = code >= FOR_GOOD
    dead = permanent and of_recipient and tells_of_a_dead_address(word)
    return Outcome(mail.id, accepted=False, permanent=permanent, dead=dead, word=word)


def stuffed(content: bytes) -> bytes:
    """Return a text so that no line of it can be taken for its end."""
    if content.startswith(b".") or b"\r\n." in content:
        content = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def said_of(code: int, said: bytes) -> str:
    """Return a server's answer as text."""
    word = said.decode("utf-8", "replace")
    return short(word if code else f"not an answer: {word}")


def tells_of_a_dead_address(word: str) -> bool:
    """Say whether a refusal for good means that the address does not exist, and not policy, size or reputation."""
    enhanced = _ENHANCED.search(word)
    return bool(_NO_SUCH_ADDRESS.search(enhanced[0] if enhanced else word))
