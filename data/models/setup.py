"""The installation's organisation and its way through the setup guide (D17)."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class Organisation(Versioned, Base):
    """The one organisation of this installation (法人). It exists as soon as the first administrator was made.

    ``accent`` is its colour as ``#rrggbb`` on a light ground; none means the product's own.
    """

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", "one_row"), CheckConstraint("accent ~ '^#[0-9a-f]{6}$'", "accent"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    sample: Mapped[bool]
    created_at: Mapped[datetime]
    accent: Mapped[str | None]


class OrganisationLogo(Base):
    """The organisation's logo (ロゴ) as a PNG that we wrote ourselves; ``digest`` (hex) is part of its address."""

    __tablename__ = "organisation_logo"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]
    digest: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]


class SetupCode(Base):
    """The one-time code that only the terminal shows; who types it makes the first administrator."""

    __tablename__ = "setup_code"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")


class SetupMark(Base):
    """A step of the guide that a person has to confirm, since no data can show it (for instance “guide sent out”)."""

    __tablename__ = "setup_mark"

    step: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int | None]
    marked_at: Mapped[datetime]


class SetupHeadcount(Base):
    """How many people have what the setup asks for, as a job counted them last in a large organisation (D17).

    Who left is not counted; ``dead`` and ``untried`` are contact points.
    """

    __tablename__ = "setup_headcount"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]
    with_department: Mapped[int]
    with_region: Mapped[int]
    with_contact: Mapped[int]
    mail_addresses: Mapped[int]
    untried: Mapped[int]
    dead: Mapped[int]
    counted_at: Mapped[datetime]
