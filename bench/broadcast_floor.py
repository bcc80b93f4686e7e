"""The floor of bench-broadcast: as many mails of as many bytes by the product's own SMTP client, with no database.

``python -m bench.broadcast_floor PORT FIRST MAILS`` sends to ``p<FIRST>@example.jp`` and so on.
"""

import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from data.models.delivery import Security
from services.broadcasts.sample_texts import SAFETY_BODY
from services.delivery.letters import From, Skeleton
from services.delivery.providers import SmtpProvider, SmtpServer

SENDER = "office@example.jp"
NOTES = "落ち着いて行動し、家族や同僚と声をかけ合ってください。分からないことは所属の責任者に尋ねてください。\n"
BODY = SAFETY_BODY + NOTES * 18
"""A mail of about 4.9 KB, as docs/decisions measure with."""

VALUES = {"name": "佐藤 翔太", "family_name": "佐藤", "department": "部署1 / 部署21", "reply_url": "x" * 60}
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail whose bytes are there already."""

    id: int
    recipient: str
    content: bytes
    message_id: str = "<x@example.jp>"
    sender: str = SENDER
    envelope: str = SENDER


def letter() -> bytes:
    """Return the bytes of one mail, as those of ours are."""
    skeleton = Skeleton(From("計測", SENDER), "【計測】{title}", BODY, {"title": "計測", "organisation": "計測"})
    return skeleton.letter(1, "<1.0123456789abcdef@example.jp>", "p1234567@example.jp", "佐藤 翔太", VALUES).content


def main(port: int, first: int, mails: int) -> None:
    """Send, a batch at a time, and look at each outcome."""
    content = letter()
    with closing(SmtpProvider(SmtpServer("127.0.0.1", port, Security.NONE))) as provider:
        for low in range(first, first + mails, BATCH):
            batch: list[Any] = [
                Ready(n, f"p{n}@example.jp", content) for n in range(low, min(low + BATCH, first + mails))
            ]
            if not all(outcome.accepted for outcome in provider.send(batch)):
                raise RuntimeError("the sink refused a mail")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
