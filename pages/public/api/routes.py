"""The addresses below ``/api/``. Whatever happens there is answered as a machine reads it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.errors import NotFound
from core.i18n import N_, using_language
from pages.public.api import reading
from pages.public.api.calls import done
from pages.public.api.describe import description
from pages.public.api.keyed import Keyed
from pages.public.api.problems import WrongMethod, problem


def described(request: Request) -> Response:
    """Answer with the OpenAPI description, in the language that is asked for."""
    with using_language(reading.language_of(request)):
        if request.method not in {"GET", "HEAD"}:
            return problem(WrongMethod(N_("Call this with {method}."), method="GET", allow="GET"))
        return Response(description(), headers={"cache-control": "no-cache"}, media_type="application/json")


class Nowhere:
    """Every other address below ``/api/``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say that there is nothing."""
        with using_language(reading.language_of(Request(scope))):
            answer = problem(NotFound(N_("There is nothing at this address. See /api/v1/openapi.json.")))
        await answer(scope, receive, send)


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ROUTES = [
    Route("/api/v1/openapi.json", described, methods=METHODS),
    Route("/api/v1/{category}/{process}", Keyed(done, problem)),
    Route("/api/{rest:path}", Nowhere()),
]
