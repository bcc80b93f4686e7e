"""Coasts (津波予報区と市区町村): which municipalities a tsunami concerns."""

from collections.abc import Collection

from sqlalchemy import Select, select

from data.models.areas import Coast


def municipalities_on(areas: Collection[str]) -> Select[str]:
    """Return the codes of the municipalities on the coasts of these forecast areas for tsunamis, each once."""
    return select(Coast.municipality_code).where(Coast.tsunami_code.in_(areas), Coast.lies).distinct()
