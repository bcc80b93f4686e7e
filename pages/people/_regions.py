"""The regions of a person (所属地域, D06): why each, who added it, whose warnings hold; and the one of the address."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from services.people import RegionLabel, change_regions, regions_of
from services.people.regions.of_person import (
    ChangedRegions,
    FromAddress,
    PersonRegions,
    RegionPut,
    RegionRow,
    WhoseRegions,
)
from services.people.regions.words import BY_THEMSELVES
from services.people.show import PersonDetail

Change = Callable[[Sequence[RegionPut], Sequence[str]], bool]


def regions(person: PersonDetail, actor: Actor) -> None:
    """Show the regions of a person, with what the actor may change."""
    if not regions_of.allowed(actor):
        st.subheader(_(N_("Regions")), anchor=False)
        kit.facts({_(N_("Regions")): [region.name for region in person.regions]}, label=_(N_("Regions")))
        return

    def change(put: Sequence[RegionPut], remove: Sequence[str]) -> bool:
        asked = ChangedRegions(person_id=person.id, put=list(put), remove=list(remove))
        return kit.do(change_regions, asked) is not None

    shown = kit.ask(regions_of, WhoseRegions(person_id=person.id))
    panel(shown, change, key=f"regions-{person.id}", changeable=lambda _row: shown.may_change)


def panel(shown: PersonRegions, change: Change, *, key: str, changeable: Callable[[RegionRow], bool]) -> None:
    """Show regions, and where they may be changed what to change them with."""
    st.subheader(_(N_("Regions")), anchor=False)
    if not shown.rows:
        st.info(_(N_("No region: automatic broadcasts pass by.")), icon=":material/location_off:")
    for row in shown.rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.{row.code}"):
            _said(row)
            if changeable(row):
                _changing(row, change, key)
        if row.warned:
            st.caption(f":material/warning: {kit.literal(row.warned)}")
    if shown.may_change:
        _from_address(shown.at_home, change, key)
        _adding(change, key)


def _said(row: RegionRow) -> None:
    marks = [kit.said(row.label)] if row.label else []
    marks += [_(BY_THEMSELVES)] if row.own else []
    badges = " ".join(f":gray-badge[{kit.literal(mark)}]" for mark in marks)
    st.markdown(f"{kit.literal(row.name)} {badges}", width="stretch")


def _changing(row: RegionRow, change: Change, key: str) -> None:
    opened, labels = f"{key}.open.{row.code}", [None, *RegionLabel]
    with st.popover(_(N_("Edit")), help=row.name, icon=":material/edit:", type="tertiary", key=opened):
        label = st.selectbox(
            _(N_("Kind of region")), labels, index=labels.index(row.label), format_func=kit.said,
            key=f"{key}.label.{row.code}",
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            if st.button(_(N_("Save")), key=f"{key}.save.{row.code}", type="primary"):
                _after(change([RegionPut(area_code=row.code, label=label)], []), _(N_("Saved.")))
            if st.button(_(N_("Take this region away")), key=f"{key}.remove.{row.code}", icon=":material/delete:"):
                _after(change([], [row.code]), _(N_("The region was taken away.")))


def _from_address(home: FromAddress, change: Change, key: str) -> None:
    if not home.found:
        return
    if home.sure:
        code: str | None = home.found[0].value
        said = _(N_("The address lies in {name}."), name=home.found[0].label)
        st.markdown(f":material/home_pin: {kit.literal(said)}")
        if home.found[0].warned:
            st.caption(f":material/warning: {kit.literal(home.found[0].warned)}")
    else:
        names = {one.value: one.label for one in home.found}
        code = st.radio(
            _(N_("The address may lie in one of these regions. Choose one.")), list(names), index=None,
            format_func=names.__getitem__, key=f"{key}.home",
        )  # fmt: skip
    label = _(N_("Add it as a region"))
    add = st.button(label, key=f"{key}.take", icon=":material/add_location:", disabled=code is None)
    if add and code is not None:
        _after(change([RegionPut(area_code=code, label=RegionLabel.HOME)], []), _(N_("The region was added.")))


def _adding(change: Change, key: str) -> None:
    with st.expander(_(N_("Add a region")), icon=":material/add_location:"):
        entered = kit.form(RegionPut, f"{key}.add", submit=_(N_("Add")), title=_(N_("Add a region")))
    if entered and change([entered], []):
        kit.clear(f"{key}.add")
        _after(True, _(N_("The region was added.")))


def _after(done: bool, sentence: str) -> None:
    if done:
        kit.flash(sentence)
        st.rerun()
