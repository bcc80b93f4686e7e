"""Who is it, is the session still good, may they see this: asked from PostgreSQL on every run and for every change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import logs
from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _, listed, set_language
from core.operations import find
from core.transaction import Transaction
from pages.kit import looking, menu, why
from services import access

SIGNED_OUT = N_("You are signed out. Sign in again to go on.")


def from_cookie(tx: Transaction) -> Actor | None:
    """Return who the browser's session cookie stands for; the middleware put its hash where only it can."""
    token_hash = st.user.to_dict().get("session")
    return access.actor_of_session(tx, bytes.fromhex(str(token_hash))) if token_hash else None


actor_source: Callable[[Transaction], Actor | None] = from_cookie
"""The one seam through which an actor comes in; tests, which have no cookies, set it."""


_of_this_run: ContextVar[Actor | None] = ContextVar("actor of this run", default=None)


@contextmanager
def known(actor: Actor | None) -> Iterator[None]:
    """Let one run of the main script read with the actor that it began with; a fragment's own run begins anew."""
    before = _of_this_run.set(actor)
    try:
        yield
    finally:
        _of_this_run.reset(before)


def forget() -> None:
    """Ask anew from here on: something was changed, and it may have been a permission."""
    _of_this_run.set(None)


def actor_in(tx: Transaction, *, anew: bool) -> Actor | None:
    """Return who is signed in, as this run knows it or ``anew``, and speak their language; None: nobody."""
    actor = (None if anew else _of_this_run.get()) or actor_source(tx)
    if actor is not None:
        set_language(actor.language)
    return actor


def current_actor() -> Actor | None:
    """Return who is signed in, with the grants that they have; None: nobody."""
    if (actor := _of_this_run.get()) is not None:
        return actor
    with transaction(Actor.system("console")) as tx:
        return actor_in(tx, anew=True)


def open_to_all() -> None:
    """Let everybody see a page, in the browser's language: the sign-in and the first start, instead of ``guard``."""
    wanted = st.query_params.get("lang") or (st.context.locale or "ja")
    set_language("ja" if wanted.startswith("ja") else "en")


def way_in() -> str:
    """Return the page for somebody who is not signed in."""
    open_to_all()
    with transaction(Actor.system("console")) as tx:
        return "access/sign_in.py" if access.has_accounts(tx) else "setup/start.py"


def guard(*processes: str) -> Actor:
    """Stop the run with a sentence unless somebody is signed in who may use one of ``processes``.

    The first statement of every page, and of every fragment (a fragment runs without the page around it). Without
    processes, being signed in is enough. Operations and queries check again.
    """
    actor = current_actor()
    context = get_script_run_ctx()
    if actor is None:
        if context is not None and context.fragment_ids_this_run:
            st.rerun(scope="app")  # the console then shows the sign-in in place of what an open tab still shows
        st.info(_(SIGNED_OUT), icon=":material/lock:")
        st.stop()
    if context is not None and context.fragment_ids_this_run and looking.changed(actor):
        st.rerun(scope="app")
    looker = {"looker": actor.looker.account_id} if actor.looker else {}
    logs.begin(account=actor.account_id, page=urlsplit(st.context.url or "").path, **looker)
    asked = [find(name) for name in processes]
    if asked and not any(process.allowed(actor) for process in asked):
        wanted = listed(process.title for process in asked)
        sentence = N_("You do not have the permission for this page ({wanted}). Ask an administrator for it.")
        st.warning(_(sentence, wanted=wanted), icon=":material/lock:")
        why.refused(actor, processes)
        menu.way_out()
        st.stop()
    return actor
