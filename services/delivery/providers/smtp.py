"""Mail by an SMTP server (RFC 5321): one connection for many mails, a refused recipient fails alone.

What a refusal means depends on where it comes. Before a recipient is named (greeting, sign-in, sender) it concerns
everybody: the provider is down. From the recipient on it concerns this mail: 4xx for now, 5xx for good.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from data.models.delivery import Security
from services.delivery.letters import Mail
from services.delivery.providers.base import Limits, Outcome, ProviderDown, short

TIMEOUT_SECONDS = 30.0
OK = 250
RECIPIENT_OK = {250, 251, 252}
FOR_GOOD = 500
CLOSING = 421
MUST_SIGN_IN = 530
_NO_SUCH_ADDRESS = re.compile(
    r"\b5\.1\.(1|2|3|6|10)\b|\b5\.2\.1\b"
    r"|(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does(n't| not) exist|disabled|invalid)"
    r"|(unknown|no such|invalid|nonexistent)\b.{0,20}\b(user|recipient|mailbox|address|account)",
    re.IGNORECASE | re.DOTALL,
)
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to sign in; an empty user signs in not at all."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""


class LineLost(Exception):
    """The connection broke, or the server announced that it closes it; ``early``: before the recipient was named."""

    def __init__(self, word: str, *, early: bool) -> None:
        """Keep what was said."""
        super().__init__(word)
        self.early = early


class SmtpProvider:
    """Sends over one connection, opened when the first mail comes."""

    limits = Limits(batch=200, per_second=50)

    def __init__(self, server: SmtpServer, timeout: float = TIMEOUT_SECONDS) -> None:
        """Take the server; ``timeout`` seconds is the longest wait for each of its answers."""
        self._server = server
        self._timeout = timeout
        self._line: smtplib.SMTP | None = None
        self._lost_before = False
        self._named = False

    def send(self, batch: Iterable[Mail]) -> Iterator[Outcome]:
        """Send one mail after the other."""
        for mail in batch:
            yield self._deliver(mail)

    def close(self) -> None:
        """Say goodbye and hang up."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _deliver(self, mail: Mail) -> Outcome:
        # A single mail that breaks the line every time must not keep all others waiting; two in a row mean the server.
        try:
            outcome = self._try_twice(mail)
        except LineLost as error:
            if error.early or self._lost_before:
                raise ProviderDown(str(error)) from error
            self._lost_before = True
            return Outcome(mail.id, accepted=False, word=str(error))
        self._lost_before = False
        return outcome

    def _try_twice(self, mail: Mail) -> Outcome:
        # Servers close a connection after so many mails, or after a pause: that is worth one more try on a new one.
        if self._line is not None:
            with suppress(LineLost):
                return self._try(mail, self._line)
        return self._try(mail, self._open())

    def _try(self, mail: Mail, line: smtplib.SMTP) -> Outcome:
        self._named = False
        try:
            return self._speak(mail, line)
        except OSError as error:  # smtplib's own errors are among them
            self._hang_up()
            raise LineLost(short(str(error) or type(error).__name__), early=not self._named) from error
        except (LineLost, ProviderDown):
            self._hang_up()
            raise

    def _speak(self, mail: Mail, line: smtplib.SMTP) -> Outcome:
        code, answer = line.mail(mail.envelope)
        if code != OK:
            self._raise_if_closing(code, answer)
            raise ProviderDown(said(code, answer))
        self._named = True
        code, answer = line.rcpt(mail.recipient)
        if code not in RECIPIENT_OK:
            return self._refused(mail, line, code, answer, recipient=True)
        code, answer = self._hand_over(mail, line)
        if code != OK:
            return self._refused(mail, line, code, answer, recipient=False)
        return Outcome(mail.id, accepted=True, reference=said(code, answer))

    def _hand_over(self, mail: Mail, line: smtplib.SMTP) -> tuple[int, bytes]:
        try:
            return line.data(mail.content)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, as_bytes(error.smtp_error)

    def _refused(self, mail: Mail, line: smtplib.SMTP, code: int, answer: bytes, *, recipient: bool) -> Outcome:
        self._raise_if_closing(code, answer)
        word = said(code, answer)
        if code == MUST_SIGN_IN:
            raise ProviderDown(word)
        try:
            line.rset()
        except OSError:  # some servers hang up after a refusal; what they said stands
            self._hang_up()
        permanent = code >= FOR_GOOD
        dead = permanent and recipient and tells_of_a_dead_address(word)
        return Outcome(mail.id, accepted=False, permanent=permanent, dead=dead, word=word)

    def _raise_if_closing(self, code: int, answer: bytes) -> None:
        if code == CLOSING:
            raise LineLost(said(code, answer), early=not self._named)

    def _open(self) -> smtplib.SMTP:
        try:
            self._line = self._connected()
        except smtplib.SMTPResponseException as error:
            raise ProviderDown(said(error.smtp_code, as_bytes(error.smtp_error))) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: what cannot be coded or decoded
            raise ProviderDown(
                f"{self._server.host}:{self._server.port}: {str(error) or type(error).__name__}"
            ) from error
        return self._line

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        here = socket.gethostname()
        line: smtplib.SMTP
        if server.security is Security.TLS:
            line = smtplib.SMTP_SSL(
                server.host, server.port, here, timeout=self._timeout, context=ssl.create_default_context()
            )
        else:
            line = smtplib.SMTP(server.host, server.port, here, timeout=self._timeout)
        try:
            if server.security is Security.STARTTLS:
                line.starttls(context=ssl.create_default_context())
            line.ehlo_or_helo_if_needed()
            if server.user:
                line.login(server.user, server.password)
        except BaseException:
            line.close()
            raise
        return line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def said(code: int, answer: bytes) -> str:
    """Return a server's answer as text."""
    return short(f"{code} {answer.decode('utf-8', 'replace')}")


def as_bytes(answer: bytes | str) -> bytes:
    """Return what smtplib keeps of an answer, in the one form in which it came."""
    return answer if isinstance(answer, bytes) else answer.encode()


def tells_of_a_dead_address(word: str) -> bool:
    """Say whether a refusal for good means that the address does not exist, and not policy, size or reputation."""
    enhanced = _ENHANCED.search(word)
    return bool(_NO_SUCH_ADDRESS.search(enhanced[0] if enhanced else word))
