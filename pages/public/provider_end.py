"""Signing out at the identity provider as well (OpenID Connect RP-Initiated Logout 1.0), where it says how.

The provider wants back the id_token by which it named the person. It lies encrypted in a cookie that comes with these
addresses only, so any process can do it and no table holds it.
"""

import base64
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import secrets
from core.errors import Unavailable
from core.settings import settings
from pages.public import cookies, discovered
from pages.public.sign_in import ended, is_over

PURPOSE, ABOUT, PATH = "provider sign-out", "cookie", "/provider"
MOST_LETTERS = 3_500
"""Browsers keep cookies of 4,096 bytes; a larger token is not sent back, and the provider asks the person."""

log = structlog.get_logger("provider")


def remember(answer: Response, id_token: str) -> None:
    """Let the browser keep the token of somebody who came from the provider."""
    sealed = base64.urlsafe_b64encode(secrets.encrypt(PURPOSE, id_token, ABOUT)).decode()
    if len(sealed) > MOST_LETTERS:
        sealed = base64.urlsafe_b64encode(secrets.encrypt(PURPOSE, "", ABOUT)).decode()
    hours = settings().session_absolute_hours
    answer.headers.append("set-cookie", cookies.setting(cookies.provider_cookie(), sealed, hours=hours, path=PATH))


def end(request: Request) -> Response:
    """Clear the cookies of a session that has ended and lead to the provider, if its person came from there."""
    over = is_over(request)
    answer = ended(request, over=over)
    if not settings().provider or not over:
        return answer
    token = _kept(request)
    address = _address(token) if token is not None else None
    if address is not None:
        answer.headers["location"] = address
    answer.headers.append("set-cookie", cookies.clearing(cookies.provider_cookie(), path=PATH))
    return answer


def _kept(request: Request) -> str | None:
    cookie = request.cookies.get(cookies.provider_cookie())
    if not cookie:
        return None
    try:
        return secrets.decrypt(PURPOSE, base64.urlsafe_b64decode(cookie), ABOUT)
    except (ValueError, Unavailable):
        return None


def _address(token: str) -> str | None:
    try:
        way_out = discovered.way_out()
    except discovered.AWAY as error:
        log.warning("provider does not answer", reason=type(error).__name__)
        return None
    if way_out is None:
        return None
    asked = {"client_id": settings().oidc_client_id, "post_logout_redirect_uri": f"{settings().base_url}/"}
    hint = {"id_token_hint": token} if token else {}
    return f"{way_out}{'&' if '?' in way_out else '?'}{urlencode(hint | asked)}"


ROUTES = [Route("/provider/end", end)]
