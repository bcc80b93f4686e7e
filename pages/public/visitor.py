"""Whose request it is, for routes that people with a session ask."""

from starlette.requests import Request

from core.actor import Actor
from core.database import transaction
from core.errors import NotAllowed
from core.i18n import N_
from pages.public.gate import SESSION_HEADER
from services import access


def actor_of(request: Request, cause: str) -> Actor:
    """Return who is signed in, with the permissions of this moment.

    Raises:
        NotAllowed: when nobody is.
    """
    token_hash = request.headers.get(SESSION_HEADER)
    with transaction(Actor.system(cause)) as tx:
        actor = access.actor_of_session(tx, bytes.fromhex(token_hash)) if token_hash else None
    if actor is None:
        raise NotAllowed(N_("You are signed out. Sign in again to go on."))
    return actor
