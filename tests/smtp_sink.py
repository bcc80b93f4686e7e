"""A real SMTP server on loopback that keeps what it takes, and that refuses by the recipient's address.

``unknown@`` no such user, ``bounce@`` the same without a code for it, ``policy@`` refused, ``later@`` not now,
``closing@`` the line is closed, ``content@`` refused after its text.
"""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

REFUSALS = {
    "unknown": "550 5.1.1 User unknown",
    "bounce": "550 No such user here",
    "policy": "554 5.7.1 Message rejected by policy",
    "later": "450 4.2.0 Greylisted, try again later",
}


class Sink(Controller):
    """Takes mail on a free port; ``taken`` has every accepted mail, ``lines`` counts connections."""

    def __init__(self, *, closes_after: int | None = None, sender_answer: str | None = None, **options: Any) -> None:
        """Close a line after so many mails, or answer every sender with one refusal, if wanted."""
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, str]] = []
        self.lines = 0
        self.closes_after = closes_after
        self.sender_answer = sender_answer
        super().__init__(self, hostname="127.0.0.1", port=0, **options)

    @property
    def message_ids(self) -> list[str]:
        """Return the Message-IDs in the order in which they were taken."""
        return [mail["message-id"] for mail in self.taken]

    @property
    def recipients(self) -> list[str]:
        """Return the recipients in the order in which they were taken."""
        return [recipient for _sender, recipient in self.envelopes]

    def _create_server(self) -> Any:
        async def create() -> asyncio.Server:
            server: Any = await super(Sink, self)._create_server()
            self.port = server.sockets[0].getsockname()[1]
            return server

        return create()

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.lines += 1
        session.host_name = hostname
        session.mails = 0
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer:
            return self.sender_answer
        if self.closes_after is not None and session.mails >= self.closes_after:
            return self.hang_up(server, "421 4.7.0 Enough for one connection")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        who = address.partition("@")[0].rstrip("0123456789")
        if who == "closing":
            return self.hang_up(server, "421 4.3.2 Closing")
        if who in REFUSALS:
            return REFUSALS[who]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if envelope.rcpt_tos[0].startswith("content"):
            return "554 5.6.0 Content refused"
        session.mails += 1
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos[0]))
        return "250 2.0.0 Ok: queued as 4F3A"

    def hang_up(self, server: SMTP, answer: str) -> str:
        """Answer, then close the connection."""
        server.loop.call_later(0.01, server.transport.close)
        return answer


@contextmanager
def smtp_sink(**options: Any) -> Iterator[Sink]:
    """Run a sink for the length of a test."""
    sink = Sink(**options)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


def signs_in(user: str, password: str) -> Any:
    """Return an authenticator that knows one user."""

    def check(server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (user.encode(), password.encode()), handled=False)

    return check


def server_context(certificate: str) -> ssl.SSLContext:
    """Return the server's side of TLS with a certificate and its key in one file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
