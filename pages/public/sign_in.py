"""From a one-time code to the session cookie, and the cookie's end."""

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.actor import Actor
from core.database import transaction
from core.settings import settings
from pages.public import cookies
from pages.public.gate import HIDDEN_QUERY
from services import access

NO_STORE = {"cache-control": "no-store"}


def open_session(request: Request) -> Response:
    """Turn the code into a cookie and go where the person wanted to; a code that is no good leads to the sign-in."""
    query = parse_qs(request.scope.get(HIDDEN_QUERY, b"").decode("latin-1"))
    code, to = query.get("code", [""])[0], query.get("to", [""])[0]
    browser = cookies.read(request.scope, cookies.browser_cookie())
    before = cookies.read(request.scope, cookies.session_cookie())
    token = None
    if browser:
        with transaction(Actor.system("sign-in")) as tx:
            token = access.exchange_code(tx, code, browser, user_agent=request.headers.get("user-agent", ""),
                                         address=request.client.host if request.client else "")  # fmt: skip
            if token and before:
                access.end_session_of_cookie(tx, before)
    if token is None:
        return RedirectResponse("/?late=1", 303, NO_STORE)
    return signed_in(token, to)


def signed_in(token: str, to: str = "") -> Response:
    """Set the cookie and go to one of our own pages."""
    answer = RedirectResponse(own_page(to), 303, NO_STORE)
    answer.headers.append(
        "set-cookie", cookies.setting(cookies.session_cookie(), token, hours=settings().session_absolute_hours)
    )
    return answer


def end_session(request: Request) -> Response:
    """Clear the cookie of a session that has ended; not of a living one, so that no other site signs anyone out."""
    return ended(request, over=is_over(request))


def ended(request: Request, *, over: bool) -> Response:
    """Go to one of our own pages, without the cookie of a session that is over."""
    answer = RedirectResponse(own_page(request.query_params.get("to", "")), 303, NO_STORE)
    if over:
        answer.headers.append("set-cookie", cookies.clearing(cookies.session_cookie()))
    return answer


def is_over(request: Request) -> bool:
    """Say whether a request comes with the cookie of a session that has ended."""
    token = cookies.read(request.scope, cookies.session_cookie())
    if not token:
        return False
    with transaction(Actor.system("sign-out")) as tx:
        return not access.is_living(tx, access.hash_of(token))


def own_page(to: str) -> str:
    """Return an address of ours for what a link says it leads to; never another site's."""
    return f"/{to}" if to.replace("-", "").isalnum() and to.isascii() else "/"


ROUTES = [Route("/session/open", open_session), Route("/session/end", end_session)]
