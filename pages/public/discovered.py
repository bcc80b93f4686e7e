"""What the identity provider says of itself (discovery, keys), and the check of what it says of people."""

import time
from functools import lru_cache
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from core import clock
from core.settings import settings
from services.access import Identity

TIMEOUT_SECONDS = 10
KNOWN_FOR_SECONDS = 3_600
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures only: with a shared secret, or none, anybody could write tokens who knows the client."""


class NotOurs(Exception):
    """What came is not from our provider, or not for us."""


AWAY = (httpx.HTTPError, httpx.InvalidURL, NotOurs, ValueError)
"""What is raised when the provider does not answer, or not as one."""


def provider() -> dict[str, Any]:
    """Return what the provider publishes about its addresses.

    Raises:
        NotOurs: when it publishes another issuer than the one that is set, or too little.
        httpx.HTTPError, ValueError: when it does not answer, or not in JSON.
    """
    return _published(_issuer(), _hour())


def way_out() -> str | None:
    """Return where the provider lets people sign out (RP-initiated logout), if it says so.

    Raises:
        NotOurs, httpx.HTTPError, ValueError: as ``provider``.
    """
    said = provider().get("end_session_endpoint")
    return said if _is_address(said) else None


def identity(token: str, nonce: str) -> Identity:
    """Return whom an id_token names, after signature, issuer, audience, time and nonce were checked.

    Raises:
        NotOurs, joserfc.errors.JoseError: when something of it is not right.
    """
    try:
        decoded = jwt.decode(token, _keys(provider()["jwks_uri"], _hour()), algorithms=ALGORITHMS)
    except InvalidKeyIdError:  # a key that is not known yet: the provider has changed its keys
        _keys.cache_clear()
        decoded = jwt.decode(token, _keys(provider()["jwks_uri"], _hour()), algorithms=ALGORITHMS)
    claims = decoded.claims
    registry = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": _issuer()}, aud={"essential": True, "value": settings().oidc_client_id},
        sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    registry.validate(claims)
    others = claims["aud"] if isinstance(claims["aud"], list) else []
    if len(others) > 1 and claims.get("azp") != settings().oidc_client_id:
        raise NotOurs("issued to another client")
    mail = claims.get("email") if claims.get("email_verified") is True else None
    return Identity(issuer=_issuer(), subject=str(claims["sub"])[:255], mail=str(mail) if mail else None)


def _issuer() -> str:
    return settings().oidc_issuer or ""


def _hour() -> int:
    return int(time.monotonic() // KNOWN_FOR_SECONDS)


@lru_cache(maxsize=2)
def _published(issuer: str, _hour: int) -> dict[str, Any]:
    answer = httpx.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    known = answer.json()
    if not isinstance(known, dict) or known.get("issuer") != issuer:
        raise NotOurs(f"the provider calls itself {known.get('issuer') if isinstance(known, dict) else 'nothing'}")
    if missing := [name for name in NEEDED if not _is_address(known.get(name))]:
        raise NotOurs(f"the provider does not say its {', '.join(missing)}")
    return known


def _is_address(said: object) -> bool:
    return isinstance(said, str) and said.startswith(("https://", "http://"))


@lru_cache(maxsize=2)
def _keys(address: str, _hour: int) -> KeySet:
    answer = httpx.get(address, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    try:
        return KeySet.import_key_set(answer.json())
    except (KeyError, TypeError, AttributeError) as error:
        raise NotOurs("the provider publishes no keys") from error
