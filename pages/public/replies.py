"""The reply page (回答画面, D13): opened on a phone from the link in a mail, no login, no JavaScript.

The token in the address is the secret and there is no other authority (no cookie is read), so a form on another site
can do nothing that its author could not do with the link itself. Opening the page records nothing: mail scanners open
links too. A wrong token costs one HMAC and no query, and whoever tries many is told to wait; a right one always opens,
since thousands of phones may share one address with somebody who guesses.

Everything here is awaited, and nothing goes through a thread: see ``desk``.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import logs
from core.errors import Unavailable
from core.i18n import N_
from core.outage import Away
from pages.public import desk, reply_pages
from pages.public.look import brand_awaited
from pages.public.plain_form import body_of, fields_of, is_form, wanted_language
from pages.public.rendering import language_of
from pages.public.reply_pages import Filled, sentence
from pages.public.throttle import Throttle
from services import delivery
from services.access import network_of
from services.broadcasts import Asked
from services.broadcasts.answering import Given

MOST_FIELDS = 2_000
RETRY_SECONDS = 30
posts = Throttle(30, timedelta(minutes=10))
misses = Throttle(60, timedelta(minutes=10))

UNKNOWN = N_("This link is not complete or not one of ours. Open it again from the mail, or copy all of it.")
TOO_OFTEN = N_("You have answered many times just now. Wait ten minutes, then try again.")
TOO_MANY_WRONG = N_("Links that are not ours were opened often from where you are. Wait ten minutes, then try again.")
TOO_LARGE = N_("This answer is too long. Go back and shorten it.")
NOT_A_FORM = N_("This did not come from our form. Open the link in the mail again.")
UNSHOWN = N_("This page cannot be shown just now. Open it again in a minute. ({fault_id})")
UNSAVED = N_("Your answer could not be saved just now. Go back and send it again in a minute. ({fault_id})")


async def form(request: Request) -> Response:
    """Show the questions, filled with what was answered before."""
    return await _kept_up(request, _form, UNSHOWN)


async def done(request: Request) -> Response:
    """Show what was answered, with the way to change it."""
    return await _kept_up(request, _done, UNSHOWN)


async def answer(request: Request) -> Response:
    """Take an answer: stored, or back with a sentence beside each question that needs another look."""
    return await _kept_up(request, _answer, UNSAVED)


ROUTES = [
    Route("/r/{token}", form, methods=["GET", "HEAD"]),
    Route("/r/{token}", answer, methods=["POST"]),
    Route("/r/{token}/done", done, methods=["GET", "HEAD"]),
]


async def _kept_up(request: Request, work: Callable[[Request], Awaitable[Response]], fault: str) -> Response:
    request.scope["path"] = "/r/-"  # in the same dict that servers write their access log from
    try:
        return await work(request)
    except Unavailable as error:
        return sentence(error.message, 503, _language(request), retry_seconds=RETRY_SECONDS)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id, and the person reads what to do
        fault_id = error.fault_id if isinstance(error, Away) else logs.fault(error)
        return sentence(fault, 503, _language(request), retry_seconds=RETRY_SECONDS, fault_id=fault_id)


async def _form(request: Request) -> Response:
    asked = await _asked(request)
    if asked is None:
        return _unknown(request)
    token, wanted, look = request.path_params["token"], wanted_language(request), await brand_awaited()
    if not asked.answerable:
        return reply_pages.over(asked, wanted, look)
    if asked.latest_at is None:
        return reply_pages.empty_form(asked, token, wanted, look, desk.current().written)
    return reply_pages.form_again(asked, token, wanted, look, reply_pages.answered_before(asked))


async def _done(request: Request) -> Response:
    asked = await _asked(request)
    if asked is None:
        return _unknown(request)
    token, wanted, look = request.path_params["token"], wanted_language(request), await brand_awaited()
    if asked.latest_at is not None:
        return reply_pages.thanks(asked, token, wanted, look)
    if asked.answerable:
        return reply_pages.redirect(token, "", wanted)
    return reply_pages.over(asked, wanted, look)


async def _answer(request: Request) -> Response:
    given = await _given(request)
    if isinstance(given, Response):
        return given
    token, wanted = request.path_params["token"], wanted_language(request)
    delivery_id = delivery.verify(token)
    came = None if delivery_id is None else await desk.current().take(desk.Sent(delivery_id, given, wanted))
    if came is None:
        return _unknown(request)
    if came.stored:
        return reply_pages.redirect(token, "/done", wanted)
    if came.wrong:
        return reply_pages.form_again(came.asked, token, wanted, await brand_awaited(), Filled(given, came.wrong))
    return reply_pages.over(came.asked, wanted, await brand_awaited())


async def _given(request: Request) -> Given | Response:
    """Return what was typed, or what is wrong with how it was sent."""
    if not is_form(request):
        return sentence(NOT_A_FORM, 415, _language(request))
    if not posts.allows(request.path_params["token"][:64].lower()):
        return sentence(TOO_OFTEN, 429, _language(request))
    body = await body_of(request)
    if body is None:
        return sentence(TOO_LARGE, 413, _language(request))
    return sentence(NOT_A_FORM, 400, _language(request)) if body.count(b"&") >= MOST_FIELDS else fields_of(body)


async def _asked(request: Request) -> Asked | None:
    delivery_id = delivery.verify(request.path_params["token"])
    return None if delivery_id is None else await desk.current().asked(delivery_id)


def _unknown(request: Request) -> Response:
    if misses.allows(network_of(request.client.host if request.client else None)):
        return sentence(UNKNOWN, 404, _language(request))
    return sentence(TOO_MANY_WRONG, 429, _language(request))


def _language(request: Request) -> str:
    return wanted_language(request) or language_of(request)
