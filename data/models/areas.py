"""Areas of Japan as JMA and JIS number them (地域): prefecture → 細分区域 → municipality; whom they concern (D06)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import state_column


class AreaKind(StrEnum):
    """The three levels; their codes have 2, 3 and 7 digits, so one code never means two things."""

    PREFECTURE = "prefecture"
    AREA = "area"
    MUNICIPALITY = "municipality"


class Area(Base):
    """One area. Filled from ``data/reference`` when migrations run; never edited by hand."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[AreaKind] = state_column(AreaKind)
    name: Mapped[str]
    name_en: Mapped[str]
    kana: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)


class RegionLabel(StrEnum):
    """Why an area concerns a person."""

    HOME = "home"
    WORK = "work"
    FAMILY = "family"
    OTHER = "other"


class PersonRegion(Base):
    """An area that concerns a person (所属地域): home, workplace. The code is a municipality's or a 細分区域's.

    ``own``: the person added it; what the office set, the person cannot take away.
    """

    __tablename__ = "person_region"
    __table_args__ = (
        Index("ix_person_region_area_code", "area_code", "person_id"),
        Index("ix_person_region_own", "person_id", postgresql_where=text("own")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    label: Mapped[RegionLabel | None] = state_column(RegionLabel)
    own: Mapped[bool] = mapped_column(default=False, server_default="false")


class RegionRule(Base):
    """Whether people may add regions of their own (所属地域の編集許可); without the row they may not."""

    __tablename__ = "region_rule"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people_may_add: Mapped[bool]
    version: Mapped[int]


class RegionTotal(Base):
    """How many people have an area or one in it, as a job counted them last in a large organisation."""

    __tablename__ = "region_total"

    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    people: Mapped[int]
    counted_at: Mapped[datetime]


class TsunamiArea(Base):
    """One of JMA's 66 forecast areas for tsunamis (津波予報区). Filled from ``data/reference`` as ``area`` is."""

    __tablename__ = "tsunami_area"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    kana: Mapped[str]


class CoastOrigin(StrEnum):
    """Who says it: our own table, which nobody published, or an administrator, whom no update overwrites."""

    OURS = "ours"
    CORRECTED = "corrected"


class Coast(Base):
    """Whether a municipality lies on the coast of a forecast area for tsunamis; a few lie on two.

    Not ``lies``: an administrator took away what our own table says.
    """

    __tablename__ = "coast"
    __table_args__ = (
        Index("ix_coast_municipality_code", "municipality_code"),
        CheckConstraint("lies OR origin = 'corrected'", "taken_away_by_hand"),
    )

    tsunami_code: Mapped[str] = mapped_column(ForeignKey("tsunami_area.code"), primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    origin: Mapped[CoastOrigin] = state_column(CoastOrigin)
    lies: Mapped[bool] = mapped_column(default=True, server_default="true")
