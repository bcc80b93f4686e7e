"""How values are written for people, on pages and in files: dates in JST, numbers with separators, words for states."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from core.clock import jst
from core.i18n import N_, _, language, listed
from core.words import word

NONE = "—"
"""Stands where there is nothing, so that nobody takes an empty cell for one that has not loaded."""

MARKDOWN = re.compile(r"[\\`*_\[\]$~<>#|]|:(?=[a-z_]+[\[/:])")

YES, NO = N_("Yes"), N_("No")


def page_address(path: str) -> str:
    """Write where a page is reached: ``people-list`` for ``people/list.py``."""
    return path.removesuffix(".py").replace("/", "-")


def moment(at: datetime | None, *, seconds: bool = False) -> str:
    """Write a moment as a clock in Japan shows it: ``2026/11/22 09:05``."""
    return jst(at).strftime("%Y/%m/%d %H:%M:%S" if seconds else "%Y/%m/%d %H:%M") if at else NONE


def day(on: date | None) -> str:
    """Write a date: ``2026/11/22``."""
    return on.strftime("%Y/%m/%d") if on else NONE


def number(value: float | None, unit: str = "") -> str:
    """Write a number with separators and its unit: ``1,234 people``; the unit is in the current language already."""
    if value is None:
        return NONE
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return f"{written} {unit}".rstrip()


def percent(part: float, whole: float) -> str:
    """Write a share as ``42.0%``; of nothing it is a dash."""
    return f"{100 * part / whole:.1f}%" if whole else NONE


def joined(values: Iterable[object]) -> str:
    """Write several things on one line."""
    return listed(said(value) for value in values) or NONE


def aside(text: str, more: object) -> str:
    """Write something with what is known of it besides in brackets, as the current language has them."""
    return f"{text} ({more})" if language() == "en" else f"{text}（{more}）"


def labelled(label: str, text: str) -> str:
    """Write what something is, and it: with the colon of the current language."""
    return f"{label}: {text}" if language() == "en" else f"{label}：{text}"


def said(value: object) -> str:  # noqa: PLR0911 - one line a kind
    """Write any value for people."""
    match value:
        case None | "":
            return NONE
        case bool():
            return _(YES) if value else _(NO)
        case StrEnum():
            return word(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int() | float():
            return number(value)
        case list() | tuple() | set() | frozenset():
            return joined(value)
        case _:
            return str(value)


def literal(text: str) -> str:
    """Return a text with which Markdown does nothing: what people typed is shown as they typed it."""
    return MARKDOWN.sub(r"\\\g<0>", text)
