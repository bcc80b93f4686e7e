"""What is known of a person, to read: contact points with their state, departments, account."""

import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from services.people.show import PersonDetail


def contacts(person: PersonDetail) -> None:
    """Show the addresses with what is known of each."""
    st.subheader(_(N_("Contact points")), anchor=False)
    if not person.contacts:
        st.info(_(N_("No mail address and no number: this person cannot be reached.")), icon=":material/warning:")
        return
    kit.rows(
        [_(N_("Kind")), _(N_("Contact point")), _(N_("State"))],
        [
            (
                contact.kind,
                contact.shown,
                f"{kit.said(contact.state)}\n{contact.reason}" if contact.reason else contact.state,
            )
            for contact in person.contacts
        ],
        label=_(N_("Contact points")),
    )


def standing(person: PersonDetail) -> None:
    """Show the departments, the account and when it was last changed."""
    st.subheader(_(N_("At a glance")), anchor=False)
    main = next((place.full_name for place in person.departments if place.main), "")
    places = [place.full_name for place in person.departments if not place.main]
    kit.facts(
        {
            _(N_("Main department")): main,
            _(N_("Other departments")): places,
            _(N_("Lists")): person.lists,
            _(N_("Account")): aside(person.login, kit.said(person.account_status)) if person.login else "",
            **{own.label: own.said for own in person.own_values},
            _(N_("Last change")): person.updated_at,
        },
        label=person.name,
    )
