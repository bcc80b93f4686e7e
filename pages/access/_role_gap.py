"""What the role of a shipped permission set may do by now and the set may not: listed, added by one button."""

from collections.abc import Collection
from itertools import groupby

import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from services.access import ChangedSet, ChangedSets, ProcessRow, RoleGap, edit_sets


def role_gap(gap: RoleGap, processes: list[ProcessRow], *, changeable: bool) -> None:
    """Say what the set lacks, by category, and offer to add all of it."""
    with st.container(border=True, gap="small"):
        st.markdown(
            _(N_("**{count} permissions that this role has by now are not in this set.**"), count=len(gap.lacks))
        )
        st.caption(
            _(N_("They came with updates after the set was made. Nothing is added by itself; single ones are ticked "
                 "below."))
        )  # fmt: skip
        st.markdown("\n".join(f"- {line}" for line in _lines(processes, gap.lacks)))
        if gap.taken:
            left_out = kit.joined(_name(row) for row in processes if row.grant in gap.taken)
            st.caption(_(N_("Left out, since somebody took it away from this set: {names}"), names=left_out))
        if changeable and st.button(
            _(N_("Add these {count} permissions"), count=len(gap.lacks)), icon=":material/add:", key="role-gap"
        ):
            _add(gap)


def _add(gap: RoleGap) -> None:
    added = ChangedSets(sets=[ChangedSet(id=gap.set_id, version=gap.version, given=gap.lacks)])
    if kit.do(edit_sets, added):
        kit.flash(_(N_("Saved. It holds from the next click of everybody who has this permission set.")))
        st.rerun()


def _lines(processes: list[ProcessRow], grants: Collection[str]) -> list[str]:
    rows = [row for row in processes if row.grant in grants]
    return [
        f"**{title}**　{kit.literal(kit.joined(_name(row) for row in group))}"
        for title, group in groupby(rows, key=lambda row: row.category_title)
    ]


def _name(row: ProcessRow) -> str:
    return aside(row.title, kit.said(row.what))
