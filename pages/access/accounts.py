"""Accounts (アカウント): who may sign in, with which permission sets."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import (
    AccountRow,
    AccountsAsk,
    CandidatesAsk,
    assign_many,
    list_accounts,
    list_candidates,
    open_account,
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


def opened(row: AccountRow) -> tuple[str, dict[str, int]]:
    """Return the page of an account."""
    return "access/account.py", {"id": row.id}


def opening(actor: Actor) -> None:
    """Open an account for somebody who has none."""
    if not all(actor.may(process.name, process.what) for process in (open_account, list_candidates)):
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
                kit.flash(_(N_("The account is open. Make a one-time link for it here.")))
                kit.go("access/account.py", {"id": done.result.id})


def giving(picked: list[AccountRow]) -> None:
    """Give one permission set to all accounts that were picked."""
    if not picked:
        st.caption(_(N_("Tick accounts to give the same permission set to all of them.")))
        return
    st.subheader(_(N_("Give a permission set to {count} accounts"), count=kit.number(len(picked))), anchor=False)
    st.caption(kit.literal(kit.joined(row.name for row in picked)))
    done = kit.operate(
        assign_many, "assign-many", fills={"account_ids": [row.id for row in picked]}, submit=_(N_("Give to all"))
    )
    if done:
        kit.flash(_(N_("Given to {given}; {there} had it already. It holds from their next click on."),
                    given=done.result.given, there=done.result.there))  # fmt: skip
        st.rerun()


actor = guard("access.accounts")
kit.header(_(N_("Accounts")), _(N_("Who may sign in, what they may do, and how far.")))
opening(actor)
question, empty = kit.filters(AccountsAsk), _(N_("No account is like this."))
if assign_many.allowed(actor):
    giving(kit.pick(list_accounts, question, columns=columns(), opens=opened, empty=empty))
else:
    kit.table(list_accounts, question, columns=columns(), opens=opened, empty=empty)
