"""What a key is told about its limit: the fields of the IETF draft on rate limits (httpapi-ratelimit-headers-10)."""

import math

from starlette.responses import Response

from core import clock
from services.access import Recognised


def tell_limits(response: Response, key: Recognised) -> None:
    """Say how many requests a minute there are, how many are left, and when to come again."""
    seconds = max(1, math.ceil((key.until - clock.now()).total_seconds()))
    response.headers["ratelimit-policy"] = f'"key";q={key.limit};w=60'
    response.headers["ratelimit"] = f'"key";r={key.left};t={seconds}'
    if key.too_many:
        response.headers["retry-after"] = str(seconds)
