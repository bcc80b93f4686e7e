"""What is known of a person, to read: contact points with their state, departments, account."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.people.show import PersonDetail


def contacts(person: PersonDetail) -> None:
    """Show the addresses with what is known of each."""
    st.subheader(_(N_("Contact points")), anchor=False)
    if not person.contacts:
        st.info(_(N_("No mail address and no number: this person cannot be reached.")), icon=":material/warning:")
        return
    st.table(
        {
            _(N_("Kind")): [kit.said(contact.kind) for contact in person.contacts],
            _(N_("Contact point")): [f"`{contact.shown}`" for contact in person.contacts],
            _(N_("State")): [
                f"{kit.said(contact.state)}  \n{contact.reason}" if contact.reason else kit.said(contact.state)
                for contact in person.contacts
            ],
        },
        border="horizontal",
    )


def standing(person: PersonDetail) -> None:
    """Show the departments, the account and when it was last changed."""
    st.subheader(_(N_("At a glance")), anchor=False)
    main = next((place.full_name for place in person.departments if place.main), "")
    facts = {
        _(N_("Main department")): kit.said(main),
        _(N_("Other departments")): kit.joined(place.full_name for place in person.departments if not place.main),
        _(N_("Regions")): kit.joined(region.name for region in person.regions),
        _(N_("Lists")): kit.joined(person.lists),
        _(N_("Account")): f"{person.login}（{kit.said(person.account_status)}）" if person.login else kit.NONE,
        _(N_("Last change")): kit.moment(person.updated_at),
    }
    st.table({"": list(facts), " ": list(facts.values())}, border="horizontal", hide_header=True)
