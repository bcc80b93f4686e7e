"""The buttons by which applications are approved or sent back."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.applications import ApplicationRow, Decide, Decided, Which, decide


def deciding(chosen: Sequence[ApplicationRow], plain: Sequence[ApplicationRow]) -> None:
    """Offer to approve or send back the chosen ones, and to approve all of the page that have no conflict."""
    one = chosen[0] if len(chosen) == 1 else None
    overwrite = one is not None and one.changed and st.checkbox(
        _(N_("Overwrite what was changed meanwhile")), key=f"overwrite-{one.id}"
    )  # fmt: skip
    if st.button(
        _(N_("Approve the chosen ({count})"), count=len(chosen)), icon=":material/check:", key="approve",
        type="primary", disabled=not chosen,
    ):  # fmt: skip
        _done(_decide(chosen, overwrite=overwrite))
    with st.popover(
        _(N_("Send back the chosen ({count})"), count=len(chosen)), icon=":material/undo:", disabled=not chosen
    ):
        returned = kit.operate(
            decide, "return-" + "-".join(str(row.id) for row in chosen), submit=_(N_("Send back")),
            fills={"which": _which(chosen), "approve": False, "overwrite": False},
        )  # fmt: skip
        if returned:
            _done(returned)
    if not chosen and st.button(
        _(N_("Approve all on this page ({count})"), count=len(plain)), icon=":material/done_all:", key="approve-all",
        disabled=not plain,
    ):  # fmt: skip
        kit.confirm(
            _(N_("Approve all on this page?")),
            _(N_("{count} people are changed as they asked. Those that were changed meanwhile are left."),
              count=len(plain)),
            yes=_(N_("Approve")), then=lambda: _flashed(_decide(plain)),
        )  # fmt: skip


def _which(rows: Sequence[ApplicationRow]) -> list[Which]:
    return [Which(id=row.id, version=row.version) for row in rows]


def _decide(rows: Sequence[ApplicationRow], *, overwrite: bool = False) -> kit.Done[Decided] | None:
    return kit.do(decide, Decide(which=_which(rows), overwrite=overwrite))


def _done(done: kit.Done[Decided] | None) -> None:
    if _flashed(done):
        st.rerun()


def _flashed(done: kit.Done[Decided] | None) -> bool:
    if done is None:
        return False
    kit.flash(_(N_("{count} applications were decided."), count=kit.number(done.result.count)))
    for left in done.result.left:
        kit.flash(_(N_("Left as it is: {name}. {why}"), name=left.name, why=left.why), "warning")
    return True
