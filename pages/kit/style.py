"""The head of every page, and the little that Streamlit's theme cannot say."""

import streamlit as st

from core.i18n import N_, _
from core.shown import literal
from pages.kit.address import restore, way_back
from pages.kit.flash import show_flashes
from pages.kit.look import variables
from services.setup import Look

HEADING = "kit.heading"
"""What the page that is shown is called, for the list of what was begun on it."""

CSS = """
<style>
:root { VARIABLES }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: var(--soft); opacity: 1; }
button[kind^="primary"]:enabled, button[kind^="primary"]:enabled * { color: var(--on-accent); }
[data-testid^="stDate"] [role="spinbutton"] { display: inline-grid; place-items: center; min-width: 1.5rem;
  min-height: 1.5rem; }
.logo { display: block; width: auto; height: auto; max-width: min(100%, 20rem); max-height: 4rem; }
[data-testid="stMainBlockContainer"] { padding: 3.2rem 2rem 4rem; max-width: 1280px; }
[data-testid="stElementToolbar"], [data-testid="InputInstructions"] { display: none; }
[data-testid="stHeading"] h1 { font-size: 1.6rem; font-weight: 700; padding: 0 0 .1rem; letter-spacing: .01em; }
[data-testid="stHeading"] h2 { font-size: 1.2rem; padding: .4rem 0 0; }
[data-testid="stHeading"] h3 { font-size: 1.05rem; padding: .2rem 0 0; }
[data-testid="stHeading"] h2, [data-testid="stHeading"] h3 { padding-bottom: .4rem; }
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
[data-testid="stFileUploaderDropzone"] button { max-width: 100%; height: auto; }
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p { font-size: 0; margin: 0; }
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"]::after {
  content: "CHOOSE_FILE"; font-size: .9rem; }
[data-testid="stSidebarUserContent"] { position: sticky; bottom: 0; z-index: 1; padding: .5rem 0 .75rem;
  background: var(--second); border-top: 1px solid var(--thin); }
[data-testid="stSidebarNavSeparator"] { display: none; }
[data-testid="stCheckbox"] [data-testid="stMarkdownContainer"],
[data-testid="stCheckbox"] [data-testid="stMarkdownContainer"] p { white-space: normal; }
ol.steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin: 0 0 .5rem !important;
  padding: 0 !important; }
.steps li { display: flex; align-items: center; gap: .5rem; margin: 0; color: var(--soft); }
.steps b { display: inline-grid; place-items: center; width: 1.6rem; height: 1.6rem; border-radius: 50%;
  border: 1.5px solid var(--line); font-size: .85rem; font-weight: 600; }
.steps .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.steps .done b { border-color: var(--accent); color: var(--accent); }
.steps [aria-current] { color: inherit; font-weight: 700; }
.steps [aria-current] b { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
[data-testid="stMetricValue"] { font-size: 1.4rem; }
.st-key-looking { border: 2px solid #bf8700; }
[data-testid="stMetricValue"] *, [data-testid="stMetricLabel"] * { white-space: normal; }
.wide { overflow-x: auto; }
.wide td { min-width: 4.5em; }
.plain { border-collapse: collapse; width: 100%; font-size: .9rem; }
.plain th, .plain td { padding: .4rem .6rem; border: 0; border-bottom: 1px solid var(--thin);
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.plain th { font-weight: 400; color: var(--soft); white-space: nowrap; }
.plain thead th { border-bottom-width: 2px; }
[data-testid="stPageLink-NavLink"] *, [data-testid="stPageLink-NavLink"] { white-space: normal; overflow: visible; }
.prose { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.difference td:first-child { min-width: 6.5em; }
.difference a, .larger { color: var(--accent); }
.difference del { color: inherit; background: light-dark(#ffebe9, #5c1f1c); text-decoration: line-through; }
.difference ins { color: inherit; background: light-dark(#dafbe1, #14462a); text-decoration: underline; }
.plain .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.st-key-find { position: fixed !important; top: .7rem; right: 1.5rem; z-index: 999991; width: auto !important; }
.st-key-find button::after { content: "Ctrl+K"; margin-left: .5rem; padding: 0 .3rem; font-size: .75rem; color: #57606a;
  border: 1px solid rgba(49, 51, 63, .3); border-radius: .25rem; }
@media (max-width: 640px) {
  .st-key-find { right: .8rem; }
  .st-key-find button::after { display: none; }
  [data-testid="stMainBlockContainer"] { padding: 4.2rem .9rem 3rem; }
  [data-testid="stHeading"] h1 { font-size: 1.35rem; }
}
@media print { [data-testid="stSidebar"], [data-testid="stHeader"], button { display: none !important; } }
</style>
"""


def style(look: Look) -> None:
    """Apply our rules to this page, in the organisation's colours; the console does it for every page."""
    rules = CSS.replace("CHOOSE_FILE", _(N_("Choose a file, or drop it here")))
    st.html(rules.replace("VARIABLES", variables(look)))


def header(
    title: str,
    sentence: str = "",
    *,
    back: tuple[str, str] | None = None,
    next_step: tuple[str, str] | None = None,
) -> None:
    """Open a page: what it is, what it is for in one sentence, where to go on, and what was said by the page before.

    ``back`` and ``next_step`` are a label and a page's file below ``pages/``; the way back leads to the list as it was
    left.
    """
    restore()
    st.session_state[HEADING] = title
    if back:
        st.page_link(back[1], label=back[0], icon=":material/arrow_back:", query_params=way_back(back[1]))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(literal(title), anchor=False, width="stretch")
        if next_step:
            st.page_link(
                next_step[1], label=_(N_("Next: {page}"), page=next_step[0]), icon=":material/arrow_forward:",
                icon_position="right",
            )  # fmt: skip
    if sentence:
        st.caption(literal(sentence))
    show_flashes()
