"""One account (アカウント): its one-time link, its permission sets with their reach, stopping and opening it again."""

from typing import Any

import streamlit as st

from core.actor import Actor
from core.errors import NotFound
from core.i18n import N_, _
from core.operations import Operation
from pages import kit
from pages.access._assignments import assignments
from pages.kit.guard import guard
from pages.kit.redirect import redirect
from services.access import (
    AccountRow,
    AccountsAsk,
    WhichAccount,
    explain,
    invite,
    list_accounts,
    look_as,
    remove_second_factor,
    reopen_account,
    sign_out_everywhere,
    stop_account,
)


def may(actor: Actor, operation: Operation[Any, Any]) -> bool:
    """Say whether a button is worth showing; the operation checks again."""
    return actor.may(operation.name, operation.what)


def facts(row: AccountRow) -> None:
    """Say how the account stands."""
    state = _(N_("Locked after too many wrong passwords or codes")) if row.locked else kit.said(row.status)
    shown = {
        _(N_("Login name")): row.login,
        _(N_("Status")): state,
        _(N_("Last sign-in")): kit.moment(row.signed_in_at),
        _(N_("Browsers signed in")): kit.number(row.sessions),
        _(N_("Two-step sign-in")): _(N_("On")) if row.second_factor else _(N_("Off")),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in shown.items():
            st.markdown(f"{label}: **{kit.literal(value)}**", width="content")


def handling(actor: Actor, row: AccountRow) -> None:
    """Do something with the account that was opened."""
    which = WhichAccount(id=row.id)
    with st.container(horizontal=True, gap="small"):
        if row.status != "stopped" and may(actor, invite):
            link = st.button(_(N_("Make a one-time link")), icon=":material/link:", key="invite", type="primary")
        else:
            link = False
        if row.sessions and may(actor, sign_out_everywhere):
            ask_first(sign_out_everywhere, which, _(N_("Sign out everywhere")), _(N_("Signed out everywhere.")))
        looks = row.status == "active" and row.id != actor.account_id and may(actor, look_as)
        looks = looks and st.button(_(N_("Look as this person")), icon=":material/visibility:", key="look")
        if row.status != "stopped" and may(actor, stop_account):
            ask_first(stop_account, which, _(N_("Stop the account")), _(N_("The account is stopped.")))
        if (row.status == "stopped" or row.locked) and may(actor, reopen_account):
            ask_first(reopen_account, which, _(N_("Open the account again")), _(N_("The account is open again.")))
        if row.second_factor and may(actor, remove_second_factor):
            removed = _(N_("Removed. The password alone is enough now."))
            ask_first(remove_second_factor, which, _(N_("Remove two-step sign-in")), removed)
    if looks and kit.do(look_as, which):
        redirect("/")
    if link and (done := kit.do(invite, which)):
        st.code(done.result.url, language=None, wrap_lines=True)
        until = kit.moment(done.result.valid_until)
        st.info(
            _(
                N_("Give this link to the person yourself. It works once, until {until}, and is shown only now."),
                until=until,
            )
        )


def ask_first(operation: Operation[Any, Any], which: WhichAccount, label: str, done: str) -> None:
    """Show a button that asks once more before it does what it says."""
    with st.popover(label):
        st.markdown(_(N_("This takes effect at once.")))
        if st.button(label, key=operation.name, type="primary") and kit.do(operation, which):
            kit.flash(done)
            st.rerun()


actor = guard("access.accounts")
found = kit.ask(list_accounts, AccountsAsk(id=kit.number_in_address("id"))).rows
if not found:
    st.info(_(N_("This account does not exist, or is outside your reach.")))
    kit.explain(NotFound(""), list_accounts.name)
    kit.way_out()
    st.stop()
account = found[0]
kit.header(f"{account.name} ({account.code})", back=(_(N_("Accounts")), "access/accounts.py"))
facts(account)
handling(actor, account)
st.subheader(_(N_("Permission sets")), anchor=False)
assignments(actor, account)
if explain.allowed(actor):
    label = _(N_("What this person may do, and through which set"))
    st.page_link("access/may.py", label=label, icon=":material/rule:", query_params={"id": str(account.id)})
