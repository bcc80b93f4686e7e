"""The registration page as an app (アプリ): its script, its service worker, its manifest and icon; no secret in any.

A phone that keeps the page on its home screen opens the person's own page again, so the manifest names it.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.i18n import N_, _, using_language
from pages.public.look import brand
from pages.public.plain_form import HEADERS, wanted_language
from pages.public.rendering import language_of
from services.registration.links import token_in

HERE = Path(__file__).parent
SCRIPT = (HERE / "register_app.js").read_text(encoding="utf-8")
WORKER = (HERE / "worker.js").read_text(encoding="utf-8")
ASKED_AGAIN = {"cache-control": "no-cache"}
"""Browsers look for a newer worker themselves; an old script would not know its form."""

SIZES = (192, 512)
FOUR_TIMES = 4
"""Drawn larger, then made smaller: edges without steps."""

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; manifest-src 'self'; style-src 'unsafe-inline'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of the registration page where the app is used; without it, it runs no script at all."""


def script(_request: Request) -> Response:
    """Answer with what asks the browser, when somebody presses the button."""
    return Response(SCRIPT, media_type="text/javascript", headers=ASKED_AGAIN)


def worker(_request: Request) -> Response:
    """Answer with what shows messages, also while no page is open."""
    return Response(WORKER, media_type="text/javascript", headers=ASKED_AGAIN)


def manifest(request: Request) -> Response:
    """Answer with how the page looks on a home screen, and that it opens this person's."""
    token = token_in(request.path_params["token"])
    request.scope["path"] = "/register/-/app.webmanifest"  # in the same dict that servers write their access log from
    if token is None:
        return PlainTextResponse("Not found", 404)
    look = brand()
    with using_language(wanted_language(request) or language_of(request)):
        name = look.name or "Renraku"
        described = {
            "name": _(N_("{organisation}: messages"), organisation=name),
            "short_name": name[:12],
            "start_url": f"/register/{token}",
            "scope": "/register/",
            "display": "standalone",
            "theme_color": look.accent,
            "background_color": "#ffffff",
            "icons": [
                {"src": icon_address(size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
                for size in SIZES
            ],
        }
    return JSONResponse(described, media_type="application/manifest+json", headers=HEADERS)


def icon(request: Request) -> Response:
    """Answer with the icon in the organisation's colour."""
    size = request.path_params["size"]
    if size not in SIZES:
        return PlainTextResponse("Not found", 404)
    return Response(_drawn(brand().accent, size), media_type="image/png", headers={"cache-control": "max-age=3600"})


def icon_address(size: int) -> str:
    """Return where the icon is fetched."""
    return f"/register/icon-{size}.png"


ROUTES = [
    Route("/register/app.js", script),
    Route("/register/worker.js", worker),
    Route("/register/icon-{size:int}.png", icon),
    Route("/register/{token}/app.webmanifest", manifest),
]


@cache
def _drawn(colour: str, size: int) -> bytes:
    side = size * FOUR_TIMES
    image = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = (round(side * part) for part in (0.24, 0.27, 0.76, 0.64))
    draw.rounded_rectangle((left, top, right, bottom), radius=side // 12, fill="white")
    tail = [(left + side // 10, bottom - 1), (left + side // 4, bottom - 1), (left + side // 10, bottom + side // 8)]
    draw.polygon(tail, fill="white")
    for part in (0.37, 0.50, 0.63):
        middle, dot = (round(side * part), (top + bottom) // 2), side // 32
        draw.ellipse((middle[0] - dot, middle[1] - dot, middle[0] + dot, middle[1] + dot), fill=colour)
    kept = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()
