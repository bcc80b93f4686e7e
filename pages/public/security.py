"""What browsers are told about every answer of ours: the Content Security Policy and its companions."""

from collections.abc import Sequence

from core.settings import settings

REFERRER = "same-origin"
"""With “no-referrer” browsers send no Origin with a form."""


def security_headers(inline_scripts: Sequence[str]) -> dict[str, str]:
    """Return the headers; ``inline_scripts`` are the hashes of the only scripts that may stand inside a page."""
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", *inline_scripts]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": REFERRER,
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
    return headers | _https_only()


def leading_headers() -> dict[str, str]:
    """Return the headers of answers that only lead elsewhere: nothing comes with them that could be run or framed."""
    return {"referrer-policy": REFERRER} | _https_only()


def machine_headers() -> dict[str, str]:
    """Return the headers of answers that no browser shows: nothing may be run or framed, should one show them."""
    return {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        **_https_only(),
    }


def _https_only() -> dict[str, str]:
    return {"strict-transport-security": "max-age=31536000"} if settings().https else {}
