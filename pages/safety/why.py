"""Why somebody was asked or not (理由, D07): type a name, read the sentence."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.kit.guard import guard
from services.people import search_people
from services.people.search import PeopleAsk
from services.safety import TelegramsAsk, WhyAsk, telegrams, why

actor = guard("safety.why")
MOST_FOUND = 20
LATEST = 10
PAGE = "safety/why.py"
TELEGRAMS, BROADCAST = "safety/telegrams.py", "broadcasts/show.py"


def show(person_id: int, telegram_id: int | None, broadcast_id: int | None) -> None:
    """Show why one person was asked about a telegram or by a broadcast, or not, rule by rule."""
    found = kit.ask(why, WhyAsk(person_id=person_id, telegram_id=telegram_id, broadcast_id=broadcast_id))
    st.subheader(kit.literal(found.name), anchor=False)
    st.caption(kit.literal(found.telegram))
    if not found.reasons:
        st.info(_(N_("No rule goes by telegrams of this kind.")), icon=":material/help:")
    for reason in found.reasons:
        look, icon = (st.success, ":material/send:") if reason.asked else (st.info, ":material/notifications_off:")
        look(kit.literal(reason.sentence), icon=icon)
        if reason.broadcast_id is not None and actor.may("broadcasts.show", What.READ):
            label = _(N_("Open broadcast no. {number}"), number=reason.broadcast_id)
            st.page_link(BROADCAST, label=label, query_params={"id": str(reason.broadcast_id)})


def choose_telegram(person_id: int) -> None:
    """Offer the latest telegrams: about which one somebody wants to know."""
    latest = kit.ask(telegrams, TelegramsAsk(size=LATEST)).rows
    if not latest:
        st.info(_(N_("No telegram has come in yet, so nobody was asked.")), icon=":material/help:")
        return
    st.markdown(_(N_("About which telegram?")))
    for one in latest:
        label = f"{kit.moment(one.report_time)}　{kit.literal(one.name)}"
        to = {"telegram": str(one.id), "person": str(person_id)}
        st.page_link(PAGE, label=label, icon=":material/cell_tower:", query_params=to)


telegram_id, broadcast_id = kit.number_if_any("telegram"), kit.number_if_any("broadcast")
back = (_(N_("Broadcast")), BROADCAST) if broadcast_id is not None else (_(N_("Telegrams received")), TELEGRAMS)
kit.header(
    _(N_("Why somebody was asked or not")),
    _(N_("The telegram, the rule, the region and the moment, or the first reason that kept somebody out.")), back=back,
)  # fmt: skip
about_nothing = telegram_id is None and broadcast_id is None
if about_nothing and "person" in st.query_params and actor.may("safety.telegrams", What.READ):
    choose_telegram(kit.number_in_address("person"))
elif about_nothing:
    st.info(_(N_("Open a telegram or an automatic broadcast first, and choose “Why” there.")), icon=":material/help:")
else:
    text = st.text_input(_(N_("Name, kana or code")), key="why-find", max_chars=100, icon=":material/search:")
    if text.strip():
        people = kit.ask(search_people, PeopleAsk(text=text.strip(), size=MOST_FOUND)).rows
        if not people:
            st.caption(_(N_("Nobody is called like this.")))
        for person in people:
            label = kit.literal(aside(person.name, person.code))
            if st.button(label, key=f"person-{person.id}", icon=":material/person:", type="tertiary"):
                st.query_params["person"] = str(person.id)
    if "person" in st.query_params:
        show(kit.number_in_address("person"), telegram_id, broadcast_id)
