"""What an account keeps for itself beside the records: views of lists, and what it typed and has not saved yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class SavedView(Versioned, Base):
    """Filters, order and columns of a list under a name (保存した表示). ``listing`` is the list's query, ``@`` its key.

    ``address`` holds them as the page's address does; ``today-7`` and ``me`` are worked out when the view is opened.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("account_id", "listing", "name"),
        Index("ix_saved_view_listing", "listing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    listing: Mapped[str]
    name: Mapped[str]
    shared: Mapped[bool]
    address: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class UsualView(Base):
    """The view in which a list opens for an account, its own one or a shared one."""

    __tablename__ = "usual_view"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    listing: Mapped[str] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"), index=True)


class FormDraft(Base):
    """What an account typed into a form and has not saved (書きかけ). Secrets are never in it.

    ``values`` are the fields that were changed, ``before`` the same fields as they stood in the record of ``version``.
    """

    __tablename__ = "form_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int | None]
    title: Mapped[str]
    place: Mapped[str]
    values: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(index=True)
