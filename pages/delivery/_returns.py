"""Returned mail (返送メール): the address for it, how it comes in, and how the last look into the mailbox went."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from pages.delivery._carried import FORM
from services.delivery import ReturnRow, ReturnsBy, edit_returns, returns

ADDRESS: kit.Layout = ["address"]
IMAP: kit.Layout = [("imap_host", "imap_port"), ("imap_security", "imap_folder"), ("imap_user", "imap_password")]
FIELDS = {
    "address": "", "imap_host": "", "imap_port": 993, "imap_security": "tls", "imap_folder": "INBOX", "imap_user": "",
    "imap_password": "",
}  # fmt: skip


def returned_mail(actor: Actor) -> None:
    """Show where mails go that a mail server took and could not deliver."""
    row = kit.ask(returns)
    st.subheader(_(N_("Returned mail")), anchor=False)
    st.caption(_(N_("What a mail server took and could not deliver comes back to an address of its own for each mail, "
                    "and then stands as failed in the broadcast and in the contact network.")))  # fmt: skip
    if actor.may("delivery.edit_returns", What.DO):
        _form(row)
    else:
        kit.facts({
            _(N_("How returned mail comes in")): row.by, _(N_("Address for returned mail")): row.address,
            _(N_("IMAP server")): row.imap_host,
        })  # fmt: skip
    _standing(row)


def _form(row: ReturnRow) -> None:
    ways = list(ReturnsBy)
    at = st.selectbox(
        _(N_("How returned mail comes in")), range(len(ways)), index=ways.index(row.by),
        format_func=lambda one: kit.said(ways[one]), key=f"returns-by-{row.version}", width=FORM,
    )  # fmt: skip
    chosen = ways[at]
    if chosen is row.by is ReturnsBy.NONE:
        return
    rows = {ReturnsBy.NONE: [], ReturnsBy.LMTP: ADDRESS, ReturnsBy.IMAP: [*ADDRESS, *IMAP]}[chosen]
    asked = {name for one in rows for name in ((one,) if isinstance(one, str) else one)}
    stays = {name: getattr(row, name, empty) for name, empty in FIELDS.items() if name not in asked}
    if kit.operate(
        edit_returns, f"returns-{row.version}-{chosen}", initial=row,
        fills={"version": row.version, "by": chosen, **stays}, rows=rows, submit=_(N_("Save")), done=_(N_("Saved.")),
    ):  # fmt: skip
        st.rerun()


def _standing(row: ReturnRow) -> None:
    if row.by is ReturnsBy.LMTP and row.listens:
        st.success(_(N_("Handed over at {place}."), place=kit.literal(row.listens)), icon=":material/move_to_inbox:")
    elif row.by is ReturnsBy.LMTP:
        st.warning(
            _(N_("Nobody takes it in yet: set RENRAKU_LMTP and start again; docs/deploy.md says how.")),
            icon=":material/hourglass_disabled:",
        )
    elif row.trouble:
        st.error(_(N_("The mailbox could not be read: {word}"), word=kit.literal(row.trouble)), icon=":material/error:")
    elif row.by is ReturnsBy.IMAP:
        last = _(N_("Last read at {moment}."), moment=kit.moment(row.read_at)) if row.read_at else ""
        st.info(last or _(N_("The mailbox is read within a minute.")), icon=":material/move_to_inbox:")
