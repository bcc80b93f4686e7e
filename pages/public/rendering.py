"""Templates of the public pages: everything that is put in is escaped, texts come from the catalogues."""

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from core.clock import jst
from core.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, language
from pages.public.branching import hiding
from services.broadcasts import condition, is_asked
from services.setup import Look


def rendered(template: str, *, look: Look | None = None, **values: object) -> str:
    """Return a template filled, in the current language; with no ``look`` it says nothing of the organisation."""
    return _environment().get_template(template).render(language=language(), look=look or Look(), **values)


def sentence_page(title: str, sentence: str, *, look: Look | None = None, home: str = "") -> str:
    """Return a page that says one thing; ``home`` are the words of a link to the console's first page."""
    return rendered("sentence.html", look=look, title=title, sentence=sentence, home=home)


def language_of(request: Request) -> str:
    """Return the language that the browser asks for first, English where it is none of ours."""
    return language_from(request.headers.get("accept-language"))


def language_from(accepted: str | None) -> str:
    """Return the language that an Accept-Language header asks for first."""
    first = (accepted or DEFAULT_LANGUAGE)[:2].lower()
    return first if first in LANGUAGES else "en"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.globals.update(condition=condition, hiding=hiding, is_asked=is_asked)
    environment.filters["moment"] = _moment
    return environment


def _moment(at: datetime) -> str:
    return jst(at).strftime("%Y/%m/%d %H:%M")
