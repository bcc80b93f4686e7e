"""The installation's organisation (X02), what it uses (X01), and its way through the setup guide (D17)."""

import json
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned

WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
WORKING_DAYS_SQL = json.dumps(WORKING_DAYS)


class Organisation(Versioned, Base):
    """The one organisation of this installation (法人). It exists as soon as the first administrator was made.

    ``accent`` is its colour as ``#rrggbb`` on a light ground; none means the product's own. ``fiscal_month`` is the
    month in which its year begins (決算年度の開始月), 1 to 12. ``working_days`` are ``mon`` to ``sun``, and
    ``office_hour`` the hour of the day (JST) at which work begins: by them dates are proposed and calendars remind.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("id = 1", "one_row"),
        CheckConstraint("accent ~ '^#[0-9a-f]{6}$'", "accent"),
        CheckConstraint("fiscal_month BETWEEN 1 AND 12", "fiscal_month"),
        CheckConstraint("office_hour BETWEEN 0 AND 23", "office_hour"),
        CheckConstraint("corporate_number ~ '^([1-9][0-9]{12})?$'", "corporate_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    sample: Mapped[bool]
    created_at: Mapped[datetime]
    accent: Mapped[str | None]
    kana: Mapped[str] = mapped_column(default="", server_default="")
    corporate_number: Mapped[str] = mapped_column(default="", server_default="")
    postal_code: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    representative: Mapped[str] = mapped_column(default="", server_default="")
    contact_mail: Mapped[str] = mapped_column(default="", server_default="")
    fiscal_month: Mapped[int] = mapped_column(default=4, server_default="4")
    working_days: Mapped[list[str]] = mapped_column(default=lambda: list(WORKING_DAYS), server_default=WORKING_DAYS_SQL)
    office_hour: Mapped[int] = mapped_column(default=9, server_default="9")


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


class FeatureChoice(Base):
    """Whether the organisation uses a feature (使う機能, X01). One that nobody decided on is in use."""

    __tablename__ = "feature_choice"

    feature: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[bool]
    account_id: Mapped[int | None]
    decided_at: Mapped[datetime]


class PlannedContact(Versioned, Base):
    """A kind of contact (連絡の種類, X01) and the feature that carries it; none: it is still to be chosen."""

    __tablename__ = "planned_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    feature: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="", server_default="")


class SetupDuty(Versioned, Base):
    """Who sees to a step of the setup guide, and until which day (担当者, 期限, D17).

    ``version`` is also what calendars tell a newer date by (SEQUENCE), so a row is emptied and never deleted.
    """

    __tablename__ = "setup_duty"
    __table_args__ = (Index("ix_setup_duty_owner_id", "owner_id"),)

    step: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    due_on: Mapped[date | None]
    changed_at: Mapped[datetime]
