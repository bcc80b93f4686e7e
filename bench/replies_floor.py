"""The floor of bench-replies: a bare Starlette route that reads the form's bytes and answers, without a database."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route


async def answer(request: Request) -> RedirectResponse:
    """Read what was sent and lead on."""
    await request.body()
    return RedirectResponse(f"{request.url.path}/done", 303)


app = Starlette(routes=[Route("/r/{token}", answer, methods=["POST"])])
