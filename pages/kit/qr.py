"""A QR code to be read from the screen by a phone's camera."""

from html import escape

import segno
import streamlit as st

PIXELS = 180


def qr_code(text: str, said: str) -> None:
    """Show a text, most often an address, as a QR code; ``said`` is what screen readers say in its place."""
    # A white border of four modules, in the dark theme too: cameras need it.
    drawn = segno.make(text, error="m").svg_data_uri(scale=4, border=4, light="white")
    st.html(
        f'<img src="{escape(drawn, quote=True)}" width="{PIXELS}" height="{PIXELS}" alt="{escape(said, quote=True)}">'
    )
