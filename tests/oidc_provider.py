"""An identity provider on loopback: real HTTP with discovery, keys, authorize, token; it signs in whom it is told."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "renraku", "a secret between both"


@dataclass
class Provider:
    """The provider: ``claims`` say who comes next, ``header`` and ``key`` how that is signed."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each code was given out for."""

    said: dict[str, Any] = field(default_factory=dict)
    """What discovery says besides, or instead."""

    answers: dict[str, Any] | list[Any] | None = None
    """What the token endpoint answers instead of a token."""

    left: list[dict[str, str]] = field(default_factory=list)
    """With what people came to sign out."""

    def id_token(self, nonce: str) -> str:
        """Return what is said about the person who comes."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        return jwt.encode(self.header, said, self.key, algorithms=[self.header["alg"]])

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code, once, for the client that got it, with the verifier that fits its challenge."""
        asked = self.asked.pop(form.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if authorization not in {f"Basic {known}", f"Basic {plain}"}:
            return 401, {"error": "invalid_client"}
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    provider: Provider

    def do_GET(self) -> None:
        """Answer discovery, keys and authorize."""
        parts = urlsplit(self.path)
        issuer = self.provider.issuer
        if parts.path == "/.well-known/openid-configuration":
            known = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize",
                     "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys"}  # fmt: skip
            self.answer(200, known | self.provider.said)
        elif parts.path == "/keys":
            shown = self.provider.published or self.provider.key
            self.answer(200, {"keys": [shown.as_dict(private=False)]})
        elif parts.path == "/end":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.provider.left.append(asked)
            self.lead(asked["post_logout_redirect_uri"])
        else:
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            code = secrets.token_urlsafe(16)
            self.provider.asked[code] = asked
            self.lead(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def do_POST(self) -> None:
        """Answer token."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        status, said = self.provider.token(form, self.headers.get("authorization", ""))
        self.answer(status, said if self.provider.answers is None else self.provider.answers)

    def lead(self, to: str) -> None:
        """Send the browser elsewhere."""
        self.send_response(302)
        self.send_header("location", to)
        self.send_header("content-length", "0")
        self.end_headers()

    def answer(self, status: int, body: dict[str, Any] | list[Any]) -> None:
        """Send JSON."""
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()
    handler = type("Bound", (Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        provider.issuer = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            listening.shutdown()
            thread.join()
