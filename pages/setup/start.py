"""First start (初回設定, N01): an empty database becomes an organisation with its first administrator."""

import streamlit as st

from core.i18n import N_, _
from pages.kit.edge import do
from pages.kit.forms import Layout, form
from pages.kit.outside import NO_COOKIES, browser_hash, heading
from pages.kit.redirect import redirect
from services.setup import FirstStart, Started, StartWith, start

ROWS: Layout = ["code", "organisation", ("family_name", "given_name"), "login", "password"]
CHOICES = {
    StartWith.SAMPLE: (
        N_("Start with the sample organisation"),
        N_("500 invented people in six prefectures, to try everything at once. Nothing leaves this machine."),
    ),
    StartWith.EMPTY: (N_("Start empty"), N_("Your own organisation; people come by hand or by CSV.")),
}


def choose() -> StartWith:
    """Ask what the database is filled with."""
    return st.radio(
        _(N_("What do you want to start with?")),
        list(CHOICES),
        format_func=lambda choice: _(CHOICES[choice][0]),
        captions=[_(caption) for _title, caption in CHOICES.values()],
        key="start_with",
    )


def answer(started: Started) -> None:
    """Sign the first administrator in, or ask for the code again."""
    if started.sign_in_code is None:
        st.error(_(N_("The setup code is not right. It stands in the terminal in which Renraku was started.")))
        return
    st.success(_(N_("Everything is ready. One moment …")))
    redirect(f"/session/open?code={started.sign_in_code}&to=")


_left, middle, _right = st.columns([1, 3, 1])
with middle:
    heading()
    st.subheader(_(N_("First start")))
    st.markdown(_(N_("This page appears once. It makes the organisation and its first administrator.")))
    browser = browser_hash()
    if browser is None:
        st.error(_(NO_COOKIES))
        st.stop()
    chosen = choose()
    fills = {"start_with": chosen, "browser": browser} | ({"organisation": ""} if chosen is StartWith.SAMPLE else {})
    entered = form(FirstStart, f"start-{chosen}", fills=fills, rows=ROWS, submit=_(N_("Begin")))
    if entered:
        with st.spinner(_(N_("Making the organisation …"))):
            done = do(start, entered, nobody="first start")
        if done:
            answer(done.result)
