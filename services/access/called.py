"""Finding people by any part of their names, kana or code, written in whichever letters (名前・カナ・番号での検索)."""

from itertools import pairwise

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.text import sought
from data.models.people import Person
from data.models.people_search import PersonSearch

LETTERS = func.search_letters(PersonSearch.words, type_=ARRAY(Text))


def called(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions on ``person`` that hold for those in whose name, kana or code all these words stand."""
    return [is_called(word) for word in text.split()]


def is_called(word: str) -> ColumnElement[bool]:
    """Return the condition on ``person`` that holds for those in whose name, kana or code this word stands."""
    return Person.id.in_(select(PersonSearch.person_id).where(has_letters(word)))


def has_letters(word: str) -> ColumnElement[bool]:
    """Return the same condition on ``person_search``, whose index it uses."""
    forms = list(dict.fromkeys(sought(word)))
    parts = [_parts(form) for form in forms]
    if all(part == [form] for form, part in zip(forms, parts, strict=True)):
        # One condition where two would do: the index then looks for letters and departments together.
        any_of_them: ColumnElement[bool] = LETTERS.overlap(literal(forms, ARRAY(Text)))
        return any_of_them
    return or_(*[_stands(form, part) for form, part in zip(forms, parts, strict=True)])


def words_have(word: str) -> ColumnElement[bool]:
    """Return the same condition without the index: for rows of ``person_search`` that are looked up one by one."""
    return or_(*[PersonSearch.words.contains(form, autoescape=True) for form in dict.fromkeys(sought(word))])


def _parts(form: str) -> list[str]:
    """Return what of a word is in the index: pairs of letters, or the letter if it is not ASCII."""
    return [one + other for one, other in pairwise(form)] or [one for one in form if not one.isascii()]


def _stands(form: str, parts: list[str]) -> ColumnElement[bool]:
    there = PersonSearch.words.contains(form, autoescape=True)
    if not parts:  # one letter or digit of ASCII, which stands almost everywhere
        return there
    return and_(LETTERS.contains(literal(parts, ARRAY(Text))), there)
