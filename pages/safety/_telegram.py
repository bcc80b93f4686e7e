"""One telegram: what was decided about it, what it says about where, and the others of the same event."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _, listed
from core.shown import aside
from pages import kit
from pages.safety._alerts import show_alerts
from services.safety import Intensity, Place, TelegramShown, Verdict

WEAK = Intensity.THREE
LOOKS = {
    Verdict.OPENED: (st.success, ":material/send:"),
    Verdict.EXTENDED: (st.success, ":material/group_add:"),
    Verdict.STOPPED: (st.warning, ":material/stop_circle:"),
    Verdict.WAITING: (st.warning, ":material/timer:"),
    Verdict.SILENT: (st.info, ":material/notifications_off:"),
}


def show_telegram(shown: TelegramShown, actor: Actor, page: str) -> None:
    """Show everything that is known of a telegram."""
    kit.header(
        f"{shown.name}　{kit.moment(shown.report_time)}", shown.headline, back=(_(N_("Telegrams received")), page)
    )
    show_decisions(shown, actor)
    show_facts(shown)
    show_alerts(shown)
    show_places(_(N_("Intensity by area")), _(N_("Areas with 3 or less")), shown.areas)
    show_places(_(N_("Intensity by municipality")), _(N_("Municipalities with 3 or less")), shown.municipalities)
    show_related(shown, page)


def show_decisions(shown: TelegramShown, actor: Actor) -> None:
    """Show what was done and why, with the way to each broadcast."""
    st.subheader(_(N_("What was done and why")), anchor=False)
    for decision in shown.decisions:
        look, icon = LOOKS[decision.verdict]
        look(kit.literal(decision.text), icon=icon)
    if actor.may("broadcasts.show", What.READ):
        for broadcast_id, title in shown.broadcasts.items():
            label = _(N_("Open broadcast no. {number}: {title}"), number=broadcast_id, title=kit.literal(title))
            if st.button(label, key=f"broadcast-{broadcast_id}", icon=":material/campaign:"):
                kit.go("broadcasts/show.py", {"id": broadcast_id})


def show_facts(shown: TelegramShown) -> None:
    """Show the head of the telegram; what it does not say is left out."""
    st.subheader(_(N_("About the telegram")), anchor=False)
    known = {
        _(N_("Kind")): f"{shown.kind} {shown.control_title}",
        _(N_("Operation")): shown.status,
        _(N_("Type of information")): shown.info_type,
        _(N_("Issued by")): shown.office,
        _(N_("Issued at")): shown.report_time,
        _(N_("Time of the earthquake")): shown.origin_time,
        _(N_("Hypocentre")): shown.hypocentre,
        _(N_("Magnitude")): shown.magnitude,
        _(N_("Maximum intensity")): shown.max_intensity,
        _(N_("Warning")): shown.alert,
        _(N_("Text")): shown.text,
        _(N_("Values that could not be read")): shown.unreadable,
        _(N_("Event number")): shown.event_ids,
        _(N_("Came in at")): aside(kit.moment(shown.received_at), kit.said(shown.source)),
    }
    kit.facts({name: value for name, value in known.items() if value})


def show_places(title: str, weak_title: str, places: Sequence[Place]) -> None:
    """Show places by intensity, the strongest first; those without a report stand where they would be."""
    if not places:
        return
    st.subheader(title, anchor=False)
    strong, weak = in_groups(places, weak=False), in_groups(places, weak=True)
    if strong:
        kit.facts(strong, label=title)
    if weak:
        with st.expander(weak_title, expanded=not strong):
            kit.facts(weak, label=weak_title)


def in_groups(places: Sequence[Place], *, weak: bool) -> dict[str, str]:
    """Return the names of the weak or of the other places in one line for each intensity, with their number."""
    groups: dict[str, list[str]] = {}
    for place in places:
        if weak is (not place.possible and place.intensity is not None and place.intensity <= WEAK):
            groups.setdefault(strength(place), []).append(named(place))
    return {aside(said, len(names)): listed(names) for said, names in groups.items()}


def strength(place: Place) -> str:
    """Say how strong it was at a place, or may have been."""
    if place.possible:
        return _(N_("{intensity} or more?"), intensity=Intensity.FIVE_LOWER.label)
    return place.intensity.label if place.intensity else kit.NONE


def named(place: Place) -> str:
    """Name a place; where a report is missing (未入電), say so, with the intensity reported so far."""
    if place.possible and place.intensity:
        sentence = N_("{place} (report missing; so far {intensity})")
        return _(sentence, place=place.name, intensity=place.intensity.label)
    return _(N_("{place} (report missing)"), place=place.name) if place.possible else place.name


def show_related(shown: TelegramShown, page: str) -> None:
    """Show the other telegrams of the same event."""
    if not shown.related:
        return
    st.subheader(_(N_("Other telegrams of the same event")), anchor=False)
    for other in shown.related:
        label = f"{kit.moment(other.report_time)}　{kit.literal(other.name)}　{kit.said(other.verdict)}"
        st.page_link(page, label=label, icon=":material/cell_tower:", query_params={"id": str(other.id)})
