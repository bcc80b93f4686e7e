"""What the guide says, in each language (登録案内の文面)."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.access import Language
from services.registration import WhichText, edit_guide_text, guide_text


def text() -> None:
    """Ask what the guide says; the sample stands there from the start."""
    language = st.segmented_control(
        _(N_("Language")),
        list(Language),
        format_func=kit.said,
        key="guide-language",
        default=Language.JA,
        required=True,
    )
    row = kit.ask(guide_text, WhichText(language=language or Language.JA))
    if not row.version:
        st.caption(_(N_("This is the sample. Change what should be different, and save.")))
    saved = kit.operate(
        edit_guide_text, f"guide-text-{row.language}-{row.version}", initial=row,
        fills={"language": row.language, "version": row.version}, rows=["subject", "body", "contact"],
        submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    if saved:
        st.rerun()
