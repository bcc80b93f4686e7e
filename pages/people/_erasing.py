"""The part of a person's page that erases who it was (個人情報の消去)."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.people.show import PersonDetail
from services.privacy import erase_person


def erasing(person: PersonDetail, actor: Actor) -> None:
    """Offer to erase somebody who is retired; asks for the code, since nothing brings it back."""
    if not person.retired_at or person.erased_at or not actor.may("privacy.erase_person", What.DO):
        return
    # A switch, since an expander would fold up over what is wrong with the typed code.
    if not st.toggle(_(N_("Erase this person")), key=f"erasing-{person.id}"):
        return
    st.markdown(
        _(N_("Name, code, addresses, departments, account, what was written in answers, and what changes and the "
             "audit trail keep of it are erased for good. That this person was asked and answered stays, "
             "without a name. Backups are not changed."))
    )  # fmt: skip
    erased = kit.operate(
        erase_person, f"erase-{person.id}", fills={"person_id": person.id}, submit=_(N_("Erase for good")),
        done=_(N_("The person was erased.")),
    )  # fmt: skip
    if erased:
        st.rerun()
