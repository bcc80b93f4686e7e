"""An address for returned mail for each delivery (返送先アドレス, VERP): who it was for stands in the address itself.

Of ``bounce@mail.example.jp`` each mail gets ``bounce+<token>@mail.example.jp``, the token being the delivery's id,
signed. So even a mail server that says nothing readable says of which mail it speaks, and nobody makes up returns.
"""

import re

from services.delivery import tokens

PURPOSE = "return address"
MOST_LOCAL = 64
"""Letters before the @ (RFC 5321)."""

LONGEST_TOKEN = 46
LOCAL_ROOM = MOST_LOCAL - LONGEST_TOKEN - 1
TOKEN = re.compile(r"\+([0-9a-z]{1,13}-[0-9a-f]{32})@", re.IGNORECASE)


def return_address(base: str, delivery_id: int) -> str:
    """Return where a delivery's mail is sent back to; ``base`` is the address for returned mail."""
    local, _at, domain = base.partition("@")
    return f"{local}+{tokens.sign(delivery_id, PURPOSE)}@{domain}"


def delivery_of(text: str) -> int | None:
    """Return the delivery that an address of ours in a text speaks of; None: there is none that we signed."""
    for found in TOKEN.finditer(text):
        delivery_id = tokens.verify(found[1], PURPOSE)
        if delivery_id is not None:
            return delivery_id
    return None
