"""What of streamlit-authenticator is safe, and nothing else: its hasher behind its login controller.

It is given the one account in question, never all of them; no cookie, no registration, no reminder of its own. What
it notes in the session's state is thrown away: identity is read from our session row on every run.
"""

import secrets
from dataclasses import dataclass

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController

from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from services import access

NOTES = ("name", "username", "authentication_status", "email", "roles", "logout", "password_hint")


@dataclass(frozen=True)
class Second:
    """What came of the second factor: a code, nothing (it was wrong), or a sentence why one has to begin again."""

    code: str | None
    over: str = ""


def check(login: str, password: str, browser_hash: bytes, network: str) -> access.Passed | None:
    """Return a one-time code for this browser if login and password belong together, else None.

    The attempt is counted in a transaction of its own before the password is looked at, so that an attempt whose
    connection breaks has counted too; the quarter second of bcrypt holds no transaction open.
    """
    with transaction(Actor.system("sign-in")) as tx:
        attempt = access.begin_attempt(tx, login, network)
    if not access.fits(password.strip()) or not _agrees(attempt, password):
        return None
    with transaction(Actor.system("sign-in")) as tx:
        return access.succeed(tx, attempt, browser_hash)


def check_second(half: str, typed: str, browser_hash: bytes, network: str) -> Second:
    """Return a one-time code if what was typed is the second factor of whoever gave the password."""
    try:
        with transaction(Actor.system("sign-in")) as tx:
            return Second(access.answer_second_factor(tx, half, browser_hash, typed, network))
    except RenrakuError as error:
        return Second(None, error.text)


def _agrees(attempt: access.Attempt, password: str) -> bool:
    credentials = {"usernames": {attempt.login: {"password": attempt.password_hash}}}
    controller = AuthenticationController(credentials, auto_hash=False, secret_key=secrets.token_hex())
    agreed = controller.login(attempt.login, password) is True
    for note in NOTES:
        st.session_state.pop(note, None)
    return agreed
