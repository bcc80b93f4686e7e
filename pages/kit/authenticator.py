"""What of streamlit-authenticator is safe, and nothing else: its hasher behind its login controller.

It is given the one account in question, never all of them; no cookie, no registration, no reminder of its own. What
it notes in the session's state is thrown away: identity is read from our session row on every run.
"""

import secrets

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController

from core.actor import Actor
from core.database import transaction
from services import access

NOTES = ("name", "username", "authentication_status", "email", "roles", "logout", "password_hint")


def check(login: str, password: str, browser_hash: bytes) -> str | None:
    """Return a one-time code for this browser if login and password belong together, else None.

    The attempt is counted in a transaction of its own before the password is looked at, so that an attempt whose
    connection breaks has counted too; the quarter second of bcrypt holds no transaction open.
    """
    with transaction(Actor.system("sign-in")) as tx:
        attempt = access.begin_attempt(tx, login)
    if not access.fits(password.strip()) or not _agrees(attempt, password):
        return None
    with transaction(Actor.system("sign-in")) as tx:
        return access.succeed(tx, attempt, browser_hash)


def _agrees(attempt: access.Attempt, password: str) -> bool:
    credentials = {"usernames": {attempt.login: {"password": attempt.password_hash}}}
    controller = AuthenticationController(credentials, auto_hash=False, secret_key=secrets.token_hex())
    agreed = controller.login(attempt.login, password) is True
    for note in NOTES:
        st.session_state.pop(note, None)
    return agreed
