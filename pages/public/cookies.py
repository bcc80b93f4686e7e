"""Our two cookies: the session, and the pre-cookie by which a one-time code knows the browser that asked for it."""

import re
from http.cookies import SimpleCookie

from starlette.requests import cookie_parser
from starlette.types import Scope

from core.settings import settings

THEME = "renraku-theme"
"""Light or dark; says nothing about anybody."""

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,120}")


def session_cookie() -> str:
    """Return the name of the session cookie. Over http it holds the port, since cookies do not tell ports apart."""
    return "__Host-renraku" if settings().https else f"renraku-{settings().port}"


def browser_cookie() -> str:
    """Return the name of the pre-cookie, which says nothing about who it is."""
    return f"{session_cookie()}-browser"


def provider_cookie() -> str:
    """Return the name of the cookie that knows whom the identity provider named, for signing out there too."""
    return f"{'__Secure-renraku' if settings().https else session_cookie()}-provided"


def read(scope: Scope, name: str) -> str | None:
    """Return a cookie of a request if it looks like one of our tokens."""
    for header, value in scope["headers"]:
        if header == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(name, "")
            if TOKEN.fullmatch(found):
                return found
    return None


def setting(name: str, value: str, *, hours: int | None = None, path: str = "/") -> str:
    """Return a Set-Cookie value: for this host only, not for scripts, not from other sites' pages.

    With a ``path`` it comes only with requests below that; ``__Host-`` in its name would then be refused by browsers.
    """
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name]["path"] = path
    cookie[name]["httponly"] = True
    cookie[name]["samesite"] = "Lax"
    if settings().https:
        cookie[name]["secure"] = True
    if hours is not None:
        cookie[name]["max-age"] = hours * 3600
    return cookie[name].OutputString()


def clearing(name: str, *, path: str = "/") -> str:
    """Return a Set-Cookie value that takes a cookie away."""
    return setting(name, "", hours=0, path=path)
