"""What is known of how people can be reached (連絡網, D12, D15, X07), kept so that lists and counts are fast."""

from datetime import datetime
from enum import IntFlag, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column
from data.models.delivery import DeliveryState


class Fact(IntFlag):
    """What holds for a person, as bits of one number: people with the same facts are counted and listed together.

    ``ALIVE``: some contact point is not known to be dead. ``DUPLICATE``: somebody else has the mobile number and nobody
    said that this is meant; ``SHARED``: somebody did. ``MISSED``: the last test broadcast did not get through and what
    it was sent to stands unchanged.
    """

    COMPANY_MAIL = 1
    PRIVATE_MAIL = 2
    MOBILE = 4
    APP = 8
    LINE = 16
    VERIFIED = 32
    FAILING = 64
    ALIVE = 128
    DISPUTED = 256
    MALFORMED = 512
    DUPLICATE = 1024
    SHARED = 2048
    MISSED = 4096


class NumberFault(StrEnum):
    """Why a mobile number cannot be used: how it is written, its length, that there is none, that it is no mobile."""

    WRITING = "writing"
    LENGTH = "length"
    UNKNOWN = "unknown"
    LANDLINE = "landline"


class ContactStanding(Base):
    """A person who is with us and what holds for them (``facts``: bits of ``Fact``). Made by ``services.network``.

    ``sort_key`` is the person's, so that a list of some of them is read along one index.
    """

    __tablename__ = "contact_standing"
    __table_args__ = (
        Index("ix_contact_standing_sort", "sort_key", "person_id", postgresql_include=["facts"]),
        Index("ix_contact_standing_facts", "facts", "sort_key", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sort_key: Mapped[str] = mapped_column(String(collation="C"))
    facts: Mapped[int]


class ContactStale(Base):
    """A person whose standing is to be made anew, since something of them was written; triggers note it.

    ``number`` is a mobile number that the person had: whoever else has it may be the only one now.
    """

    __tablename__ = "contact_stale"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int]
    number: Mapped[str | None]


class JudgedNumber(Base):
    """What was found of a mobile number that is not plainly a Japanese one; good while it is still written so."""

    __tablename__ = "judged_number"

    contact_point_id: Mapped[int] = mapped_column(
        ForeignKey("contact_point.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    value: Mapped[str]
    fault: Mapped[NumberFault | None] = state_column(NumberFault)


class SharedNumber(Base):
    """A mobile number that several people share on purpose (家族共用), and how many they were when somebody said so."""

    __tablename__ = "shared_number"

    value: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]
    account_id: Mapped[int | None]
    marked_at: Mapped[datetime]


class MissedInTest(Base):
    """A delivery of the last test broadcast that did not get through; no contact point: the person had none to use."""

    __tablename__ = "missed_in_test"

    delivery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    contact_point_id: Mapped[int | None]
    state: Mapped[DeliveryState] = state_column(DeliveryState)
    reason: Mapped[str | None]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), index=True)


class NetworkTotal(Base):
    """How many people with the same facts have a department, or one below it, as their main one (連絡網の集計).

    Department 0 is the whole organisation. A job counts where there are many people.
    """

    __tablename__ = "network_total"

    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facts: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]
    counted_at: Mapped[datetime]


class ContactCheckRule(Versioned, Base):
    """When all mail addresses are asked whether they still work (連絡先の確認通知設定, D09). One row, or none: never.

    Every ``every_months`` months on ``day`` at ``hour`` of Japan; ``next_at`` is the next time, empty while it is
    switched off, ``last_at`` the time for which the last one was sent. ``unproved_days``: only addresses of which
    nobody has shown for so long that they work; empty: all.
    """

    __tablename__ = "contact_check_rule"
    __table_args__ = (
        CheckConstraint("id = 1", "one_row"),
        CheckConstraint("every_months BETWEEN 1 AND 24", "every_months"),
        CheckConstraint("day BETWEEN 1 AND 28", "day"),
        CheckConstraint("hour BETWEEN 0 AND 23", "hour"),
        CheckConstraint("unproved_days BETWEEN 1 AND 3650", "unproved_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    every_months: Mapped[int]
    day: Mapped[int]
    hour: Mapped[int]
    unproved_days: Mapped[int | None]
    subject: Mapped[str]
    body: Mapped[str]
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
