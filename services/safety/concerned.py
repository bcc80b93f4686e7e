"""Whom an earthquake concerns (対象者): people with a region in one of its areas."""

from collections.abc import Collection

from sqlalchemy import Select, or_, select

from core.transaction import Transaction
from data.models.areas import Area
from data.models.broadcasts import Recipient
from data.models.people import Person, PersonRegion


def people_in(areas: Collection[str], *, without: Collection[int] = ()) -> Select[int]:
    """Return the ids of the active people with a region in these areas (細分区域), each once.

    A region may be a municipality of such an area, the area itself, or its prefecture: whoever gave only that may be
    there. ``without`` are broadcasts whose recipients are left out. Codes that no table has concern nobody.
    """
    prefectures = select(Area.parent_code).where(Area.code.in_(areas))
    codes = select(Area.code).where(or_(Area.code.in_(areas), Area.parent_code.in_(areas), Area.code.in_(prefectures)))
    there = select(PersonRegion.person_id).where(PersonRegion.area_code.in_(codes))
    people = select(Person.id).where(Person.retired_at.is_(None), Person.id.in_(there))
    if without:
        asked = select(Recipient.person_id).where(Recipient.broadcast_id.in_(without))
        people = people.where(Person.id.not_in(asked))
    return people


def unknown_areas(tx: Transaction, areas: Collection[str]) -> list[str]:
    """Return those of these area codes that our tables do not have, in order: JMA has changed its areas before."""
    known = set(tx.execute(select(Area.code).where(Area.code.in_(areas))).scalars())
    return sorted(set(areas) - known)
