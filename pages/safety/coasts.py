"""Coasts (津波予報区): which municipalities a tsunami concerns, as we know it, to be corrected."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.safety import CoastMark, CoastRow, CoastsAsk, OnCoast, list_coasts, put_on_coast, take_off_coast

actor = guard("safety.coasts")
MAY_PUT, MAY_TAKE = put_on_coast.allowed(actor), take_off_coast.allowed(actor)


def adding() -> None:
    """Offer to say that municipalities lie on a coast."""
    with st.expander(_(N_("Add municipalities to a tsunami forecast area")), icon=":material/add_location:"):
        done = kit.operate(put_on_coast, "put", submit=_(N_("Add")), done=_(N_("Added.")))
    if done:
        st.rerun()


def correcting(row: CoastRow) -> None:
    """Offer to take a municipality away from a coast, or to put it back."""
    asked = OnCoast(tsunami_area=int(row.tsunami_code), municipalities=[row.municipality_code])
    names = {"municipality": row.municipality, "area": row.tsunami_area}
    if row.mark is CoastMark.TAKEN_AWAY:
        label = _(N_("Put {municipality} back to “{area}”"), **names)
        if MAY_PUT and st.button(label, key="back", icon=":material/undo:") and kit.do(put_on_coast, asked):
            kit.flash(_(N_("{municipality} is back."), municipality=row.municipality))
            st.rerun()
        return
    label = _(N_("Take {municipality} away from “{area}”"), **names)
    if MAY_TAKE and st.button(label, key="away", icon=":material/wrong_location:"):
        kit.confirm(
            _(N_("Take {municipality} away from “{area}”?"), **names),
            _(N_("A tsunami there no longer concerns the people who gave this municipality. It can be put back.")),
            yes=_(N_("Take away")), then=lambda: kit.do(take_off_coast, asked) is not None,
        )  # fmt: skip


kit.header(
    _(N_("Coasts")),
    _(N_("Which municipalities lie on the coast of which tsunami forecast area: whom a tsunami concerns.")),
)
st.info(
    _(N_("The Japan Meteorological Agency publishes no table of municipalities for its tsunami forecast areas. This "
         "one was made by us, by the map. Please look at the coasts where your people are, and correct what is wrong: "
         "no update changes what you corrected.")),
    icon=":material/waves:",
)  # fmt: skip
if MAY_PUT:
    adding()
picked = kit.table(
    list_coasts,
    kit.filters(CoastsAsk),
    columns={
        "tsunami_area": kit.Column(sort="area", width=190),
        "municipality": kit.Column(sort="municipality", width=130),
        "prefecture": kit.Column(),
        "municipality_code": kit.Column(),
        "mark": kit.Column(),
    },
    selects=MAY_PUT or MAY_TAKE,
    unit=N_("{count} municipalities on coasts"),
)
if picked:
    correcting(picked)
