"""What is known of a person, to read: contact points with their state, departments, account."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import aside
from pages import kit
from services.delivery import why_dead
from services.network import Revive, revive
from services.people import Contact, ContactState, WhosePrivate, private_contacts
from services.people.show import PersonDetail


def contacts(person: PersonDetail, actor: Actor) -> None:
    """Show the addresses with what is known of each; private ones in full only to whoever may and asks for it."""
    st.subheader(_(N_("Contact points")), anchor=False)
    if not person.contacts:
        st.info(_(N_("No mail address and no number: this person cannot be reached.")), icon=":material/warning:")
        return
    whole = {contact.id: contact for contact in _in_full(person, actor)}
    shown = [whole.get(contact.id, contact) for contact in person.contacts]
    kit.rows(
        [_(N_("Kind")), _(N_("Contact point")), _(N_("State"))],
        [(contact.kind, contact.shown, _state(contact)) for contact in shown],
        label=_(N_("Contact points")),
    )
    if actor.may("network.revive", What.DO) and person.retired_at is None:
        _reviving(person, shown)


def _reviving(person: PersonDetail, contacts: list[Contact]) -> None:
    for contact in contacts:
        if contact.state is not ContactState.DEAD:
            continue
        pressed = st.button(
            _(N_("Send to {contact} again"), contact=contact.shown), key=f"revive-{contact.id}",
            icon=":material/restart_alt:",
        )  # fmt: skip
        if pressed and kit.do(revive, Revive(person_ids=[person.id], contact_id=contact.id)):
            kit.flash(_(N_("It is sent to again from the next message on.")))
            st.rerun()


def _in_full(person: PersonDetail, actor: Actor) -> list[Contact]:
    if not any(contact.private for contact in person.contacts) or not actor.may("people.private_contacts", What.READ):
        return []
    wanted = st.toggle(_(N_("Show private ones in full")), key=f"private-{person.id}")
    return kit.ask(private_contacts, WhosePrivate(id=person.id)) if wanted else []


def _state(contact: Contact) -> str:
    proved = _(N_("confirmed by the person")) if contact.verified_at else _(N_("not confirmed by the person"))
    why = why_dead(contact.reason) if contact.state is ContactState.DEAD else contact.reason
    lines = [kit.said(contact.state), *([why] if why else [])]
    if contact.disputed_at:
        lines.append(_(N_("The person says that it is wrong")))
    return "\n".join([*lines, aside(kit.said(contact.origin), proved)])


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
