"""Both catalogues are complete, and nothing in them is obsolete or broken."""

import ast
import re

import pytest

from core import texts
from core.i18n import LANGUAGES


def test_both_catalogues_hold_every_text_of_the_code_and_nothing_else() -> None:
    assert texts.problems() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_fields_of_its_message(language: str) -> None:
    wrong = {
        message: translation
        for message, translation in texts.known_texts(language).items()
        if fields(message) != fields(translation)
    }
    assert wrong == {}


def test_no_text_is_marked_inside_an_f_string_where_it_would_not_be_found() -> None:
    hidden = [
        f"{path}: {ast.unparse(call)}"
        for _room, path in texts.sources()
        if path.suffix == ".py"
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "N_"
    ]
    # Babel finds them from Python 3.12 on; what it finds must not depend on the Python that runs it.
    assert hidden == []


def test_japanese_is_japanese() -> None:
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    allowed = re.compile(r"^[\W\dA-Za-z{}_]*$")
    latin = {m: t for m, t in texts.known_texts("ja").items() if not japanese.search(t) and len(t) > 12}
    assert all(allowed.match(t) and not re.search(r"[a-z]+ [a-z]+ [a-z]+", t) for t in latin.values()), latin


def fields(message: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"\{(\w+)", message))
