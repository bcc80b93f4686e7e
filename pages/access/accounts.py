"""Accounts (アカウント): who may sign in, with which permission sets and how far; one-time links; stopping."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.operations import Operation
from pages import kit
from pages.kit.guard import guard
from services.access import (
    AccountRow,
    AccountsAsk,
    CandidatesAsk,
    WhichAccount,
    WhichAssignment,
    assign,
    invite,
    list_accounts,
    list_candidates,
    open_account,
    reopen_account,
    sign_out_everywhere,
    stop_account,
    unassign,
)


def columns() -> dict[str, kit.Column | str]:
    """Return what the list shows."""
    return {
        "name": kit.Column(_(N_("Name")), sort="name"),
        "code": _(N_("Code")),
        "login": kit.Column(_(N_("Login name")), sort="login"),
        "status": kit.Column(_(N_("Status")), value=lambda row: _(N_("Locked")) if row.locked else row.status),
        "assignments": kit.Column(
            _(N_("Permission sets")), value=lambda row: [one.set_name for one in row.assignments]
        ),
        "signed_in_at": _(N_("Last sign-in")),
    }


def may(actor: Actor, operation: Operation) -> bool:
    """Say whether a button is worth showing; the operation checks again."""
    return actor.may(operation.name, operation.what)


def opening(actor: Actor) -> None:
    """Open an account for somebody who has none."""
    if not may(actor, open_account) or not may(actor, list_candidates):
        return
    with st.expander(_(N_("Open an account")), icon=":material/person_add:"):
        text = st.text_input(_(N_("Name, kana or code of the person")), key="candidate")
        found = kit.ask(list_candidates, CandidatesAsk(text=text)) if text and text.strip() else []
        if text and not found:
            st.info(_(N_("Nobody without an account is called so. Look in the list below.")))
        if found:
            names = {one.value: one.label for one in found}
            person = st.selectbox(_(N_("Person")), names, format_func=names.__getitem__, key="person")
            done = kit.operate(open_account, f"open-{person}", fills={"person_id": person}, submit=_(N_("Open")))
            if done:
                kit.flash(_(N_("The account is open. Make a one-time link for it below.")))
                st.query_params.from_dict({"id": str(done.result.id), "text": names[person].partition(" (")[0]})
                st.rerun()


def handling(actor: Actor, row: AccountRow) -> None:
    """Do something with the account that was picked."""
    which = WhichAccount(id=row.id)
    with st.container(horizontal=True, gap="small"):
        if row.status != "stopped" and may(actor, invite):
            link = st.button(_(N_("Make a one-time link")), icon=":material/link:", key="invite", type="primary")
        else:
            link = False
        if row.sessions and may(actor, sign_out_everywhere):
            ask_first(sign_out_everywhere, which, _(N_("Sign out everywhere")), _(N_("Signed out everywhere.")))
        if row.status != "stopped" and may(actor, stop_account):
            ask_first(stop_account, which, _(N_("Stop the account")), _(N_("The account is stopped.")))
        if (row.status == "stopped" or row.locked) and may(actor, reopen_account):
            ask_first(reopen_account, which, _(N_("Open the account again")), _(N_("The account is open again.")))
    if link and (done := kit.do(invite, which)):
        st.code(done.result.url, language=None, wrap_lines=True)
        until = kit.moment(done.result.valid_until)
        st.info(
            _(
                N_("Give this link to the person yourself. It works once, until {until}, and is shown only now."),
                until=until,
            )
        )


def ask_first(operation: Operation, which: WhichAccount, label: str, done: str) -> None:
    """Show a button that asks once more before it does what it says."""
    with st.popover(label):
        st.markdown(_(N_("This takes effect at once.")))
        if st.button(label, key=operation.name, type="primary") and kit.do(operation, which):
            kit.flash(done)
            st.rerun()


def assignments(actor: Actor, row: AccountRow) -> None:
    """Show and change what the account may do."""
    for one in row.assignments:
        with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
            st.markdown(f"**{one.set_name}**  \n{one.department or kit.said(one.reach)}", width="stretch")
            taken = may(actor, unassign) and st.button(_(N_("Take away")), key=f"take-{one.id}")
        if taken and kit.do(unassign, WhichAssignment(id=one.id)):
            kit.flash(_(N_("Taken away. It holds from the person's next click on.")))
            st.rerun()
    if not row.assignments:
        st.info(_(N_("No permission set yet: this person sees only the own account.")))
    if may(actor, assign):
        with st.expander(_(N_("Give a permission set")), icon=":material/add:", expanded=not row.assignments):
            given = _(N_("Given. It holds from the person's next click on."))
            if kit.operate(assign, f"assign-{row.id}", fills={"account_id": row.id}, submit=_(N_("Give")), done=given):
                st.rerun()


actor = guard("access.accounts")
kit.header(_(N_("Accounts")), _(N_("Who may sign in, what they may do, and how far.")))
opening(actor)
picked = kit.table(
    list_accounts, kit.filters(AccountsAsk), columns=columns(), selects=True, empty=_(N_("No account is like this."))
)
if picked:
    st.subheader(f"{picked.name} ({picked.login})", anchor=False)
    handling(actor, picked)
    assignments(actor, picked)
