"""How long which data is kept (保存期間, 個人情報保護法): the days of each kind, and what falls due under them."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.privacy import DueAsk, RetentionRow, due, retention, set_retention

actor = guard("privacy.retention")
may_set = actor.may("privacy.set_retention", What.DO)
may_look = actor.may("privacy.due", What.READ)
DAYS = N_("{count} days")


def show(row: RetentionRow) -> None:
    """Show a kind of data with its days, or the form that changes them."""
    open_now = kit.is_open(row.kind)
    with st.expander(f"**{kit.literal(row.title)}**　{_(DAYS, count=kit.number(row.days))}", expanded=open_now):
        st.markdown(kit.literal(row.erases))
        st.caption(_(N_("As shipped: {days} days; at least {least} days"), days=kit.number(row.default),
                     least=kit.number(row.least)))  # fmt: skip
        if open_now and may_set:
            change(row)
        elif may_set:
            kit.edit_button(row.kind)


def change(row: RetentionRow) -> None:
    """Ask for the days, and say what they would mean before they are saved."""
    key = f"retention-{row.kind}-{row.version}"
    days = st.number_input(
        _(N_("Kept for (days)")), min_value=row.least, max_value=36_500, value=max(row.days, row.least), key=key
    )
    if may_look:
        preview(row, int(days))
    saved = None
    with st.container(horizontal=True, gap="small"):
        if st.button(_(N_("Save")), key=f"{key}-save", type="primary"):
            saved = kit.do(set_retention, {"kind": row.kind, "days": int(days), "version": row.version})
            if saved:
                kit.flash(_(N_("Saved. What is older is erased in the next night.")))
        kit.close_after(saved, key)


def preview(row: RetentionRow, days: int) -> None:
    """Say how many rows the next night would erase."""
    found = kit.ask(due, DueAsk(kind=row.kind, days=days))
    count = f"{kit.number(found.count)}+" if found.more else kit.number(found.count)
    if found.count:
        sentence = N_("With {days} days, {count} rows are erased in the next night. Nothing brings them back.")
        st.warning(_(sentence, days=kit.number(days), count=count), icon=":material/delete_forever:")
    else:
        st.info(_(N_("With {days} days, nothing is erased in the next night."), days=kit.number(days)))


kit.header(
    _(N_("Retention")),
    _(N_("How long data about people is kept. What is older is erased every night, at about 3 o'clock.")),
)
for each in kit.ask(retention):
    show(each)
