"""The organisation's logo, and whether a browser shows the light or the dark theme."""

import re
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core import clock
from core.actor import Actor
from core.database import transaction
from core.settings import settings
from pages.public import cookies
from pages.public.sign_in import own_page
from services import setup

DIGEST = re.compile(r"[0-9a-f]{64}")
HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",  # another logo has another address
    "content-security-policy": "default-src 'none'; sandbox",
}
THEMES = {"system": "System", "light": "Light", "dark": "Dark"}
"""By the word in our address, what Streamlit's page shell calls it."""

YEAR_HOURS = 24 * 365
KEPT_FOR = timedelta(seconds=10)
_kept: dict[str, tuple[datetime, setup.Look]] = {}


def logo(request: Request) -> Response:
    """Answer with the logo of this digest: everybody may see it, since reply pages have no session."""
    digest = request.path_params["digest"]
    content = None
    if DIGEST.fullmatch(digest):
        with transaction(Actor.system("logo")) as tx:
            content = setup.logo(tx, digest)
    if content is None:
        return PlainTextResponse("Not found", 404)
    return Response(content, media_type="image/png", headers=HEADERS)


def choose_theme(request: Request) -> Response:
    """Keep what this browser is to show, and go back; a cookie, since it goes by the screen and not by the person."""
    chosen = request.path_params["theme"]
    answer = RedirectResponse(own_page(request.query_params.get("to", "")), 303, {"cache-control": "no-store"})
    if chosen in THEMES:
        answer.headers.append("set-cookie", cookies.setting(cookies.THEME, chosen, hours=YEAR_HOURS))
    return answer


def brand() -> setup.Look:
    """Return how the organisation looks, as it was at most ten seconds ago: many people open their links at once."""
    kept = _fresh()
    if kept is not None:
        return kept
    now = clock.now()
    with transaction(Actor.system("look")) as tx:
        found = setup.look(tx)
    _kept[_database()] = (now, found)
    return found


async def brand_awaited() -> setup.Look:
    """Return the same on the event loop, which does not wait for the database."""
    kept = _fresh()
    return kept if kept is not None else await run_in_threadpool(brand)


def _fresh() -> setup.Look | None:
    kept = _kept.get(_database())
    return kept[1] if kept and abs(clock.now() - kept[0]) <= KEPT_FOR else None


def _database() -> str:
    chosen = settings().database_url
    return chosen.get_secret_value() if chosen else ""


def theme_of(request: Request) -> str:
    """Return what this browser is to show: ``system``, ``light`` or ``dark``."""
    chosen = request.cookies.get(cookies.THEME, "system")
    return chosen if chosen in THEMES else "system"


ROUTES = [Route("/logo/{digest}.png", logo), Route("/theme/{theme}", choose_theme)]
