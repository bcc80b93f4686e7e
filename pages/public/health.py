"""A sign of life for machines: 200 only if the database answers and its migrations are the ones of this code."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core import logs
from services.health import look


def healthz(request: Request) -> JSONResponse:  # noqa: ARG001 - the shape of a route
    """Answer ``{"database": …, "migrations": …, "worker": …}``; a missing worker delays work but stops no page."""
    try:
        health = look()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is 503
        return JSONResponse({"database": False, "fault": logs.fault(error)}, 503)
    return JSONResponse({"database": True, "migrations": health.migrations, "worker": health.worker},
                        200 if health.migrations else 503)  # fmt: skip


def readyz(request: Request) -> JSONResponse:
    """Say whether a balancer may send requests here: the database answers, with the migrations of this code."""
    status = healthz(request).status_code
    return JSONResponse({"ready": status == 200}, status)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
