"""Retiring a person, and taking them back (退職・復職)."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.people import reinstate_people, retire_people
from services.people.retire import Several
from services.people.show import PersonDetail


def retiring(person: PersonDetail) -> None:
    """Offer to retire the person, or to take them back."""
    several = Several(person_ids=[person.id])
    if person.retired_at:
        taking = st.button(_(N_("Take back")), icon=":material/person_add:", key="reinstate")
        if taking and kit.do(reinstate_people, several):
            kit.flash(_(N_("{name} is active again. The account stays stopped."), name=person.name))
            st.rerun()
    elif st.button(_(N_("Retire")), icon=":material/person_off:", key="retire"):
        kit.confirm(
            _(N_("Retire {name}?"), name=person.name),
            _(N_("No broadcast reaches this person any more, the account is stopped and its sessions end at once. "
                 "Answers and records stay. You can take the person back later.")),
            yes=_(N_("Retire")), then=lambda: retire(several, person.name),
        )  # fmt: skip


def retire(several: Several, name: str) -> bool:
    """Retire and keep the sentence that says so."""
    if not kit.do(retire_people, several):
        return False
    kit.flash(_(N_("{name} is retired."), name=name))
    return True
