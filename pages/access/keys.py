"""API keys (APIキー, N11): by which machines act for an account; made, looked at, revoked."""

from typing import Any

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.operations import Process
from pages import kit
from pages.kit.guard import guard
from pages.scim._connect import connecting
from services.access import (
    AccountsAsk,
    AccountStatus,
    KeyRow,
    KeysAsk,
    MadeKey,
    WhichKey,
    list_accounts,
    list_keys,
    make_key,
    revoke_key,
)

ACTIVE = AccountsAsk(status=AccountStatus.ACTIVE, size=20)


def may(actor: Actor, process: Process[Any, Any]) -> bool:
    """Say whether something is worth showing; the process checks again."""
    return actor.may(process.name, process.what)


def making(actor: Actor) -> None:
    """Make a key for the own account, or for one that is looked for."""
    if not may(actor, make_key):
        return
    with st.expander(_(N_("Make an API key")), icon=":material/add:"):
        names = {actor.account_id: _(N_("My own account"))}
        if may(actor, list_accounts):
            text = st.text_input(_(N_("Look for another account (name, kana, code or login name)")), key="whose")
            if text:
                found = kit.ask(list_accounts, ACTIVE.model_copy(update={"text": text[:100]})).rows
                if not found:
                    st.info(_(N_("No account is like this.")))
                    return
                names = {row.id: f"{row.name} ({row.code})" for row in found}
        account = st.selectbox(_(N_("The key acts for")), names, format_func=names.__getitem__, key="account")
        made = kit.operate(make_key, f"key-{account}", fills={"account_id": account}, submit=_(N_("Make the key")))
        if made:
            shown_once(made.result)


def shown_once(made: MadeKey) -> None:
    """Show the key this once."""
    st.code(made.key, language=None, wrap_lines=True)
    sentence = N_("Copy the key now: it is shown only this once. It works until {until}.")
    st.info(_(sentence, until=kit.moment(made.expires_at)), icon=":material/key:")


def columns() -> dict[str, kit.Column | str]:
    """Return what the list shows."""
    return {
        "name": _(N_("Name of the key")),
        "prefix": kit.Column(_(N_("Begins with")), value=lambda row: f"{row.prefix}…"),
        "person": kit.Column(_(N_("The key acts for")), value=lambda row: f"{row.person} ({row.code})"),
        "set_name": _(N_("Permission set")),
        "state": _(N_("Status")),
        "used_at": _(N_("Last used")),
        "expires_at": _(N_("Works until")),
    }


def revoking(actor: Actor, row: KeyRow) -> None:
    """Offer to revoke the key that was picked."""
    if row.state != "living" or not may(actor, revoke_key):
        return
    if st.button(_(N_("Revoke “{name}”"), name=row.name), icon=":material/block:", key="revoke"):
        kit.confirm(
            _(N_("Revoke “{name}”?"), name=row.name),
            _(N_("Whatever uses this key is refused from its next request on. This cannot be undone.")),
            yes=_(N_("Revoke")), then=lambda: revoked(row),
        )  # fmt: skip


def revoked(row: KeyRow) -> bool:
    """Revoke the key and say so with the next run."""
    if not kit.do(revoke_key, WhichKey(id=row.id)):
        return False
    kit.flash(_(N_("“{name}” was revoked."), name=row.name))
    return True


actor = guard("access.list_keys")
kit.header(_(N_("API keys")), _(N_("By which other systems act for an account. How they do it stands in docs/api.md.")))
making(actor)
connecting(actor)
picked = kit.table(
    list_keys,
    kit.filters(KeysAsk),
    columns=columns(),
    selects=True,
    unit=N_("{count} keys"),
    empty=_(N_("No key is like this.")),
)
if picked is not None:
    revoking(actor, picked)
