"""Notices of AWS (SESとSMSの通知): what became of mail and SMS, told by an SNS topic to this address.

The signature is checked before the database is touched, and whoever sends wrong ones is not listened to for a while.
"""

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from pages.public.plain_form import body_of
from pages.public.throttle import Throttle
from services import delivery
from services.delivery import NoticeKind, NotSigned, ProviderDown

wrong = Throttle(30, timedelta(minutes=1))


async def notices(request: Request) -> Response:
    """Take a notice in, once; AWS tells it again when it cannot be taken now."""
    sender = request.client.host if request.client else ""
    if wrong.is_full(sender):
        return PlainTextResponse("Too many", 429)
    body = await body_of(request)
    if body is None:
        wrong.allows(sender)
        return PlainTextResponse("Too large", 413)
    return await run_in_threadpool(_take, body, sender)


ROUTES = [Route(delivery.NOTICES, notices, methods=["POST"])]


def _take(body: bytes, sender: str) -> Response:
    try:
        notice = delivery.read_notice(body)
        with transaction(Actor.system("aws notice")) as tx:
            delivery.take_notice(tx, notice)
        if notice.kind is NoticeKind.SUBSCRIPTION:
            delivery.confirm_notices(notice)
    except NotSigned as error:
        wrong.allows(sender)
        return PlainTextResponse(str(error), 403)
    except ProviderDown as down:
        return PlainTextResponse(down.word, 503)
    except RenrakuError as error:
        return PlainTextResponse(error.text, error.http_status)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return PlainTextResponse(logs.fault(error), 503)
    return PlainTextResponse("OK")
