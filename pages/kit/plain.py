"""What is only read: facts about one thing, a few rows, a text. Plain HTML, whose texts are never taken for markup."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core.shown import said


def facts(values: Mapping[str, object], *, label: str = "") -> None:
    """Show what is known of one thing, a line each: what it is, and its value as people write it."""
    lines = "".join(
        f"<tr><th scope='row'>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in values.items()
    )
    st.html(f"<table class='plain facts'{_named(label)}><tbody>{lines}</tbody></table>")


def rows(head: Sequence[str], lines: Sequence[Sequence[object]], *, label: str = "") -> None:
    """Show a few rows below a head; numbers stand on the right. For lists of any length there is ``kit.table``."""
    numbers = [_is_number(value) for value in lines[0]] if lines else [False] * len(head)
    titles = "".join(
        f"<th scope='col'{_class(number=number)}>{_text(title)}</th>"
        for title, number in zip(head, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines)
    table = f"<table class='plain'{_named(label)}><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
    st.html(f"<div class='wide'>{table}</div>")


def prose(text: str) -> None:
    """Show what somebody wrote as they wrote it, with its lines; nothing in it is taken for markup."""
    st.html(f"<p class='prose'>{escape(text)}</p>")


def _cell(value: object) -> str:
    return f"<td{_class(number=_is_number(value))}>{_text(value)}</td>"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _class(*, number: bool) -> str:
    return " class=number" if number else ""


def _text(value: object) -> str:
    return escape(said(value)).replace("\n", "<br>")


def _named(label: str) -> str:
    return f" aria-label='{escape(label, quote=True)}'" if label else ""
