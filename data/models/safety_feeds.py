"""JMA's feeds of telegrams (電文のフィード): whether they are read, how far, and every telegram that they named."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class FeedReading(Versioned, Base):
    """Whether the feeds are read (自動受信). Without the row they are not.

    ``begins_at`` is JMA's time at the first look after switching on: what was issued before starts nothing.
    ``clock_ahead`` is by how many seconds our clock was ahead of JMA's at the last look.
    """

    __tablename__ = "feed_reading"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool]
    switched_at: Mapped[datetime]
    begins_at: Mapped[datetime | None]
    clock_ahead: Mapped[int | None]


class FeedName(StrEnum):
    """The feeds by their files: earthquakes and tsunamis, and weather; of either one that reaches back for days."""

    EQVOL = "eqvol"
    EXTRA = "extra"
    EQVOL_LONG = "eqvol_l"
    EXTRA_LONG = "extra_l"


class FeedPage(Base):
    """How far a feed is read. ``read_at`` is when it was last read, or had nothing new; ``trouble`` why not now.

    ``seen_at`` is the same by JMA's clock. ``modified`` is what JMA said of its age (Last-Modified) and is told at the
    next look. ``newest_at`` is the time of its newest entry. ``missing_until``: what came before that was missed, and
    the long feed has to tell it.
    """

    __tablename__ = "feed_page"

    name: Mapped[FeedName] = state_column(FeedName, primary_key=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    modified: Mapped[str | None]
    newest_at: Mapped[datetime | None]
    missing_until: Mapped[datetime | None]
    trouble: Mapped[str | None]
    trouble_values: Mapped[dict[str, Any]] = mapped_column(default=dict)


class EntryState(StrEnum):
    """What became of a telegram that a feed named: not there yet, taken in, of no concern, unreadable, never came."""

    WAITING = "waiting"
    TAKEN = "taken"
    PASSED = "passed"
    REFUSED = "refused"
    LOST = "lost"


class FeedEntry(Base):
    """A telegram that a feed named, by its address: fetched once, whatever the feeds say later.

    ``issued_at`` is JMA's time, ``next_at`` when it may be tried (again). What went wrong is ``trouble``, a message id
    with its values.
    """

    __tablename__ = "feed_entry"
    __table_args__ = (
        Index("ix_feed_entry_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_feed_entry_trouble", "next_at", postgresql_where=text("state IN ('refused', 'lost')")),
    )

    url: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    issued_at: Mapped[datetime]
    found_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[EntryState] = state_column(EntryState)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime]
    telegram_id: Mapped[int | None] = mapped_column(ForeignKey("telegram.id"))
    trouble: Mapped[str | None]
    trouble_values: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
