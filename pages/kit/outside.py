"""What the two pages before the sign-in share: the heading with the other language, and the browser's pre-cookie."""

import streamlit as st

from core.i18n import N_, language
from pages.kit.look import current_look, heading_of

OTHER = {"ja": ("en", "English"), "en": ("ja", "日本語")}


NO_COOKIES = N_("This browser does not take cookies. Allow them for this site and load the page again.")


def browser_hash() -> str | None:
    """Return the hash (hex) of the pre-cookie that ties a one-time code to this browser; None without cookies."""
    browser = st.user.to_dict().get("browser")
    return str(browser) if browser else None


def heading() -> None:
    """Show where one is, and the way to the other language."""
    heading_of(current_look())
    code, name = OTHER[language()]
    title, other = st.columns([4, 1], vertical_alignment="bottom")
    title.title("Renraku 連絡")
    if other.button(name, type="tertiary", key="other-language"):
        st.query_params["lang"] = code
        st.rerun()
