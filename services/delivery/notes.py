"""Short messages (SMS、LINE、アプリの文面): one text a mailing, filled for each delivery, with the link to answer.

70 letters are one part of an SMS, and more cost more. The link alone has some 60: what is said before it is cut so that
both fit into one part where the link leaves 20 letters, else into two.
"""

from collections.abc import Mapping
from typing import Any

from core.settings import settings
from services.delivery import tokens
from services.delivery.fields import Text
from services.delivery.letters import one_line
from services.delivery.providers.base import Note

ONE_PART, TWO_PARTS = 70, 134
LEAST = 20
"""Fewer letters before the link say nothing."""


class NoteSkeleton:
    """The short text of a mailing, cut at its fields."""

    def __init__(self, mailing_id: int, subject: str, short_text: str, constants: Mapping[str, str]) -> None:
        """Prepare; without a short text the subject is what is said."""
        self._mailing_id = mailing_id
        self._subject = Text(subject, constants)
        self._text = Text(short_text.replace("{reply_url}", "") or subject, constants)
        self._link = f"{settings().base_url}/r/"

    def note(
        self, delivery_id: int, address: str, values: Mapping[str, str], language: str,
        subscription: Mapping[str, Any] | None = None,
    ) -> Note:  # fmt: skip
        """Return the message of one delivery."""
        link = self._link + tokens.sign(delivery_id)
        return Note(
            delivery_id, address, one_line(self._subject.filled(values)), cut(self._text.filled(values), link), link,
            tokens.retry_key(delivery_id), self._mailing_id, self._text.personal, language, subscription,
        )  # fmt: skip


def cut(text: str, link: str) -> str:
    """Return a text in one line, so short that it goes out with its link in as few parts as can be."""
    line = " ".join(text.split())
    room = ONE_PART - len(link) - 1
    room = room if room >= LEAST else max(TWO_PARTS - len(link) - 1, LEAST)
    return line if len(line) <= room else f"{line[: room - 1]}…"
