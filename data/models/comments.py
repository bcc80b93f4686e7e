"""What people write about a record beside it (コメント), and whom they call to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class Comment(Versioned, Base):
    """A comment on a record: ``noun`` says of which kind, ``record_id`` which one. A withdrawn one keeps its place.

    The record is no foreign key, since it may be of any kind; who sees it is asked from its own room.
    """

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_record", "noun", "record_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[str]
    record_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    text: Mapped[str]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class CommentMention(Base):
    """An account that a comment calls (メンション); ``read_at`` is empty until it said that it has seen it.

    ``mailed_at``: when a mail was written of it, if there was an address; empty: not yet, or none is wanted.
    """

    __tablename__ = "comment_mention"
    __table_args__ = (
        Index("ix_comment_mention_account", "account_id", "comment_id"),
        Index("ix_comment_mention_unread", "account_id", postgresql_where=text("read_at IS NULL")),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
