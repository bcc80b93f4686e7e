"""Mail by an SMTP server (RFC 5321): several connections side by side, a refused recipient fails alone.

What a refusal means depends on where it comes. Before a recipient is named (greeting, sign-in, sender) it concerns
everybody: the provider is down. From the recipient on it concerns this mail: 4xx for now, 5xx for good.
"""

import select
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

from services.delivery.letters import Mail
from services.delivery.providers.base import Limits, Outcome, ProviderDown
from services.delivery.providers.smtp_line import LineLost, Passage, SmtpLine
from services.delivery.providers.smtp_opening import SmtpServer, opened

TIMEOUT_SECONDS = 30.0
MAILS_BEFORE_ONE_MORE = 20
"""Another connection is opened for each so many mails that were answered: few mails need one."""

LOST_IN_A_ROW = 2
LOOK_SECONDS = 1.0
OPENED_WITHIN = 0.005
NO_ADDRESS = "501 5.1.3 Bad recipient address syntax"


class SmtpProvider:
    """Sends over up to as many connections as are allowed, the first one opened when the first mail comes."""

    limits = Limits(batch=1_000, per_second=500)

    def __init__(self, server: SmtpServer, timeout: float = TIMEOUT_SECONDS) -> None:
        """Take the server; ``timeout`` seconds is the longest wait for each of its answers."""
        self._server = server
        self._timeout = timeout
        self._most = server.connections
        self._lines: dict[int, SmtpLine] = {}
        self._ready = select.poll()
        self._looked = 0.0
        self._opener: threading.Thread | None = None
        self._opened: deque[SmtpLine | None] = deque()
        self._again: deque[Mail] = deque()
        self._told: list[Outcome] = []
        self._answered = 0
        self._lost = 0
        self._down: ProviderDown | None = None

    def send(self, batch: Iterable[Mail]) -> Iterator[Outcome]:
        """Send mails side by side; yield an outcome as soon as it is known.

        Raises:
            ProviderDown: once what is on its way has come to its end.
        """
        self._mails = iter(batch)
        self._down = None
        whole = False
        try:
            while self._work():
                told, self._told = self._told, []
                yield from told
            yield from self._told
            whole = True
        finally:
            self._told = []
            self._again.clear()
            if not whole or self._down:
                self._hang_up()
        if self._down:
            raise self._down

    def close(self) -> None:
        """Say goodbye and hang up."""
        opener, self._opener = self._opener, None
        if opener is not None:
            opener.join(self._timeout)
        self._hang_up()

    def _work(self) -> bool:
        """Go one round; False: nothing is on its way any more."""
        try:
            self._begin()
        except ProviderDown as down:
            self._goes_down(down)
        if not any(line.passages for line in self._lines.values()):
            return bool(self._again) and self._down is None
        for number, event in self._ready.poll(self._patience()):
            if line := self._lines.get(number):
                self._attend(line, event)
        self._give_up_silent_ones()
        return True

    def _patience(self) -> float:
        seconds = OPENED_WITHIN if self._opener else min(LOOK_SECONDS, self._timeout / 4)
        return seconds * 1_000

    def _attend(self, line: SmtpLine, event: int) -> None:
        try:
            if event & select.POLLOUT:
                line.flush()
            if event & ~select.POLLOUT:
                line.heard(self._take, self._tell)
            self._watch(line)
        except LineLost as lost:
            self._is_lost(line, str(lost))
        except ProviderDown as down:
            self._goes_down(down)

    def _watch(self, line: SmtpLine) -> None:
        wanted = select.POLLIN | (select.POLLOUT if line.is_full else 0)
        if wanted != line.watched:
            self._ready.modify(line.sock.fileno(), wanted)
            line.watched = wanted

    def _begin(self) -> None:
        """Give mails to the connections that have none, and see to more connections."""
        self._admit()
        if self._down:
            return
        for line in [one for one in self._lines.values() if one.is_idle]:
            mail = self._take()
            if mail is None:
                return
            self._start(line, mail)
        if not self._lines:
            mail = self._take()
            if mail is not None:
                try:
                    line = self._keep(opened(self._server, self._timeout))
                except ProviderDown:
                    self._again.appendleft(mail)
                    raise
                self._start(line, mail)
        elif (
            len(self._lines) < self._allowed()
            and self._opener is None
            and all(line.passages for line in self._lines.values())
        ):
            self._opener = threading.Thread(target=self._open_one_more, name="smtp connection", daemon=True)
            self._opener.start()

    def _start(self, line: SmtpLine, mail: Mail) -> None:
        try:
            line.begin(mail)
            self._watch(line)
        except LineLost as lost:
            self._is_lost(line, str(lost))

    def _allowed(self) -> int:
        return min(self._most, 1 + self._answered // MAILS_BEFORE_ONE_MORE)

    def _take(self) -> Mail | None:
        """Return the next mail to begin; what cannot be an address is refused here."""
        if self._down:
            return None
        while (mail := self._again.popleft() if self._again else next(self._mails, None)) is not None:
            if mail.recipient.isascii() and not {*mail.recipient} & {*" <>\r\n"}:
                return mail
            self._tell(Outcome(mail.id, accepted=False, permanent=True, dead=True, word=NO_ADDRESS))
        return None

    def _tell(self, outcome: Outcome) -> None:
        self._answered += 1
        self._lost = 0
        self._told.append(outcome)

    def _is_lost(self, line: SmtpLine, word: str) -> None:
        """Judge the mails of a line that broke.

        A single mail that breaks the line every time must not keep all others waiting; two in a row mean the server.
        Servers close a connection after so many mails, or after a pause: that is worth one more try on a new one.
        """
        self._drop(line)
        for at, passage in enumerate(line.passages):
            if passage.handed:
                self._broke(passage, word, maybe=True)
            elif not passage.named and any(other.done for other in self._lines.values()):
                self._most = len(self._lines)  # as many as the server lets in
                self._again.append(passage.mail)
            elif line.done or at:
                self._again.append(passage.mail)
            elif passage.named:
                self._broke(passage, word, maybe=False)
            else:
                self._goes_down(ProviderDown(word))
        line.passages.clear()

    def _broke(self, passage: Passage, word: str, *, maybe: bool) -> None:
        self._lost += 1
        if self._lost >= LOST_IN_A_ROW:
            self._goes_down(ProviderDown(word))
        if maybe or self._down is None:
            self._told.append(Outcome(passage.mail.id, accepted=False, word=word, maybe=maybe))

    def _goes_down(self, down: ProviderDown) -> None:
        """Begin nothing more; only what the server may have taken already is waited for."""
        self._down = self._down or down
        for line in list(self._lines.values()):
            line.ending = True
            if not any(passage.handed for passage in line.passages):
                line.passages.clear()
                self._drop(line)

    def _give_up_silent_ones(self) -> None:
        now = time.monotonic()
        if now - self._looked < min(LOOK_SECONDS, self._timeout) / 4:
            return
        self._looked = now
        for line in list(self._lines.values()):
            if line.passages and now - line.since > self._timeout:
                self._is_lost(line, "timed out")

    def _keep(self, line: SmtpLine) -> SmtpLine:
        self._lines[line.sock.fileno()] = line
        line.watched = select.POLLIN
        self._ready.register(line.sock.fileno(), line.watched)
        return line

    def _drop(self, line: SmtpLine) -> None:
        self._lines.pop(line.sock.fileno(), None)
        with suppress(OSError):
            self._ready.unregister(line.sock.fileno())
        line.close()

    def _hang_up(self) -> None:
        self._admit()
        for line in list(self._lines.values()):
            self._drop(line)

    def _admit(self) -> None:
        """Take over the connection that was opened beside the work; where none could be, those there are do."""
        while self._opened:
            line = self._opened.popleft()
            self._opener = None
            if line is None:
                self._most = max(len(self._lines), 1)
            else:
                self._keep(line)

    def _open_one_more(self) -> None:
        try:
            self._opened.append(opened(self._server, self._timeout))
        except ProviderDown:
            self._opened.append(None)
