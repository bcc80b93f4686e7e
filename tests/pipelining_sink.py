"""An SMTP server on loopback that offers PIPELINING and speaks as strictly as RFC 2920 lets it.

``unknown@`` no such user; ``half@`` refused, and then DATA is answered with 354 all the same; ``content@`` refused
after its text. ``breaks_after`` closes each connection after so many mails; ``mute``: before it answers the last one.
"""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

END = b"\r\n.\r\n"
HELLO = b"250-here\r\n250-PIPELINING\r\n250 8BITMIME"


class PipeliningSink:
    """Takes mail on a free port; ``taken`` has recipient and text of each, ``lines`` counts connections."""

    def __init__(self, *, breaks_after: int | None = None, mute: bool = False, seconds: float = 0) -> None:
        """Break connections after so many mails; answer after so many seconds."""
        self.taken: list[tuple[str, EmailMessage]] = []
        self.lines = 0
        self.most = 0
        """The most commands that came at once."""

        self.breaks_after = breaks_after
        self.mute = mute
        self.seconds = seconds
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="pipelining sink", daemon=True)

    def __enter__(self) -> Self:
        """Open the port."""
        self._thread.start()
        assert self._is_open.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(lambda: _Line(self), "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._is_open.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()


class _Line(asyncio.Protocol):
    def __init__(self, sink: PipeliningSink) -> None:
        self._sink = sink
        self._came = b""
        self._recipient: str | None = None
        self._in_text = False
        self._mails = 0
        self._line: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        self._sink.lines += 1
        self._line.write(b"220 here\r\n")

    def data_received(self, data: bytes) -> None:
        self._came += data
        answers = []
        while (end := self._came.find(END if self._in_text else b"\r\n")) >= 0:
            said, self._came = self._came[:end], self._came[end + (len(END) if self._in_text else 2) :]
            answers.append(self._text(said) if self._in_text else self._command(said))
            if self._sink.breaks_after == self._mails:
                if not self._sink.mute:
                    self._line.write(b"".join(answer + b"\r\n" for answer in answers))
                self._line.close()
                return
            if self._in_text and not said.startswith(b"\r\n"):
                self._came = b"\r\n" + self._came  # a text of no line at all ends as well
        self._sink.most = max(self._sink.most, len(answers))
        self._say(answers)

    def _say(self, answers: list[bytes]) -> None:
        if answers:
            said = b"".join(answer + b"\r\n" for answer in answers)
            self._sink._loop.call_later(self._sink.seconds, self._line.write, said)

    def _command(self, said: bytes) -> bytes:
        verb = said[:4].upper()
        if verb == b"EHLO":
            return HELLO
        if verb == b"RCPT":
            return self._to(said.partition(b"<")[2].partition(b">")[0].decode())
        if verb == b"DATA":
            self._in_text = self._recipient is not None
            return b"354 go on" if self._in_text else b"554 5.5.1 No valid recipients"
        if verb in {b"MAIL", b"RSET"}:
            assert verb == b"RSET" or self._recipient is None, "a mail begins inside another one"
            self._recipient = None
        return b"250 2.1.0 fine"

    def _to(self, address: str) -> bytes:
        if address.startswith("unknown"):
            return b"550 5.1.1 User unknown"
        self._recipient = address
        return b"450 4.2.0 Greylisted" if address.startswith("half") else b"250 2.1.5 fine"

    def _text(self, said: bytes) -> bytes:
        recipient, self._recipient, self._in_text = self._recipient or "", None, False
        self._mails += 1
        if recipient.startswith("half"):
            assert not said, "a text for nobody"
            return b"554 5.5.1 No valid recipients"
        if recipient.startswith("content"):
            return b"554 5.6.0 Content refused"
        mail = message_from_bytes(said[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n", policy=policy.SMTP)
        assert isinstance(mail, EmailMessage)
        self._sink.taken.append((recipient, mail))
        return b"250 2.0.0 Ok: queued"
