"""Finding people by any part of their names, kana or code, written in whichever letters (名前・カナ・番号での検索)."""

from sqlalchemy import ColumnElement, or_

from core.text import sought
from data.models.people import Person


def called(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions on ``person`` that hold for those in whose name, kana or code all these words stand."""
    return [is_called(word) for word in text.split()]


def is_called(word: str) -> ColumnElement[bool]:
    """Return the condition on ``person`` that holds for those in whose name, kana or code this word stands."""
    return or_(*[Person.search_text.contains(form, autoescape=True) for form in dict.fromkeys(sought(word))])
