"""What was and what became of it, side by side, with the parts of a text that differ marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import escape
from typing import Protocol

import streamlit as st

from core.i18n import N_, _
from core.shown import NONE, said

LONGEST = 2_000
"""Letters up to which two texts are compared; longer ones are shown as a whole."""

ALIKE = 0.3
"""Texts that have less than this share in common are different as a whole."""


class Differing(Protocol):
    """A field with what it was and what it became."""

    @property
    def label(self) -> str:
        """Return what people call it."""

    @property
    def before(self) -> str:
        """Return what it was."""

    @property
    def after(self) -> str:
        """Return what it became."""


@dataclass(frozen=True)
class Group:
    """Fields that belong together: ``head`` are the cells before them, ``address`` makes the first one a link."""

    head: Sequence[object]
    fields: Sequence[Differing] = ()
    address: str | None = None
    instead: str = field(default="")
    """What is said where there are no fields to show."""


def differences(titles: Sequence[str], groups: Sequence[Group], *, before: str = "", after: str = "") -> None:
    """Show groups of fields as a table: ``titles`` stand over the heads, then what the field is, was and became.

    What was taken out is struck through in the column of what was, what came in is underlined in the other one.
    """
    sides = (_(N_("Item")), before or _(N_("What it was")), after or _(N_("What it became")))
    head = "".join(f"<th scope='col'>{escape(title)}</th>" for title in (*titles, *sides))
    body = "".join(map(_group, groups))
    st.html(
        f"<div class='wide'><table class='plain difference'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def marked(before: str, after: str) -> tuple[str, str]:
    """Return both texts as HTML with the parts that differ marked; nothing is marked where one side is empty."""
    if not before or not after:
        return escape(before or NONE), escape(after or NONE)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > LONGEST or matcher.ratio() < ALIKE:
        return f"<del>{escape(before)}</del>", f"<ins>{escape(after)}</ins>"
    was, became = "", ""
    for tag, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        one, other = escape(before[from_a:to_a]), escape(after[from_b:to_b])
        was += one if tag == "equal" or not one else f"<del>{one}</del>"
        became += other if tag == "equal" or not other else f"<ins>{other}</ins>"
    return was, became


def _group(group: Group) -> str:
    lines = [_field(one) for one in group.fields] or [f"<td colspan='3'>{escape(group.instead or NONE)}</td>"]
    span = f" rowspan='{len(lines)}'" if len(lines) > 1 else ""
    cells = [escape(said(value)) for value in group.head]
    if group.address and cells:
        cells[0] = f"<a href='{escape(group.address, quote=True)}' target='_self'>{cells[0]}</a>"
    heads = "".join(f"<td{span}>{cell}</td>" for cell in cells)
    first, *others = lines
    return f"<tr>{heads}{first}</tr>" + "".join(f"<tr>{line}</tr>" for line in others)


def _field(one: Differing) -> str:
    was, became = marked(one.before, one.after)
    return f"<td>{escape(one.label)}</td><td>{was}</td><td>{became}</td>"
