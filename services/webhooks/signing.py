"""Secrets and signatures (署名) as Standard Webhooks has them: who receives can tell that it is ours and not old."""

import base64
import hashlib
import hmac
import secrets as random
from collections.abc import Sequence
from datetime import datetime

from core import secrets
from core.rotation import encrypted
from data.models.webhooks import WebhookEndpoint

PURPOSE = "webhook secret"
BEGINNING = "whsec_"
SECRET_BYTES = 32
encrypted(WebhookEndpoint.secret, PURPOSE)
encrypted(WebhookEndpoint.old_secret, PURPOSE)


def new_secret() -> str:
    """Return a new secret of 256 bits, as other systems take it."""
    return BEGINNING + base64.b64encode(random.token_bytes(SECRET_BYTES)).decode()


def seal(endpoint_id: int, secret: str) -> bytes:
    """Encrypt a secret for the row of its endpoint."""
    return secrets.encrypt(PURPOSE, secret, f"webhook_endpoint:{endpoint_id}")


def living_secrets(endpoint: WebhookEndpoint, at: datetime) -> list[str]:
    """Return the secret of an endpoint, and the one before while both are good.

    Raises:
        Unavailable: when the key of this installation has changed.
    """
    kept = [endpoint.secret]
    if endpoint.old_secret is not None and endpoint.old_secret_until is not None and endpoint.old_secret_until > at:
        kept.append(endpoint.old_secret)
    return [secrets.decrypt(PURPOSE, one, f"webhook_endpoint:{endpoint.id}") for one in kept]


def signed_headers(message_id: str, body: bytes, at: datetime, with_secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of one attempt: id, timestamp in seconds, one signature for each secret."""
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(one, content) for one in with_secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINNING))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
