"""How people are reached (連絡先): by what, who gave it, what is known of it. The room of people owns it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import start_index, state_column


class ContactKind(StrEnum):
    """How a person is reached: by mail, SMS to a mobile number, the app, or LINE."""

    MAIL = "mail"
    MOBILE = "mobile"
    APP = "app"
    LINE = "line"


class ContactState(StrEnum):
    """What is known of an address: never tried, has worked, or failed for good."""

    UNTRIED = "untried"
    WORKS = "works"
    DEAD = "dead"


class ContactOrigin(StrEnum):
    """Who gave a contact point: the office (会社登録), or the person as a private one (本人登録)."""

    OFFICE = "office"
    PERSON = "person"


class ContactPoint(Base):
    """A way to reach a person (連絡先), in the writing that machines use (E.164 for numbers, LINE's own id of a user).

    Of the app the value is a digest, and ``subscription`` what the browser gave: where messages for it are handed in,
    and the keys that they are encrypted with.

    A private one is there only once its owner has verified it. ``slot`` counts private mail addresses, so that there
    are three at most; people see them by ``rank`` (lowest first), then in the order in which they came.
    ``disputed_at``: the person says that what the office entered is wrong. ``state_at``: since when ``state`` is what
    the owner, the office or LINE said of it; whatever is heard of an earlier moment changes it no more.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        Index("ix_contact_point_value", text("lower(value)")),
        start_index("ix_contact_point_start", "value"),
        Index("uq_contact_point_slot", "person_id", "slot", unique=True, postgresql_where=text("slot IS NOT NULL")),
        Index(
            "uq_contact_point_private", "person_id", "kind", unique=True,
            postgresql_where=text("origin = 'person' AND kind IN ('mobile', 'line', 'app')"),
        ),
        CheckConstraint(
            "(slot IS NOT NULL) = (origin = 'person' AND kind = 'mail') AND (slot IS NULL OR slot BETWEEN 1 AND 3)",
            "slot",
        ),
        CheckConstraint("origin = 'office' OR verified_at IS NOT NULL", "private_is_verified"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[ContactKind] = state_column(ContactKind)
    value: Mapped[str]
    state: Mapped[ContactState] = state_column(ContactState, default=ContactState.UNTRIED, server_default="untried")
    reason: Mapped[str | None]
    state_at: Mapped[datetime | None]
    origin: Mapped[ContactOrigin] = state_column(ContactOrigin, default=ContactOrigin.OFFICE, server_default="office")
    slot: Mapped[int | None]
    rank: Mapped[int] = mapped_column(default=0, server_default="0")
    verified_at: Mapped[datetime | None]
    added_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    subscription: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
