"""What the doctor says about one thing."""

from collections.abc import Callable
from dataclasses import dataclass

from core.i18n import _
from core.transaction import Transaction


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: in a sentence how it is, or what is wrong and what to do.

    ``page`` is the page of the console on which that is done, if it is done there.
    """

    good: bool
    text: str
    page: str = ""


DatabaseCheck = Callable[[Transaction], Finding | None]
Check = Callable[[], Finding | None]
"""A check says nothing where there is nothing to know."""


def found(good: object, yes: str, no: str, *, page: str = "", **values: object) -> Finding:
    """Return what was found in the current language; ``page``: where it is mended."""
    return Finding(bool(good), _(yes if good else no, **values), "" if good else page)
