"""The people that a change of many concerns, in the address: picked ones, or all that a search finds."""

from collections.abc import Sequence

import streamlit as st

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import validated
from pages import kit
from services.people import bulk_result
from services.people.bulk.asks import BulkWork, Chosen
from services.people.search import PeopleAsk, PersonRow

IDS, ALL, WORK, SET = "ids", "all", "work", "set"
PAGE = "people/bulk.py"
FILTERS = ("text", "department_id", "area_code", "role_id", "list_id", "state")


def choosing(question: PeopleAsk, picked: Sequence[PersonRow]) -> None:
    """Offer to change those who are picked, or all whom the list finds."""
    label = _(N_("Change the chosen ({count})"), count=len(picked))
    if st.button(label, icon=":material/checklist:", key="bulk", disabled=not picked):
        kit.go(PAGE, {IDS: ",".join(str(row.id) for row in picked)})
    if st.button(_(N_("Change all found")), icon=":material/done_all:", key="bulk-all"):
        found = kit.address_of(question)
        kit.go(
            PAGE, {ALL: 1, **{name: "\n".join(one) if isinstance(one, list) else one for name, one in found.items()}}
        )


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
