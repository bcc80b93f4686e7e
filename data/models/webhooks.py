"""Where other systems are told what happens (Webhook, N11): endpoints, and what was or will be sent to each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class EndpointState(StrEnum):
    """In use, switched off by a person, or switched off since nothing was taken in for days."""

    ON = "on"
    OFF = "off"
    GIVEN_UP = "given_up"


class WebhookEndpoint(Versioned, Base):
    """An address of another system (送信先) with the events it wants.

    ``secret`` and, until ``old_secret_until``, the one before are encrypted for this row. ``failing_since`` is the
    first failure after the last success. One worker at a time visits an endpoint, until ``busy_until``; after a
    failure that concerns all deliveries it rests until then.
    """

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    events: Mapped[list[str]]
    state: Mapped[EndpointState] = state_column(EndpointState, default=EndpointState.ON)
    secret: Mapped[bytes]
    old_secret: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    busy_until: Mapped[datetime | None]


class SendingState(StrEnum):
    """Where the telling of one event to one endpoint stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    FAILED = "failed"


class WebhookDelivery(Base):
    """One event told to one endpoint: written with the event, in its transaction, and sent afterwards.

    ``message_id`` stays the same over all attempts; ``body`` is sent as it stands here, byte for byte. ``word`` is the
    message id of what went wrong at the last attempt, ``milliseconds`` how long that took.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "endpoint_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_delivery_endpoint_id", "endpoint_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(unique=True)
    event: Mapped[str]
    body: Mapped[str]
    state: Mapped[SendingState] = state_column(SendingState, default=SendingState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    status_code: Mapped[int | None]
    milliseconds: Mapped[int | None]
    word: Mapped[str | None]
