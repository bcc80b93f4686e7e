"""Regions from addresses (住所からの所属地域の登録, D06): what is sure, what one has to choose, what was not found."""

from collections.abc import Sequence

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import labelled
from pages import kit
from pages.kit.guard import guard
from pages.people import _chosen
from services.people import preview_home_regions, take_home_regions
from services.people.bulk.asks import Chosen
from services.people.bulk.homes import HomePreview, HomeRegions, OpenHome

actor = guard("people.preview_home_regions")
KEY = "homes"


def preview(chosen: Chosen) -> None:
    """Show what addresses say, ask where they leave it open, and offer to take it."""
    asked = HomeRegions(**dict(chosen))
    found = kit.consult(preview_home_regions, asked)
    if found is None:
        return
    counts(found)
    picked = asking(found.open_ones)
    if found.sure_ones:
        st.subheader(_(N_("Sure")), anchor=False)
        head = [_(N_("Name")), _(N_("Code")), _(N_("Address")), _(N_("Region"))]
        kit.rows(head, [(one.name, one.code, one.address, one.region) for one in found.sure_ones])
        more(found.sure - len(found.sure_ones))
    if found.lost_ones:
        st.subheader(_(N_("Not found")), anchor=False)
        st.caption(_(N_("Open the person, mend the address or write the region by hand.")))
        head = [_(N_("Name")), _(N_("Code")), _(N_("Address"))]
        kit.rows(head, [(one.name, one.code, one.address) for one in found.lost_ones])
        more(found.not_found - len(found.lost_ones))
    taking(asked.model_copy(update={"chosen": picked}), found)


def counts(found: HomePreview) -> None:
    """Say how many there are of which."""
    if found.people > found.looked_at:
        st.info(
            _(N_("These are many people: the figures below are those of the first {count}. A job takes what is sure of "
                 "all of them; the others stay in the list of people without a region."),
              count=kit.number(found.looked_at)), icon=":material/groups:",
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for label, count in (
            (N_("Sure"), found.sure),
            (N_("To be chosen"), found.open),
            (N_("Not found"), found.not_found),
            (N_("Have it already"), found.there),
        ):
            st.metric(_(label), kit.number(count, _(N_("people"))), border=True, width=165)
    if found.full:
        st.warning(_(N_("{count} people have as many regions as one person can have."), count=kit.number(found.full)))


def asking(people: Sequence[OpenHome]) -> dict[int, str]:
    """Ask for each person whose address leaves it open; who is left open stays without."""
    picked: dict[int, str] = {}
    if people:
        st.subheader(_(N_("To be chosen")), anchor=False)
        st.caption(_(N_("Who is not chosen for stays as they are.")))
    for one in people:
        names = {region.value: region.label for region in one.found}
        code = st.selectbox(
            kit.literal(labelled(f"{one.name} {one.code}", one.address)), list(names), index=None,
            format_func=names.__getitem__, placeholder=_(N_("Choose")), key=f"{KEY}.{one.id}", width=620,
        )  # fmt: skip
        if code is not None:
            picked[one.id] = code
    return picked


def more(count: int) -> None:
    """Say how many are not shown."""
    if count > 0:
        st.caption(_(N_("And {count} more."), count=kit.number(count)))


def taking(asked: HomeRegions, found: HomePreview) -> None:
    """Ask once more and take the regions."""
    many = found.people > found.looked_at
    total = found.sure + len(asked.chosen)
    label = _(N_("Take all that are sure")) if many else _(N_("Take {count} regions"), count=kit.number(total))
    if not actor.may(take_home_regions.name, What.BULK) or not (many or total):
        return
    if st.button(label, type="primary", icon=":material/done_all:", key="do"):
        will = _(N_("It is one change-set: you see what was changed, and can undo it."))
        expected = asked if many else asked.model_copy(update={"expected": total})
        kit.confirm(_(N_("{doing}?"), doing=label), will, yes=label, then=lambda: do(expected))


def do(asked: HomeRegions) -> bool:
    """Take them, and go on to what was done."""
    done = kit.do(take_home_regions, asked)
    if done is None:
        return False
    _chosen.go_on(done.result)
    return True


kit.header(
    _(N_("Regions from addresses")),
    _(N_("Each gets the municipality of the address as their home; nothing is guessed.")),
    back=(_(N_("People")), "people/list.py"),
)
if _chosen.is_done():
    _chosen.show_done()
elif (people := _chosen.from_address()) is None:
    st.info(_(N_("Choose people in the list first.")), icon=":material/checklist:")
else:
    preview(people)
