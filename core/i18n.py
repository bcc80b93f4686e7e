"""Texts in Japanese and English (N10): gettext catalogues, one file a room, merged when they are first used.

Message ids are English sentences. Catalogues are read as they are written (``.po``), so that no compiled file can
be older than its text.
"""

import gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
CATALOGUES = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def language() -> str:
    """Return the language of the person this thread or task works for: ``ja`` or ``en``."""
    return _language.get()


def set_language(code: str | None) -> None:
    """Set the language for the rest of this thread or task; an unknown one means Japanese."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def using_language(code: str | None) -> Iterator[None]:
    """Work in another language for a while, for instance for the mails of one recipient."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str, /, **values: object) -> str:
    """Translate a message into the current language and fill its ``{fields}``."""
    text = catalogue(language()).gettext(message)
    return text.format(**values) if values else text


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a message for translation where it is declared; ``_`` translates it where it is shown."""
    return message


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """Return all rooms' texts of one language, merged: a chain of catalogues would be gone through for each text."""
    merged = Catalog(locale=code, charset="utf-8")
    for path in sorted((CATALOGUES / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def listed(texts: Iterable[str]) -> str:
    """Write several texts one after the other, parted as the current language parts them."""
    return (", " if language() == "en" else "、").join(texts)
