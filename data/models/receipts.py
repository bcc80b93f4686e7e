"""What is heard of messages after they were handed over (受信確認): returned mail, notices of providers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column
from data.models.delivery import Receipt, Security


class ReturnsBy(StrEnum):
    """How returned mail comes in: not at all, handed over by the mail server (LMTP), or read from a mailbox (IMAP)."""

    NONE = "none"
    LMTP = "lmtp"
    IMAP = "imap"


class MailReturn(Versioned, Base):
    """Where returned mail comes in (返送メールの設定). One row, or none: then it goes to the sender's address.

    Each mail gets an address of its own, made from ``address`` and the delivery's signed id. ``imap_password`` is
    encrypted under the installation's key. ``read_at`` and ``trouble`` tell of the last look into the mailbox.
    """

    __tablename__ = "mail_return"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[ReturnsBy] = state_column(ReturnsBy, default=ReturnsBy.NONE)
    address: Mapped[str] = mapped_column(default="")
    imap_host: Mapped[str] = mapped_column(default="")
    imap_port: Mapped[int] = mapped_column(default=993)
    imap_security: Mapped[Security] = state_column(Security, default=Security.TLS)
    imap_user: Mapped[str] = mapped_column(default="")
    imap_password: Mapped[bytes | None]
    imap_folder: Mapped[str] = mapped_column(default="INBOX")
    read_at: Mapped[datetime | None]
    trouble: Mapped[str | None]


class TakenNotice(Base):
    """A notice of a provider that was taken, by the provider's own id: it may come twice."""

    __tablename__ = "taken_notice"

    provider: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class EarlyReceipt(Base):
    """What was heard of an SMS whose number at the provider is not in the ledger yet: looked for again by a job."""

    __tablename__ = "early_receipt"
    __table_args__ = (Index("ix_early_receipt_at", "at"),)

    provider_ref: Mapped[str] = mapped_column(primary_key=True)
    receipt: Mapped[Receipt] = state_column(Receipt, primary_key=True)
    dead: Mapped[bool]
    word: Mapped[str]
    at: Mapped[datetime]
