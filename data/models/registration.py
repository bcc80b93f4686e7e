"""How people register how they are reached (登録案内・連絡先登録, D11): links, what waits to be verified, brakes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import state_column
from data.models.people import ContactKind


class RegistrationLink(Base):
    """The link by which a person registers without an account (登録リンク); a new one takes the place of the old.

    Only the SHA-256 of its token is kept. ``opened_at``: the page was last opened; mail scanners open it too.
    """

    __tablename__ = "registration_link"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ContactClaim(Base):
    """Something that a person gave and that is not verified yet (確認待ちの連絡先); for LINE the value is empty.

    ``link_hash`` is that of the link in the mail, good until ``link_until``; ``code_hash`` that of the digits, good
    until ``code_until`` for ``tries`` more. Both are none until the message is being written. ``trouble``: it did not
    go out, in the provider's word. ``subscription``: as of the contact point that it may become.
    """

    __tablename__ = "contact_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        Index("ix_contact_claim_code_hash", "code_hash", postgresql_where=text("kind = 'line'")),
        Index("ix_contact_claim_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ContactKind] = state_column(ContactKind)
    value: Mapped[str]
    link_hash: Mapped[bytes | None] = mapped_column(unique=True)
    link_until: Mapped[datetime | None]
    code_hash: Mapped[bytes | None]
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    subscription: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class RegistrationBrake(Base):
    """How often something was done in a window of time; ``key`` is a keyed hash, so that no address stands here."""

    __tablename__ = "registration_brake"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    times: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)


class LineEvent(Base):
    """An event of LINE's webhook that was taken, by LINE's own id: it may come twice, and after newer ones.

    Of whoever followed or blocked the account (``follows``) a keyed hash is kept with LINE's own time: it counts for a
    code too that was sent before and comes later.
    """

    __tablename__ = "line_event"
    __table_args__ = (
        Index("ix_line_event_user", "user_hash", "happened_at", postgresql_where=text("user_hash IS NOT NULL")),
        CheckConstraint("num_nonnulls(user_hash, follows, happened_at) IN (0, 3)", "whole"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_hash: Mapped[bytes | None]
    follows: Mapped[bool | None]
    happened_at: Mapped[datetime | None]
