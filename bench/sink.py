"""A mail server that throws everything away (SMTP with PIPELINING), for benches: ``python -m bench.sink PORT ASKED MS``.

It keeps how often each ``p<number>@…`` got a mail, and the moments of the first and the last one. Whoever connects to
the port ASKED is told that as a line of JSON; a line ``forget`` begins a new count. Answers come after MS milliseconds.
"""

import asyncio
import json
import re
import socket
import sys
import time
from array import array
from contextlib import closing
from dataclasses import dataclass
from typing import Any

MOST_NUMBERS = 2_000_000
NUMBER = re.compile(rb"<\D*(\d+)@")
END = b"\r\n.\r\n"


@dataclass(frozen=True)
class Came:
    """What came since the count began: mails, different recipients, the first and the last moment (time.time)."""

    mails: int
    people: int
    first: float
    last: float


class Count:
    """What the sink keeps."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.by_number = array("B", bytes(MOST_NUMBERS))
        self.mails = 0
        self.first = self.last = 0.0

    def add(self, number: int) -> None:
        """Keep that a mail came."""
        if not self.mails:
            self.first = time.time()
        self.mails += 1
        self.by_number[number] = min(self.by_number[number] + 1, 255)

    def told(self) -> bytes:
        """Return what came, as a line of JSON."""
        people = MOST_NUMBERS - self.by_number.count(0)
        said = {"mails": self.mails, "people": people, "first": self.first, "last": self.last}
        return json.dumps(said).encode() + b"\n"


class Server(asyncio.Protocol):
    """One connection; commands may come in any number at once."""

    def __init__(self, count: Count, seconds: float) -> None:
        """Take where mails are counted, and after how long answers come."""
        self._count = count
        self._seconds = seconds
        self._came = b""
        self._in_text = False
        self._number = 0
        self._line: Any = None

    def connection_made(self, transport: Any) -> None:
        """Greet."""
        self._line = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer([b"220 sink ready"])

    def data_received(self, data: bytes) -> None:
        """Read as many commands and texts as are there, and answer them at once."""
        came, at, answers = self._came + data if self._came else data, 0, []
        while True:
            end = came.find(END if self._in_text else b"\r\n", at)
            if end < 0:
                break
            if self._in_text:
                answers.append(self._taken())
                at = end + len(END)
            else:
                answers.append(self._command(came[at:end]))
                at = end + 2
        self._came = came[at:]
        if answers:
            self._answer(answers)

    def _taken(self) -> bytes:
        self._in_text = False
        self._count.add(self._number)
        self._count.last = time.time()
        return b"250 2.0.0 taken"

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            found = NUMBER.search(line)
            self._number = int(found[1]) if found else 0
        elif verb == b"DATA":
            self._in_text = True
            return b"354 go on"
        elif verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 35882577"
        elif verb == b"QUIT":
            asyncio.get_running_loop().call_later(self._seconds + 0.05, self._line.close)
            return b"221 bye"
        return b"250 2.1.0 ok"

    def _answer(self, answers: list[bytes]) -> None:
        said = b"\r\n".join(answers) + b"\r\n"
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._line.write, said)
        else:
            self._line.write(said)


async def serve(port: int, asked: int, seconds: float) -> None:
    """Take mail until the process ends."""
    count, loop = Count(), asyncio.get_running_loop()

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await reader.readline()).strip() == b"forget":
            count.forget()
        writer.write(count.told())
        await writer.drain()
        writer.close()

    mail = await loop.create_server(lambda: Server(count, seconds), "127.0.0.1", port, backlog=512)
    told = await asyncio.start_server(tell, "127.0.0.1", asked)
    async with mail, told:
        await mail.serve_forever()


def ask(port: int, line: str = "came") -> Came:
    """Return what a sink has taken, told at its port for questions; ``forget`` begins a new count."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(f"{line}\n".encode())
        return Came(**json.loads(connection.makefile().readline()))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000))
