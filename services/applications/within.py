"""Whose applications an actor sees: by what people are found by, without a look at the register."""

from sqlalchemy import ColumnElement, select

from core.actor import Reach
from data.models.applications import ProfileApplication
from data.models.people_search import PersonSearch
from services.access import has_letters, search_within


def applied_within(reach: Reach, person_id: int | None, text: str = "") -> list[ColumnElement[bool]]:
    """Return the conditions on ``profile_application`` that hold for people within reach of whom all words are said."""
    words = [has_letters(word) for word in text.split()]
    if reach.whole and not words:
        return []
    seen = select(PersonSearch.person_id).where(search_within(reach, person_id), *words)
    return [ProfileApplication.person_id.in_(seen)]
