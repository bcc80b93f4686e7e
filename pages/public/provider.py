"""Signing in through an identity provider by OpenID Connect: there and back, and then as with a password.

What is remembered meanwhile (state, nonce, PKCE verifier) lies encrypted in a cookie of ten minutes, so any process can
take the way back. What comes of it is the same one-time code that a right password gives.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, urlencode

import httpx
import structlog
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core import clock
from core import secrets as keys
from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.settings import settings
from pages.public import cookies, discovered, provider_end
from pages.public.gate import HIDDEN_QUERY
from pages.public.sign_in import NO_STORE
from pages.public.throttle import Throttle
from services import access

PURPOSE, ABOUT = "provider sign-in", "cookie"
MINUTES = 10
begun = Throttle(120, timedelta(minutes=10))
log = structlog.get_logger("provider")


class Refusal(Exception):
    """The provider's answer is not good, for the log; people are only told to try again."""


def begin(request: Request) -> Response:
    """Send the browser to the provider."""
    if not settings().provider:
        return PlainTextResponse("Not found", 404)
    if not begun.allows(access.network_of(request.client.host if request.client else None)):
        return _refused("too many from one network", None)  # each may keep a thread waiting for the provider
    kept: dict[str, Any] = {
        "state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48),
        "to": request.query_params.get("to", "")[:100], "until": clock.now().timestamp() + MINUTES * 60,
    }  # fmt: skip
    try:
        endpoint = discovered.provider()["authorization_endpoint"]
    except discovered.AWAY as error:
        return _refused("provider does not answer", error)
    asked = {
        "response_type": "code", "client_id": settings().oidc_client_id, "redirect_uri": _redirect_uri(),
        "scope": "openid email", "state": kept["state"], "nonce": kept["nonce"],
        "code_challenge": _challenge(kept["verifier"]), "code_challenge_method": "S256",
    }  # fmt: skip
    mark = "&" if "?" in endpoint else "?"
    answer = RedirectResponse(f"{endpoint}{mark}{urlencode(asked)}", 303, NO_STORE)
    sealed = base64.urlsafe_b64encode(keys.encrypt(PURPOSE, json.dumps(kept), ABOUT)).decode()
    answer.headers.append("set-cookie", cookies.setting(_cookie(), sealed, hours=1))
    return answer


def back(request: Request) -> Response:
    """Take the provider's answer; lead to where a code becomes the session cookie, or to the second factor."""
    if not settings().provider:
        return PlainTextResponse("Not found", 404)
    query = {name: values[0] for name, values in parse_qs(_query(request)).items()}
    browser = cookies.read(request.scope, cookies.browser_cookie())
    try:
        kept = _kept(request.cookies.get(_cookie(), ""), query)
        token = _id_token(query, kept["verifier"])
        identity = discovered.identity(token, kept["nonce"])
    except (Refusal, JoseError, *discovered.AWAY) as error:
        return _refused("sign-in through the provider failed", error)
    if browser is None:
        return _refused("no pre-cookie", None)
    with transaction(Actor.system("sign-in")) as tx:
        passed = access.sign_in_as(tx, identity, access.hash_of(browser))
    if passed is None:
        return _left("/?provider=nobody")
    to = quote(kept["to"], safe="")
    answer = _left(f"/{to}?half={passed.code}" if passed.half else f"/session/open?code={passed.code}&to={to}")
    provider_end.remember(answer, token)
    return answer


def _kept(cookie: str, query: Mapping[str, str]) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(keys.decrypt(PURPOSE, base64.urlsafe_b64decode(cookie), ABOUT))
    except (ValueError, Unavailable) as error:
        raise Refusal("no cookie of ours") from error
    if kept["until"] < clock.now().timestamp():
        raise Refusal("too late")
    if not hmac.compare_digest(kept["state"].encode(), query.get("state", "").encode()):
        raise Refusal("another state")
    if "code" not in query:
        raise Refusal(query.get("error", "no code")[:100])
    return kept


def _id_token(query: Mapping[str, str], verifier: str) -> str:
    # RFC 6749, 4.1.3 and 2.3.1: one form, and the client's name and secret as a form writes them.
    secret = settings().oidc_client_secret
    answer = httpx.post(
        discovered.provider()["token_endpoint"],
        data={"grant_type": "authorization_code", "code": query["code"], "redirect_uri": _redirect_uri(),
              "code_verifier": verifier},
        auth=(quote(settings().oidc_client_id), quote_plus(secret.get_secret_value() if secret else "")),
        timeout=discovered.TIMEOUT_SECONDS,
    )  # fmt: skip
    said = answer.json()
    said = said if isinstance(said, dict) else {}
    token = said.get("id_token") if answer.status_code == httpx.codes.OK else None
    if not isinstance(token, str):  # of the answer nothing else goes into the log: it may hold other tokens
        raise Refusal(f"the code was not exchanged: {answer.status_code} {str(said.get('error', ''))[:100]}")
    return token


def _redirect_uri() -> str:
    return f"{settings().base_url}/provider/back"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _refused(what: str, error: Exception | None) -> Response:
    log.warning(what, reason=f"{type(error).__name__}: {error}"[:300] if error else None)
    return _left("/?provider=failed")


def _left(to: str) -> Response:
    answer = RedirectResponse(to, 303, NO_STORE)
    answer.headers.append("set-cookie", cookies.clearing(_cookie()))
    return answer


def _query(request: Request) -> str:
    hidden: bytes = request.scope.get(HIDDEN_QUERY, b"")
    return hidden.decode("latin-1")


def _cookie() -> str:
    return f"{cookies.session_cookie()}-provider"


ROUTES = [Route("/provider/begin", begin), Route("/provider/back", back)]
