"""Finding people by any part of their names, kana or code, written in whichever letters (名前・カナ・番号での検索)."""

from itertools import pairwise

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.text import sought
from data.models.people import Person
from data.models.people_search import PersonSearch


def called(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions on ``person`` that hold for those in whose name, kana or code all these words stand."""
    return [is_called(word) for word in text.split()]


def is_called(word: str) -> ColumnElement[bool]:
    """Return the condition on ``person`` that holds for those in whose name, kana or code this word stands."""
    return Person.id.in_(select(PersonSearch.person_id).where(has_letters(word)))


def has_letters(word: str) -> ColumnElement[bool]:
    """Return the same condition on ``person_search``, whose index it uses."""
    return or_(*[_stands(form) for form in dict.fromkeys(sought(word))])


def _stands(form: str) -> ColumnElement[bool]:
    there = PersonSearch.words.contains(form, autoescape=True)
    indexed = [one + other for one, other in pairwise(form)] or [one for one in form if not one.isascii()]
    if not indexed:  # one letter or digit of ASCII, which stands almost everywhere
        return there
    letters = func.search_letters(PersonSearch.words, type_=ARRAY(Text))
    found = letters.contains(literal(indexed, ARRAY(Text)))
    return found if len(form) <= len(indexed[0]) else and_(found, there)
