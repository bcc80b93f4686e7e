"""The people that a change of many concerns, in the address: picked ones, or all that a search finds."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor
from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import validated
from pages import kit
from services.people import bulk_result, take_home_regions
from services.people.bulk.asks import BulkDone, BulkWork, Chosen
from services.people.search import HasRegion, PeopleAsk, PersonRow

IDS, ALL, WORK, SET = "ids", "all", "work", "set"
PAGE, HOMES = "people/bulk.py", "people/homes.py"
FILTERS = ("text", "department_id", "area_code", "region", "role_id", "list_id", "state")


def choosing(question: PeopleAsk, picked: Sequence[PersonRow], actor: Actor) -> None:
    """Offer to change those who are picked, or all whom the list finds."""
    all_found = {name: "\n".join(one) if isinstance(one, list) else one
                 for name, one in kit.address_of(question).items()}  # fmt: skip
    label = _(N_("Change the chosen ({count})"), count=len(picked))
    if st.button(label, icon=":material/checklist:", key="bulk", disabled=not picked):
        kit.go(PAGE, {IDS: ",".join(str(row.id) for row in picked)})
    if st.button(_(N_("Change all found")), icon=":material/done_all:", key="bulk-all"):
        kit.go(PAGE, {ALL: 1, **all_found})
    if (question.region is HasRegion.ADDRESSED or picked) and actor.may(take_home_regions.name, take_home_regions.what):
        label = _(N_("Regions from addresses"))
        if st.button(label, icon=":material/home_pin:", key="homes"):
            kit.go(HOMES, {IDS: ",".join(str(row.id) for row in picked)} if picked else {ALL: 1, **all_found})


def from_address() -> Chosen | None:
    """Return whom the address means; None: nobody, or what cannot be read."""
    asked = st.query_params
    ids = [int(one) for one in asked.get(IDS, "").split(",") if one.isascii() and one.isdigit()]
    try:
        if ids:
            return validated(Chosen, {"person_ids": ids})
        if asked.get(ALL) != "1":
            return None
        values: dict[str, object] = {name: asked[name] for name in FILTERS if asked.get(name)}
        return Chosen(found=validated(PeopleAsk, {**values, "own": asked.get("own", "").splitlines()}))
    except Invalid as error:
        st.warning(kit.literal(error.text), icon=":material/link_off:")
        return None


def same(one: Chosen, other: Chosen) -> bool:
    """Say whether two changes concern the same people."""
    return (one.person_ids, one.found) == (other.person_ids, other.found)


def go_on(done: BulkDone) -> None:
    """Let the address lead to what was done or begun."""
    name, number = (WORK, done.work_id) if done.work_id else (SET, done.change_set_id)
    st.query_params.from_dict({name: str(number)})
    if name == SET:
        kit.flash(_(N_("{count} people were changed."), count=kit.number(done.count)))


def is_done() -> bool:
    """Say whether the address leads to what was done or begun."""
    return kit.number_if_any(WORK) is not None or kit.number_if_any(SET) is not None


def show_done() -> None:
    """Show long work until it ends, and then the way to what was changed."""
    set_id = kit.number_if_any(SET)
    if (work_id := kit.number_if_any(WORK)) is not None:
        if not kit.progress(work_id):
            return
        set_id = kit.ask(bulk_result, BulkWork(work_id=work_id)).change_set_id
    with st.container(horizontal=True, gap="small"):
        if set_id is not None and st.button(
            _(N_("What was changed, and undo")), icon=":material/history:", key="changes", type="primary"
        ):
            kit.go("changes/show.py", {"id": set_id})
        if st.button(_(N_("See the people")), icon=":material/groups:", key="see"):
            kit.go("people/list.py")
