"""LINE's webhook: what happens in chats with the official account, signed by LINE with our channel's secret."""

from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from pages.public.plain_form import body_of
from services import delivery, registration
from services.registration import Happened, LineTold

SIGNATURE = "x-line-signature"
TAPPED = "postback"
log = structlog.get_logger("line")


async def webhook(request: Request) -> Response:
    """Take events in, each once; what is not signed by LINE is refused, what does not work now LINE tells again."""
    body = await body_of(request)
    if body is None:
        return PlainTextResponse("Too large", 413)
    return await run_in_threadpool(_take, body, request.headers.get(SIGNATURE, ""))


ROUTES = [Route("/line/webhook", webhook, methods=["POST"])]


def _take(body: bytes, signature: str) -> Response:
    try:
        with transaction(Actor.system("line webhook")) as tx:
            channel = delivery.line_channel(tx)
        if channel is None:
            return PlainTextResponse("Not found", 404)
        events = _events(body, signature, channel.secret)
        if events is None:
            return PlainTextResponse("Not signed by this channel", 400)
        for event in events:
            if (told := _told(event)) is not None:
                with transaction(Actor.system("line webhook")) as tx:
                    registration.take_line(tx, told)
            elif event.type == TAPPED:
                _answer(event, channel.access_token)
    except RenrakuError as error:
        return PlainTextResponse(error.text, error.http_status)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return PlainTextResponse(logs.fault(error), 503)
    return PlainTextResponse("OK")


def _answer(event: Any, access_token: str) -> None:
    """Tell whoever tapped the button of a message where to answer. A tap that comes twice is answered once by LINE."""
    user, data = getattr(event.source, "user_id", None), event.postback.data
    if not user or not event.reply_token:
        return
    with transaction(Actor.system("line webhook")) as tx:
        said = delivery.answer_to_tap(tx, data, user)
    if said is not None:
        try:
            delivery.reply_in_line(access_token, event.reply_token, said)
        except delivery.ProviderDown as down:
            log.warning("a tap could not be answered", word=down.word)


def _events(body: bytes, signature: str, secret: str) -> list[Any] | None:
    # 0.3 s and a hundred classes, which an installation without LINE never needs.
    from linebot.v3.exceptions import InvalidSignatureError  # noqa: PLC0415
    from linebot.v3.webhook import WebhookParser  # noqa: PLC0415

    try:
        return list(WebhookParser(secret).parse(body.decode(), signature))
    except (InvalidSignatureError, UnicodeDecodeError, JSONDecodeError, KeyError, TypeError, AttributeError):
        return None


def _told(event: Any) -> LineTold | None:
    user = getattr(getattr(event, "source", None), "user_id", None)
    if event.type not in set(Happened) or not user or not event.webhook_event_id:
        return None
    text = getattr(getattr(event, "message", None), "text", None) or ""
    at = datetime.fromtimestamp(event.timestamp / 1000, UTC)
    return LineTold(id=event.webhook_event_id, kind=Happened(event.type), user=user, at=at, text=text[:5_000])
