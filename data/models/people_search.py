"""What people are found by, beside the register itself: kept by triggers of the database (migrations 0028, 0035)."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class PersonSearch(Base):
    """One row for each person: the letters of name, kana and code, the order, and where the person belongs (検索).

    ``within`` holds the departments of the person and all above them. One index has both, so that “these letters,
    within that part of the organisation” reads those who are meant and nobody else. ``letters`` are pairs of letters
    that follow each other, and single ones that are not ASCII, as ``search_letters`` of the database makes them.
    ``regionless``: no region is known. ``placeable``: none is, but an address from which one may be read.
    """

    __tablename__ = "person_search"
    __table_args__ = (
        Index("ix_person_search_sort_key", "sort_key", "person_id"),
        Index(
            "ix_person_search_found",
            text("search_letters(words)"),
            "within",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": "512"},
        ),
        Index("ix_person_search_regionless", "sort_key", "person_id", postgresql_where=text("regionless")),
        Index("ix_person_search_placeable", "sort_key", "person_id", postgresql_where=text("placeable")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sort_key: Mapped[str] = mapped_column(String(collation="C"))
    words: Mapped[str]
    active: Mapped[bool]
    within: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    regionless: Mapped[bool] = mapped_column(default=False, server_default="false")
    placeable: Mapped[bool] = mapped_column(default=False, server_default="false")
