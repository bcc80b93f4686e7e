"""Templates of the public pages: everything that is put in is escaped, texts come from the catalogues."""

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.clock import jst
from core.i18n import _, language


def rendered(template: str, **values: object) -> str:
    """Return a template filled, in the current language."""
    return _environment().get_template(template).render(language=language(), **values)


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
    environment.filters["moment"] = _moment
    return environment


def _moment(at: datetime) -> str:
    return jst(at).strftime("%Y/%m/%d %H:%M")
