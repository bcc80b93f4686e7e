"""The features of the operations plan: what each is for, what it brings, and its switch."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import joined, labelled
from pages import kit
from pages.kit.menu import PAGES
from services.setup import FeatureRow, FeatureUse, use_feature


def show_features(actor: Actor, features: Sequence[FeatureRow]) -> None:
    """Show each feature as a card; who may choose has a button in it."""
    may = actor.may("setup.use_feature", What.DO)
    for row in features:
        with st.container(border=True):
            words, button = st.columns([5, 1], vertical_alignment="center")
            with words:
                show_words(row)
            if may:
                with button:
                    switch(row)


def show_words(row: FeatureRow) -> None:
    """Say what a feature is for, and what goes with it."""
    on, off = _(N_("In use")), _(N_("Not in use"))
    badge = f":green-badge[:material/check_circle: {on}]" if row.used else f":gray-badge[{off}]"
    st.markdown(f"**{row.title}** {badge}  \n{row.purpose}")
    parts = {
        _(N_("In the menu")): titles(row.pages),
        _(N_("In the setup guide")): row.steps,
        _(N_("Sent by")): [kit.said(channel) for channel in row.channels],
    }
    for label, names in parts.items():
        if names:
            st.caption(labelled(label, joined(names)))
    if row.carries and not row.used:
        st.caption(_(N_("{count} kinds of contact name it. Choose something else for them in the next step."),
                     count=row.carries))  # fmt: skip


def titles(pages: Sequence[str]) -> list[str]:
    """Return the titles of those pages that stand in the menu."""
    return [_(entry.title) for entry in PAGES if entry.path in pages and entry.listed]


def switch(row: FeatureRow) -> None:
    """Offer to take a feature into use, or out of it."""
    label = N_("Do not use") if row.used else N_("Use")
    pressed = st.button(
        _(label), key=f"use-{row.key}", type="secondary" if row.used else "primary", width="stretch",
        help=_(N_("Pages and steps go away; what was entered is kept.")) if row.used else None,
    )  # fmt: skip
    if pressed and kit.do(use_feature, FeatureUse(feature=row.key, used=not row.used)):
        said = N_("“{name}” is not in use any more.") if row.used else N_("“{name}” is in use.")
        kit.flash(_(said, name=row.title))
        st.rerun()
