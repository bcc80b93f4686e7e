"""What is counted of the replies (返信の集計, D14): totals, shares of departments, and the steps that bring them on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import state_column


class TotalKind(StrEnum):
    """What a total is of: a department, an area, or one answer to one question."""

    DEPARTMENT = "department"
    AREA = "area"
    ANSWER = "answer"


class ReplyTotal(Base):
    """How many were asked and have answered, kept so that nobody has to count recipients (D14).

    What replies have changed since stands in ``reply_step``; the view ``reply_count`` has both.

    ``key`` is a department's id or an area's code, empty for people without one; of an answer the question's position
    and its part of the recipient's ``tally`` (``0:2``), and there ``asked`` is 0. Each round has rows of its own:
    asking more people never waits for those who answer.
    """

    __tablename__ = "reply_total"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)  # a reply finds room beside the row it changes

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TotalKind] = state_column(TotalKind, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    answered: Mapped[int]
    latest_at: Mapped[datetime | None]


class ShareKind(StrEnum):
    """What a share of a department is of: a prefecture, or one answer to one question."""

    AREA = "area"
    ANSWER = "answer"


class ReplyDepartment(Base):
    """How many of one department were asked and have answered, by prefecture and by answer.

    For whoever reaches only some departments. ``key`` is a prefecture's code, empty for people without a region, or as
    in ``reply_total``. The view ``reply_department_count`` adds what stands in ``reply_step``.
    """

    __tablename__ = "reply_department"
    __table_args__ = ({"postgresql_with": {"fillfactor": "75"}},)

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ShareKind] = state_column(ShareKind, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    answered: Mapped[int]


class ReplyStep(Base):
    """What replies that were stored together changed at their recipients: an entry for each in every list (集計待ち).

    A step is only ever added, so those who answer never wait for each other on a row of counts. Steps are folded into
    the totals every few seconds; ``befores`` has nothing for who had not answered yet.
    """

    __tablename__ = "reply_step"
    __table_args__ = ({"postgresql_with": {"toast_tuple_target": "8160"}},)  # gone before compressing it pays

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), index=True)
    rounds: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    departments: Mapped[list[int | None]] = mapped_column(ARRAY(BigInteger))
    areas: Mapped[list[str | None]] = mapped_column(ARRAY(String))
    befores: Mapped[list[str | None]] = mapped_column(ARRAY(String))
    afters: Mapped[list[str]] = mapped_column(ARRAY(String))
    moments: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
