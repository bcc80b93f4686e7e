"""The registration link on the page of a person (登録リンク): is there one, make another, void it."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.people.show import PersonDetail
from services.registration import LinkRow, MadeLink, WhichPerson, link, make_link, revoke_link


def registration_link(person: PersonDetail, actor: Actor) -> None:
    """Show whether somebody has a link, with what the actor may do about it."""
    if person.retired_at or not actor.may("registration.link", What.READ):
        return
    row = kit.ask(link, WhichPerson(person_id=person.id))
    st.subheader(_(N_("Registration link")), anchor=False)
    st.caption(_(N_("By it the person registers mail address, mobile number and LINE without an account.")))
    kit.facts(_facts(row), label=_(N_("Registration link")))
    with st.container(horizontal=True):
        if actor.may("registration.make_link", What.DO):
            _making(person, row)
        if row is not None and row.good and actor.may("registration.revoke_link", What.DO):
            _voiding(person)
        if actor.may("registration.guide_preview", What.READ) and st.button(
            _(N_("Send or print the guide…")), icon=":material/contact_mail:", key="guide"
        ):
            kit.go("registration/guide.py", {"whose": person.id})


def _facts(row: LinkRow | None) -> dict[str, object]:
    if row is None:
        return {_(N_("State")): _(N_("None was made yet"))}
    return {
        _(N_("State")): _state(row),
        _(N_("Made at")): row.created_at,
        _(N_("Good until")): row.expires_at,
        _(N_("Last opened")): row.opened_at,
    }


def _state(row: LinkRow) -> str:
    if row.revoked_at:
        return _(N_("Void"))
    return _(N_("Good")) if row.good else _(N_("Out of date"))


def _making(person: PersonDetail, row: LinkRow | None) -> None:
    with st.popover(_(N_("Make a link"))):
        if row is not None and row.good:
            st.markdown(_(N_("The link that was made before is void from then on, on paper too.")))
        made = kit.operate(make_link, f"link-{person.id}", fills={"person_id": person.id}, submit=_(N_("Make a link")))
        if made:
            _made(made.result)


def _made(made: MadeLink) -> None:
    st.markdown(_(N_("Give this to the person. It is shown this once.")))
    st.code(made.url, language=None, wrap_lines=True)


def _voiding(person: PersonDetail) -> None:
    if st.button(_(N_("Void the link")), key="void-link"):
        kit.confirm(
            _(N_("Void the link")),
            _(N_("Whoever opens it is told to ask for another one.")),
            yes=_(N_("Void the link")),
            then=lambda: kit.do(revoke_link, WhichPerson(person_id=person.id)),
        )
