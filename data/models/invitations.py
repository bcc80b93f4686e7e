"""Invitations (招待, C10): who was asked by mail to become a member, with the permission sets that wait for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.access import ReachKind
from data.models.columns import state_column


class Invitation(Base):
    """An invitation to one mail address; at most one that is neither accepted nor withdrawn.

    Without a ``person_id`` the person is added to the register, to ``department_id``, on acceptance; ``family_name``
    and ``given_name`` are then what the inviter wrote, if anything. ``reach`` and ``reach_department_id`` go with all
    sets of ``InvitationSet``. Only the SHA-256 of the link's token is kept, made when the mail is written; ``trouble``
    is the provider's word if it did not take the mail.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open", text("lower(address)"), unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index("ix_invitation_address", text("lower(address)")),
        CheckConstraint("(reach = 'department') = (reach_department_id IS NOT NULL)", "department_if_reach"),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", "one_end"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    family_name: Mapped[str] = mapped_column(default="", server_default="")
    given_name: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="ja", server_default="ja")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    reach: Mapped[ReachKind] = state_column(ReachKind)
    reach_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    invited_by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    invited_at: Mapped[datetime]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    opened_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)


class InvitationSet(Base):
    """A permission set that waits for somebody who was invited; a set that is deleted waits for nobody."""

    __tablename__ = "invitation_set"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    set_id: Mapped[int] = mapped_column(
        ForeignKey("permission_set.id", ondelete="CASCADE"), primary_key=True, index=True
    )
