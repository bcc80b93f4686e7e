"""The addresses below ``/scim/``: from key to answer as for every machine, one transaction of the key's account."""

from scim2_models import NotFoundException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.database import connected, transaction
from core.i18n import N_, set_language
from core.line import Line
from core.settings import settings
from core.transaction import Alone
from pages.public.api import reading
from pages.public.api.limits import tell_limits
from pages.public.api.problems import NoKey, TooManyRequests
from pages.public.scim.problems import problem, said
from pages.public.scim.service import SERVICE
from pages.public.scim.storage import Rooms
from services import access

BASE = "/scim/v2"


class Calls:
    """Everything below ``/scim/``, with every method."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        set_language(reading.language_of(request))
        try:
            reading.key_of(request)
            response = await run_in_threadpool(_answered, request, await reading.body_of(request))
        except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
            response = problem(error)
        await response(scope, receive, send)


def _answered(request: Request, body: bytes) -> Response:
    with connected() as line:
        key = access.recognise(Alone(line), reading.key_of(request))  # it counts, whatever becomes of it
        if key is None:
            raise NoKey(N_("This API key is wrong, expired or revoked."))
        set_language(reading.language_of(request) or key.actor.language)
        try:
            response = _done(request, line, key, body)
        except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
            response = problem(error)
    tell_limits(response, key)
    return response


def _done(request: Request, line: Line, key: access.Recognised, body: bytes) -> Response:
    if key.too_many:
        raise TooManyRequests(N_("This key was used more than {limit} times within a minute."), limit=key.limit)
    path = request.url.path
    if not path.startswith(f"{BASE}/"):
        raise NotFoundException(detail=f"There is nothing here. SCIM begins at {BASE}.")
    asked = ScimRequest(
        method=request.method,
        base_url=f"{settings().base_url}{BASE}",
        path=path.removeprefix(BASE),
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
    )
    with transaction(key.actor, on=line) as tx:
        answer = ScimHandler(SERVICE, Rooms(tx)).handle(asked)
    return said(answer.status, answer.body, answer.headers)


ROUTES = [Route("/scim/{rest:path}", Calls())]
