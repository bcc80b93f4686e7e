"""Notices (お知らせ): write them, say for whom and how long, see how many have read them, retire them."""

from collections.abc import Sequence

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.home import (
    NoticeRow,
    NoticesAsk,
    NoticeState,
    WhichNotice,
    edit_notice,
    notices,
    retire_notice,
)

actor = guard("home.notices")
BADGES = {NoticeState.SHOWN: "green", NoticeState.COMING: "blue", NoticeState.OVER: "gray"}
ROWS: kit.Layout = ["title", "text", ("from_on", "until_on"), ("set_id", "department_id")]
may_edit = actor.may("home.edit_notice", What.DO)
may_retire = actor.may("home.retire_notice", What.DO)


def show(row: NoticeRow) -> None:
    """Show a notice, and what can be done with it."""
    open_now = kit.is_open(row.id)
    badge = f":{BADGES[row.state]}-badge[{kit.said(row.state)}]"
    with st.expander(f"{badge} **{kit.literal(row.title)}**", expanded=open_now):
        if open_now and may_edit and row.retired_at is None:
            edit(row)
            return
        kit.prose(row.text)
        kit.facts(
            {
                _(N_("Shown")): f"{kit.day(row.from_on)} – {kit.day(row.until_on) if row.until_on else ''}",
                _(N_("For whom")): " / ".join(filter(None, (row.set_name, row.department))) or _(N_("Everybody")),
                _(N_("Read by")): _(N_("{count} people"), count=kit.number(row.read)),
            },
            label=row.title,
        )
        if row.retired_at:
            st.caption(_(N_("Retired on {moment}."), moment=kit.moment(row.retired_at)))
            return
        with st.container(horizontal=True, gap="small"):
            if may_edit:
                kit.edit_button(row.id)
            if may_retire and st.button(_(N_("Stop showing")), key=f"retire-{row.id}", icon=":material/archive:"):
                kit.confirm(
                    _(N_("Stop showing “{title}”?"), title=row.title), _(N_("Nobody sees it on Home any more.")),
                    yes=_(N_("Stop showing")), then=lambda: kit.do(retire_notice, WhichNotice(id=row.id)),
                )  # fmt: skip


def edit(row: NoticeRow | None) -> None:
    """Show the form of a notice, or of a new one."""
    fills = {"id": row.id, "version": row.version} if row else {"id": None, "version": None}
    key = f"notice-{row.id}-{row.version}" if row else "notice-new"
    submit = _(N_("Save")) if row else _(N_("Publish"))
    saved = kit.operate(
        edit_notice, key, initial=row, rows=ROWS, fills=fills, submit=submit, done=_(N_("Saved.")),
        also={
            "set_id": {row.set_id: row.set_name} if row and row.set_id else {},
            "department_id": {row.department_id: row.department} if row and row.department_id else {},
        },
    )  # fmt: skip
    kit.close_after(saved, key)


def show_all(rows: Sequence[NoticeRow]) -> None:
    """Show a page of notices."""
    for each in rows:
        show(each)


kit.header(
    _(N_("Notices")), _(N_("What people see on Home: all of them, those with a permission set, or a department."))
)
if may_edit:
    kit.new_row(_(N_("Write a notice")), _(N_("New notice")), lambda: edit(None))
kit.paged(
    notices, kit.filters(NoticesAsk), show_all, unit=N_("{count} notices"),
    empty=_(N_("There is no such notice. Write one, and everybody whom it is for sees it on Home.")),
)  # fmt: skip
