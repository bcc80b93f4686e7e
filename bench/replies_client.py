"""The phones of bench-replies, in a process of their own: each connection sends one reply after the other.

``python -m bench.replies_client`` reads what to do as JSON from its input and writes what came of it to its output. A
link is used once. What a reply says follows from the number of its link, so that it can be looked for afterwards.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from services import delivery

OPTIONS = ("無事です", "けがをしました", "助けが必要です")
NEEDS = ("水", "食べ物", "毛布", "薬")
BEGUN = "begun"
TEXT = "自宅にいます。返信"


@dataclass
class Phones:
    """What is sent where, and what came back."""

    port: int
    connections: int
    seconds: float
    first: int
    last: int
    """The links are those of the deliveries from ``first`` to ``last``."""

    answered: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    """Answers that were no thanks, by their status, and connections that broke."""

    left: Iterator[tuple[int, bytes]] = field(init=False)
    until: float = 0.0

    async def send(self) -> float:
        """Send until the time is over or there are no more links; return how many seconds that took."""
        loop = asyncio.get_running_loop()
        self.left = iter([(number, request(self.port, number)) for number in range(self.first, self.last + 1)])
        phones = [Phone(self) for _at in range(self.connections)]
        print(BEGUN, flush=True)
        began = time.perf_counter()
        self.until = began + self.seconds
        for phone in phones:
            await loop.create_connection(lambda phone=phone: phone, "127.0.0.1", self.port)  # type: ignore[misc]
        await asyncio.wait([phone.over for phone in phones], timeout=self.seconds + 30)
        return time.perf_counter() - began


class Phone(asyncio.Protocol):
    """One connection."""

    def __init__(self, phones: Phones) -> None:
        """Wait for the connection."""
        self.phones = phones
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        """Read an answer, which may come in parts, and send the next reply."""
        self.came += data
        head, blank, body = self.came.partition(b"\r\n\r\n")
        if not blank or len(body) < length_of(head):
            return
        self.came = b""
        if b" 303 " in head[:16]:
            self.phones.answered.append(self.number)
            self.phones.milliseconds.append((time.perf_counter() - self.began) * 1000)
        else:
            self._other(head[9:12].decode())
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        """End, whoever ended it."""
        if not self.over.done():
            self._other("broken")
            self.over.set_result(None)

    def _next(self) -> None:
        self.began = time.perf_counter()
        reply = next(self.phones.left, None) if self.began < self.phones.until else None
        if reply is None:
            self.over.set_result(None)
            self.transport.close()
        else:
            self.number, content = reply
            self.transport.write(content)

    def _other(self, what: str) -> None:
        self.phones.others[what] = self.phones.others.get(what, 0) + 1


def length_of(head: bytes) -> int:
    """Return how long the body of an answer is."""
    found = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return int(found or b"0")


def request(port: int, number: int) -> bytes:
    """Write the reply of one link: the questions of the bench's broadcast are numbered from 1."""
    said = {
        "1": [OPTIONS[number % 3]],
        "2": list(NEEDS[: number % 3 + 1]),
        "3": [str(number % 7)],
        "4": [f"{TEXT}{number}"],
    }
    body = "&".join(f"{key}={quote_plus(value)}" for key, values in said.items() for value in values).encode()
    lines = [
        f"POST /r/{delivery.sign(number)} HTTP/1.1", f"host: 127.0.0.1:{port}",
        "user-agent: Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
        "accept: text/html,application/xhtml+xml", "accept-language: ja-JP,ja;q=0.9", f"origin: http://127.0.0.1:{port}",
        "content-type: application/x-www-form-urlencoded", f"content-length: {len(body)}",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + body


def main() -> None:
    """Send, and tell."""
    phones = Phones(**json.loads(sys.stdin.readline()))
    seconds = asyncio.run(phones.send())
    json.dump({
        "seconds": seconds, "answered": phones.answered, "milliseconds": phones.milliseconds, "others": phones.others,
    }, sys.stdout)  # fmt: skip


if __name__ == "__main__":
    main()
