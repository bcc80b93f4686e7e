"""Changing many people at once (一括変更): what becomes of them, the preview, doing it, and what was done."""

import streamlit as st

from core.actor import What
from core.errors import RenrakuError
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.people import _chosen, _own
from services.people import bulk_edit, bulk_retire, preview_bulk
from services.people.bulk.asks import BulkAsk, BulkEdit, BulkPreview, Chosen

actor = guard("people.bulk_preview")
EDIT, RETIRE = "edit", "retire"
KEY = "bulk"
ROWS: kit.Layout = [("main_department_id", "join_department_id"), ("area_code", "language")]


def change(chosen: Chosen) -> None:
    """Ask what becomes of the people, and show what that would do."""
    fields = tuple(one.model_copy(update={"required": False}) for one in _own.known())
    shape = _own.shape(BulkEdit, fields)
    st.caption(_(N_("What is left empty stays as it is.")))
    entered = kit.form(
        shape.model if shape else BulkEdit, KEY, rows=[*ROWS, *_own.rows(fields)],
        submit=_(N_("See what would change")), placeholder=_(N_("No change")),
    )  # fmt: skip
    if entered is not None:
        whole = BulkEdit(**dict(shape.asked(entered) if shape else entered))
        own = {code: value for code, value in whole.own.items() if value not in (None, "", [])}
        st.session_state[KEY] = whole.model_copy(update={**dict(chosen), "own": own})
    asked = st.session_state.get(KEY)
    if isinstance(asked, BulkEdit) and _chosen.same(asked, chosen):
        preview(BulkAsk(**dict(asked)))


def preview(asked: BulkAsk) -> None:
    """Show what would change, and offer to do it."""
    found = kit.consult(preview_bulk, asked, on_error=lambda error: refuse(error, retire=asked.retire))
    if found is None:
        return
    st.subheader(_(N_("What would change")), anchor=False)
    st.markdown(
        _(N_("{changed} of {chosen} chosen people change."),
          changed=kit.number(found.changed), chosen=kit.number(found.chosen))
    )  # fmt: skip
    if found.left:
        head = [_(N_("Left as they are, because")), _(N_("People"))]
        kit.rows(head, [(one.reason, one.count) for one in found.left])
    if found.samples:
        head = [_(N_("Name")), _(N_("Code")), _(N_("Now")), _(N_("After the change"))]
        kit.rows(head, [(one.name, one.code, one.before, one.after) for one in found.samples])
        if found.changed > len(found.samples):
            st.caption(_(N_("And {count} more."), count=kit.number(found.changed - len(found.samples))))
        confirming(asked, found)


def refuse(error: RenrakuError, *, retire: bool) -> None:
    """Show beside the fields what is wrong with a change; retiring has none."""
    if retire:
        st.error(kit.literal(error.text), icon=":material/error:")
    else:
        kit.refuse(KEY, error)


def confirming(asked: BulkAsk, found: BulkPreview) -> None:
    """Ask once more and do it."""
    label = N_("Retire {count} people") if asked.retire else N_("Change {count} people")
    yes = _(label, count=kit.number(found.changed))
    if st.button(yes, type="primary", icon=":material/done_all:", key="do"):
        will = (
            N_("No broadcast reaches them any more, their accounts are stopped and their sessions end at once. It is "
               "one change-set that can be undone.")
            if asked.retire else N_("It is one change-set: you see what was changed, and can undo it.")
        )  # fmt: skip
        expected = asked.model_copy(update={"expected": found.changed})
        kit.confirm(_(N_("{doing}?"), doing=yes), _(will), yes=yes, then=lambda: do(expected))


def do(asked: BulkAsk) -> bool:
    """Do it, and go on to what was done."""
    plain = {name: getattr(asked, name) for name in (Chosen if asked.retire else BulkEdit).model_fields}
    done = kit.do(bulk_retire, Chosen(**plain)) if asked.retire else kit.do(bulk_edit, BulkEdit(**plain))
    if done is None:
        return False
    st.session_state.pop(KEY, None)
    kit.clear(KEY)
    _chosen.go_on(done.result)
    return True


kit.header(
    _(N_("Change many people")),
    _(N_("Nothing changes before you have seen what becomes of whom.")),
    back=(_(N_("People")), "people/list.py"),
)
if _chosen.is_done():
    _chosen.show_done()
elif (people := _chosen.from_address()) is None:
    st.info(_(N_("Choose people in the list first.")), icon=":material/checklist:")
else:
    views = {EDIT: _(N_("Change"))} if actor.may("people.bulk_edit", What.BULK) else {}
    views |= {RETIRE: _(N_("Retire"))} if actor.may("people.bulk_retire", What.BULK) else {}
    if views and kit.view(views) == RETIRE:
        preview(BulkAsk(**dict(people), retire=True))
    elif views:
        change(people)
