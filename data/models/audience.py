"""People who are asked and not yet recipients (宛先の未処理分): an audience, worked off a part at a time."""

from sqlalchemy import ARRAY, BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class AudiencePart(Base):
    """Some people of a round of a broadcast, by their ids; gone once they stand in the ledger.

    ``asks``: they become recipients, counted in one of ``areas`` where they have several regions; else they are
    recipients already and get a reminder.
    """

    __tablename__ = "audience_part"
    __table_args__ = (UniqueConstraint("broadcast_id", "round", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    round: Mapped[int]
    number: Mapped[int]
    asks: Mapped[bool]
    areas: Mapped[list[str]]
    person_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
