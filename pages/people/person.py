"""One person (利用者, D01, D04, D06): everything that is kept, changing it, retiring and taking back.

Without a number in the address it is the page for adding somebody.
"""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.people import _own
from pages.people._erasing import erasing
from pages.people._facts import contacts, standing
from pages.people._regions import regions
from pages.people._retiring import retiring
from pages.registration._link import registration_link
from services.people import add_person, edit_person, show_person
from services.people.show import PersonAsk, PersonDetail

actor = guard("people.show", "people.add")
BACK = (_(N_("People")), "people/list.py")
NETWORK, WHY = "network/people.py", "safety/why.py"
ROWS: kit.Layout = [
    ("family_name", "given_name"), ("family_kana", "given_kana"), ("code", "language"), "department_id",
    "other_department_ids", ("postal_code", "address"), "area_codes", ("mail1", "mail2"), ("mail3", "mobile"), "login",
]  # fmt: skip


def add() -> None:
    """Ask for somebody new."""
    guard("people.add")
    kit.header(_(N_("Add a person")), _(N_("Names, departments, regions and how the person is reached.")), back=BACK)
    fields = _own.known()
    added = kit.operate(
        add_person, "person-new", rows=[*ROWS, *_own.rows(fields)], shape=_own.shape(add_person.asks, fields),
        submit=_(N_("Add")), done=_(N_("The person was added.")),
    )  # fmt: skip
    if added:
        kit.go("people/person.py", {"id": added.result.id})


def show(person: PersonDetail, actor: Actor) -> None:
    """Show somebody, with what the actor may change."""
    back = (_(N_("Contact network, person by person")), NETWORK) if kit.came_from(NETWORK) else BACK
    kit.header(person.name, f"{person.family_kana} {person.given_kana}　{person.code}", back=back)
    if person.erased_at:
        st.info(
            _(N_("Erased on {day}: nothing tells any more who this was."), day=kit.day(person.erased_at)),
            icon=":material/person_off:",
        )
    elif person.retired_at:
        st.warning(
            _(N_("Retired on {day}: receives no broadcasts and cannot sign in."), day=kit.day(person.retired_at)),
            icon=":material/person_off:",
        )
    if kit.beside(_(N_("Person")), "person", person.id, actor):
        show_facts(person, actor)


def show_facts(person: PersonDetail, actor: Actor) -> None:
    """Show what is known of somebody, and the form to change it."""
    form, facts = st.columns([3, 2], gap="large")
    with facts:
        if not person.erased_at:
            contacts(person, actor)
            registration_link(person, actor)
            regions(person, actor)
        standing(person)
        why_asked(person, actor)
        if actor.may("people.retire", What.DO) and not person.erased_at:
            retiring(person)
        erasing(person, actor)
    with form:
        if person.erased_at:
            st.caption(_(N_("There is nothing to change any more.")))
        elif actor.may("people.edit", What.DO):
            change(person)
        else:
            st.info(_(N_("You may see this person, but not change anything.")), icon=":material/visibility:")


def why_asked(person: PersonDetail, actor: Actor) -> None:
    """Lead to why somebody was asked about an earthquake, a tsunami or a warning, or not."""
    if actor.may("safety.why", What.READ):
        st.page_link(
            WHY, label=_(N_("Why was this person asked or not?")), icon=":material/person_search:",
            query_params={"person": str(person.id)},
        )  # fmt: skip


def change(person: PersonDetail) -> None:
    """Ask for changes. Departments that the choices lack (retired, or out of reach) stay choosable for this person."""
    present = {
        place.id: _(N_("{name} (out of use)"), name=place.full_name) if place.retired else place.full_name
        for place in person.departments
    }
    fields = _own.known()
    changed = kit.operate(
        edit_person, f"person-{person.id}-{person.version}", initial=_own.present(person, fields),
        rows=[*ROWS, *_own.rows(fields)], shape=_own.shape(edit_person.asks, fields),
        # Regions have a place of their own beside the form.
        fills={"id": person.id, "version": person.version, "area_codes": person.area_codes},
        also={"department_id": present, "other_department_ids": present, **_own.also(person, fields)},
        submit=_(N_("Save")), done=_(N_("Saved.")), begin=st.query_params.get(kit.BEGIN, ""),
    )  # fmt: skip
    if changed:
        if st.query_params.pop(kit.BEGIN, None) and kit.came_from(NETWORK):
            kit.go_back(NETWORK)  # one number after the other
        st.rerun()


if "id" in st.query_params:
    show(kit.ask(show_person, PersonAsk(id=kit.number_in_address("id"))), actor)
else:
    add()
