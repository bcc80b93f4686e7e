"""By which names this installation may be reached: keeps other sites' scripts and rebound names out."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from core.settings import settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def known_hosts() -> list[str]:
    """Return the host names for Streamlit's own check of websockets; ``*`` when only the gate can tell."""
    if settings().public_url:
        return [urlsplit(settings().base_url).hostname or ""]
    return list(LOOPBACK) if settings().host in LOOPBACK else ["*"]


def is_ours(host: str | None) -> bool:
    """Say whether a Host header names this installation.

    With ``RENRAKU_PUBLIC_URL`` it must be that host. Without it, this machine's own names and plain addresses will
    do: no other site can make a browser send those.
    """
    return _is_ours(host, settings().public_url, settings().host)


@lru_cache(maxsize=256)
def _is_ours(host: str | None, public_url: str | None, own_host: str) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not name or parts.username is not None or parts.path or not {"?", "#"}.isdisjoint(host or ""):
        return False
    if public_url:
        public = urlsplit(settings().base_url)
        usual = 443 if public.scheme == "https" else 80
        return (name, port or usual) == (public.hostname, public.port or usual)
    return name in LOOPBACK or (own_host not in LOOPBACK and (_is_address(name) or name == own_host))


def is_our_origin(origin: str | None, host: str | None) -> bool:
    """Say whether an Origin header is exactly ours."""
    if settings().public_url:
        public = urlsplit(settings().base_url)
        return origin == f"{public.scheme}://{public.netloc}"
    return origin == f"http://{host}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
