"""Opening a connection to an SMTP server: encryption and sign-in as Python's own client does them."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from data.models.delivery import Security
from services.delivery.providers.base import ProviderDown
from services.delivery.providers.smtp_line import SmtpLine, said_of

CONNECTIONS = 10


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to sign in; an empty user signs in not at all. ``connections``: at most so many side by side."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    connections: int = CONNECTIONS


def opened(server: SmtpServer, timeout: float) -> SmtpLine:
    """Open a connection and sign in.

    Raises:
        ProviderDown: when that is not possible.
    """
    try:
        return SmtpLine(_connected(server, timeout))
    except smtplib.SMTPResponseException as error:
        word = b"%d %s" % (error.smtp_code, as_bytes(error.smtp_error))
        raise ProviderDown(said_of(error.smtp_code, word)) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: what cannot be coded or decoded
        raise ProviderDown(f"{server.host}:{server.port}: {str(error) or type(error).__name__}") from error


def _connected(server: SmtpServer, timeout: float) -> smtplib.SMTP:
    here = socket.gethostname()
    line: smtplib.SMTP
    if server.security is Security.TLS:
        line = smtplib.SMTP_SSL(server.host, server.port, here, timeout=timeout, context=ssl.create_default_context())
    else:
        line = smtplib.SMTP(server.host, server.port, here, timeout=timeout)
    try:
        if server.security is Security.STARTTLS:
            line.starttls(context=ssl.create_default_context())
        line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
        if line.sock is not None:
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        line.close()
        raise
    return line


def as_bytes(answer: bytes | str) -> bytes:
    """Return what smtplib keeps of an answer, in the one form in which it came."""
    return answer if isinstance(answer, bytes) else answer.encode()
