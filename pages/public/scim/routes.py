"""The addresses below ``/scim/``: from key to answer as for every machine, one transaction of the key's account."""

from scim2_models import NotFoundException
from scim2_server.requests import ScimRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.database import transaction
from core.line import Line
from core.settings import settings
from pages.public.api.keyed import Keyed
from pages.public.scim.handler import Handler
from pages.public.scim.problems import problem, said
from pages.public.scim.storage import Rooms
from services import access

BASE = "/scim/v2"
READING = {"GET", "HEAD"}


def done(request: Request, line: Line, key: access.Recognised, body: bytes) -> Response:
    """Answer one request of SCIM."""
    path = request.url.path
    if not path.startswith(f"{BASE}/"):
        raise NotFoundException(detail=BASE)
    asked = ScimRequest(
        method=request.method,
        base_url=f"{settings().base_url}{BASE}",
        path=path.removeprefix(BASE),
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        subject=key.actor,
    )
    writes = request.method not in READING and not path.endswith("/.search")
    with transaction(key.actor, on=line) as tx:
        answer = Handler(Rooms(tx, writes=writes), asked).handle(asked)
    return said(answer.status, answer.body, answer.headers)


ROUTES = [Route("/scim/{rest:path}", Keyed(done, problem))]
