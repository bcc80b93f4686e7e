"""Who was guided to register, by mail or on paper (登録案内, D11): part of the room of registration."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class GuideWay(StrEnum):
    """How somebody was guided: by a mail, or by a printed page."""

    MAIL = "mail"
    PRINT = "print"


class RegistrationGuide(Base):
    """One guiding of one person, kept as long as retention says, so that reminders can be told apart.

    ``sent_at``: the mail was taken, or the page was made. ``trouble``: for good not, in the provider's word;
    ``put_off``: not yet, in the provider's word.
    """

    __tablename__ = "registration_guide"
    __table_args__ = (
        Index("ix_registration_guide_person_id", "person_id", "asked_at"),
        Index("ix_registration_guide_asked_at", "asked_at", "id"),
        Index(
            "ix_registration_guide_waiting", "asked_at",
            postgresql_where=text("way = 'mail' AND sent_at IS NULL AND trouble IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    way: Mapped[GuideWay] = state_column(GuideWay)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    handout_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration_handout.id", ondelete="SET NULL"), index=True
    )
    sent_at: Mapped[datetime | None]
    put_off: Mapped[str | None]
    trouble: Mapped[str | None]


class RegistrationHandout(Base):
    """A file of at most 500 printed pages (登録案内の印刷): its ``content``, encrypted, is gone after ``until``.

    It is for the account that asked for it alone. ``part`` of ``parts`` that were asked for together.
    ``misprinted``: the names that the font lacks letters of, as they stand in the register.
    """

    __tablename__ = "registration_handout"
    __table_args__ = (
        CheckConstraint("part BETWEEN 1 AND parts", "part"),
        Index("ix_registration_handout_until", "until", postgresql_where=text("content IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    work_id: Mapped[int]
    part: Mapped[int]
    parts: Mapped[int]
    people: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    content: Mapped[bytes | None]
    misprinted: Mapped[list[str]] = mapped_column(default=list, server_default="[]")


class GuideText(Versioned, Base):
    """What the organisation says in its guide, in one language; without a row the sample that ships with the product.

    ``contact``: whom to ask, on the printed page and in the mail.
    """

    __tablename__ = "guide_text"

    language: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    body: Mapped[str]
    contact: Mapped[str] = mapped_column(default="", server_default="")
