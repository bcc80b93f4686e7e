"""The text of a mail as its recipient sees it, with web addresses to click."""

import re
from html import escape

import streamlit as st

LINK = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*[A-Za-z0-9/_=-]")
LOOK = """<style>
.letter { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid rgba(49, 51, 63, .2); border-radius: .5rem;
  padding: 1.2rem; line-height: 1.7; max-width: 760px; }
</style>"""


def show_letter(text: str) -> None:
    """Show the text of a mail."""
    st.html(f"<div class='letter'>{with_links(text)}</div>{LOOK}")


def with_links(text: str) -> str:
    """Return a text as HTML in which web addresses can be clicked; nothing else in it is markup."""
    parts: list[str] = []
    at = 0
    for found in LINK.finditer(text):
        address = escape(found[0], quote=True)
        parts += [escape(text[at : found.start()]), f'<a href="{address}" target="_blank">{address}</a>']
        at = found.end()
    return "".join([*parts, escape(text[at:])])
