"""Who may create messages (メッセージの作成許可, D10): those who are appointed, or every account as well.

Every account then has the grants of ``shipped.WRITING``, evaluated where grants are read: within its own departments
and all below, and only in what it made itself (``Reach.made``).
"""

from datetime import datetime

from sqlalchemy import select

from core.errors import Conflict
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from core.words import named
from data.models.access import Account, Creators, MessageRule
from services.access.sessions import narrow_sessions

ONLY_ROW = 1
named(
    Creators,
    appointed=N_("Those to whom a permission set allows it"),
    everybody=N_("All users"),
)


class MessageRules(Input):
    """The rule as the page asks for it."""

    creators: Creators = field(
        N_("Messages are created by"),
        help=N_("All users: each account writes to its own departments and all below, and sees the answers to its own "
                "messages, not the addresses."),
    )  # fmt: skip
    version: int = field(N_("Version"), default=0, hidden=True)


class MessageRuleRow(Row):
    """The rule as it stands; ``decided_at``: when somebody decided it, None: nobody has yet."""

    id: int
    creators: Creators
    decided_at: datetime | None
    version: int


@query("access.message_rule", N_("See who may create messages"))
def message_rule(tx: Transaction, _ask: Nothing) -> MessageRuleRow:
    """Return who may create messages."""
    row = tx.get(MessageRule, ONLY_ROW)
    return MessageRuleRow.model_validate(row) if row else _fresh()


@operation("access.set_message_rule", N_("Set who may create messages"), touches="message_rule")
def set_message_rule(tx: Transaction, ask: MessageRules) -> MessageRuleRow:
    """Say who may create messages; it holds from everybody's next click on.

    Raises:
        Conflict: when somebody else changed it meanwhile.
    """
    row = tx.get(MessageRule, ONLY_ROW, lock=True)
    before = MessageRuleRow.model_validate(row) if row else _fresh()
    if before.version != ask.version:
        raise Conflict(N_("Somebody else changed this meanwhile. Load it again and repeat your change."))
    row = row or MessageRule(id=ONLY_ROW)
    tx.note("message_rule:1", {"creators": before.creators}, {"creators": ask.creators})
    row.creators, row.decided_at, row.version = ask.creators, tx.now, ask.version + 1
    tx.add(row)
    if before.creators is Creators.EVERYBODY and ask.creators is Creators.APPOINTED:
        narrow_sessions(tx, select(Account.id))
    return MessageRuleRow.model_validate(row)


def _fresh() -> MessageRuleRow:
    return MessageRuleRow(id=ONLY_ROW, creators=Creators.APPOINTED, decided_at=None, version=0)
