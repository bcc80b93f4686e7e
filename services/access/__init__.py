"""Access (権限, X06, D05): accounts, sign-in, sessions, permission sets and how far they reach."""

from services.access.accounts import open_accounts, stop_accounts_of, taken_logins, usable_login
from services.access.actors import actor_for, grants_of
from services.access.first import has_accounts, make_first_administrator, sync_shipped_sets
from services.access.own import sign_out
from services.access.passwords import fits
from services.access.reach import departments_within, people_within
from services.access.sessions import actor_of_session, end_session_of_cookie, is_living, start_session
from services.access.sign_in import Attempt, begin_attempt, exchange_code, issue_code, succeed
from services.access.tokens import hash_of, new_token

__all__ = [
    "Attempt",
    "actor_for",
    "actor_of_session",
    "begin_attempt",
    "departments_within",
    "end_session_of_cookie",
    "exchange_code",
    "fits",
    "grants_of",
    "has_accounts",
    "hash_of",
    "is_living",
    "issue_code",
    "make_first_administrator",
    "new_token",
    "open_accounts",
    "people_within",
    "sign_out",
    "start_session",
    "stop_accounts_of",
    "succeed",
    "sync_shipped_sets",
    "taken_logins",
    "usable_login",
]  # fmt: skip
