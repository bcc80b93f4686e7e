"""The QR code of a second factor that waits to be confirmed: for its owner's session only, and kept nowhere."""

from io import BytesIO

import segno
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.actor import Actor
from core.database import transaction
from pages.public.gate import SESSION_HEADER
from services import access

HEADERS = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}


def picture(request: Request) -> Response:
    """Answer with the picture as SVG; 404 for everybody who is not setting one up at this moment."""
    token_hash = request.headers.get(SESSION_HEADER)
    with transaction(Actor.system("second factor")) as tx:
        actor = access.actor_of_session(tx, bytes.fromhex(token_hash)) if token_hash else None
        owner = actor.account_id if actor and actor.looker is None else None
        address = access.address_of(tx, owner) if owner is not None else None
    if address is None:
        return PlainTextResponse("Not found", 404)
    drawn = BytesIO()
    # A white border of four modules, in the dark theme too: cameras need it.
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=4, light="white")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers=HEADERS)


ROUTES = [Route("/second-factor/qr", picture)]
