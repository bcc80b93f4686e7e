"""Keeps the catalogues in step with the code: one ``.po`` file a room and language, sorted, nothing obsolete.

A message of several rooms stands in the lowest one only. English is written by the code itself; Japanese by people.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from core.i18n import CATALOGUES, LANGUAGES
from core.settings import ROOT

KEYWORDS: dict[str, None] = {"_": None, "N_": None}
FLOORS = ("core", "data", "services", "pages")
COMMON = "common"


def extract() -> dict[str, list[str]]:
    """Return the messages of each room, as they stand in the code and in the public pages' templates."""
    seen: set[str] = set()
    rooms: dict[str, list[str]] = {}
    for room, path in sorted(sources(), key=lambda pair: (pair[0] != COMMON, *pair)):
        for message in messages_in(path):
            if message not in seen:
                seen.add(message)
                rooms.setdefault(room, []).append(message)
    return rooms


def sources() -> Iterator[tuple[str, Path]]:
    """Return every file that may hold messages, with its room."""
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.*"):
            if path.suffix in {".py", ".html"} and "__pycache__" not in path.parts:
                yield room_of(path.relative_to(ROOT)), path
    yield COMMON, ROOT / "manage.py"


def room_of(path: Path) -> str:
    """Return the room that a file belongs to: the same noun on every floor."""
    floor, *rest = path.parts
    if floor == "data" and rest[0] == "models":
        return path.stem if path.stem not in {"__init__", "columns"} else COMMON
    if floor in {"services", "pages"} and len(rest) > 1:
        return rest[0]
    return COMMON


def messages_in(path: Path) -> list[str]:
    """Return the messages of one file."""
    method = "jinja2" if path.suffix == ".html" else "python"
    found = []
    for _line, message, _comments, _context in extract_from_file(method, str(path), keywords=KEYWORDS):
        found.append(message if isinstance(message, str) else message[0])
    return [message for message in found if message]


def update() -> list[str]:
    """Write the catalogues anew and return what still has no translation, as ``language/room: message``."""
    rooms = extract()
    open_texts: list[str] = []
    for language in LANGUAGES:
        known = known_texts(language)
        for path in (CATALOGUES / language).glob("*.po"):
            if path.stem not in rooms:
                path.unlink()
        for room, messages in rooms.items():
            texts = {m: (m if language == "en" else known.get(m, "")) for m in messages}
            _write(CATALOGUES / language / f"{room}.po", language, texts)
            open_texts += [f"{language}/{room}: {m}" for m, text in texts.items() if not text]
    return open_texts


def problems() -> list[str]:
    """Return every message that a catalogue lacks, or has and the code does not."""
    wanted = {message for messages in extract().values() for message in messages}
    found: list[str] = []
    for language in LANGUAGES:
        known = known_texts(language)
        found += [f"{language}: not translated: {message}" for message in sorted(wanted) if not known.get(message)]
        found += [f"{language}: no longer used: {message}" for message in sorted(set(known) - wanted)]
    return found


def known_texts(language: str) -> dict[str, str]:
    """Return the translations that stand in the catalogues of a language."""
    known: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and (message.string or str(message.id) not in known):
                    known[str(message.id)] = str(message.string)
    return known


def _write(path: Path, language: str, texts: dict[str, str]) -> None:
    catalogue = Catalog(locale=language, fuzzy=False)
    for message in sorted(texts):
        catalogue.add(message, texts[message])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=True)
