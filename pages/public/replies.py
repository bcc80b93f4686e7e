"""The reply page (回答画面, D13): opened on a phone from the link in a mail, no login, no JavaScript.

The token in the address is the secret and there is no other authority (no cookie is read), so a form on another site
can do nothing that its author could not do with the link itself. Opening the page records nothing: mail scanners open
links too. A wrong token costs one HMAC and no query.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core import clock, logs
from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _, using_language
from pages.public.look import brand
from pages.public.plain_form import HEADERS, body_of, is_form, wanted_language
from pages.public.rendering import language_of, rendered, sentence_page
from pages.public.throttle import Throttle
from services.broadcasts import Asked, Replies, Reply, Said, find_asked, read_answer, record_replies, said_to

MOST_FIELDS = 2_000
posts = Throttle(30, timedelta(minutes=10))

UNKNOWN = N_("This link is not complete or not one of ours. Open it again from the mail, or copy all of it.")
OVER = N_("Answers to this message are not taken any more. If something is urgent, call your office.")
TOO_OFTEN = N_("You have answered many times just now. Wait ten minutes, then try again.")
TOO_LARGE = N_("This answer is too long. Go back and shorten it.")
NOT_A_FORM = N_("This did not come from our form. Open the link in the mail again.")
UNSHOWN = N_("This page cannot be shown just now. Open it again in a minute. ({fault_id})")
UNSAVED = N_("Your answer could not be saved just now. Go back and send it again in a minute. ({fault_id})")


async def form(request: Request) -> Response:
    """Show the questions, filled with what was answered before."""
    return await _work(request, _form, UNSHOWN)


async def done(request: Request) -> Response:
    """Show what was answered, with the way to change it."""
    return await _work(request, _done, UNSHOWN)


async def answer(request: Request) -> Response:
    """Take an answer: stored, or back with a sentence beside each question that needs another look."""
    _hide(request)
    with using_language(wanted_language(request) or language_of(request)):
        if not is_form(request):
            return _sentence(NOT_A_FORM, 415)
        if not posts.allows(request.path_params["token"][:64].lower()):
            return _sentence(TOO_OFTEN, 429)
        body = await body_of(request)
        if body is None:
            return _sentence(TOO_LARGE, 413)
        try:
            given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return _sentence(NOT_A_FORM, 400)
    return await _work(request, _answer, UNSAVED, given)


ROUTES = [
    Route("/r/{token}", form, methods=["GET", "HEAD"]),
    Route("/r/{token}", answer, methods=["POST"]),
    Route("/r/{token}/done", done, methods=["GET", "HEAD"]),
]


async def _work(request: Request, work: Callable[..., Response], fault: str, *more: Any) -> Response:
    token, wanted = request.path_params["token"], wanted_language(request)
    _hide(request)
    with using_language(wanted or language_of(request)):
        try:
            return await run_in_threadpool(work, token, wanted, *more)
        except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id, and the person reads what to do
            return _sentence(fault, 503, fault_id=logs.fault(error))


def _hide(request: Request) -> None:
    request.scope["path"] = "/r/-"  # in the same dict that servers write their access log from


def _form(token: str, wanted: str | None) -> Response:
    asked = _asked(token)
    if asked is None or not asked.answerable:
        return _sentence(UNKNOWN, 404) if asked is None else _over(asked, wanted)
    typed = {key: _typed(value) for key, value in (asked.latest_answer or {}).items()}
    return _page("reply_form.html", asked, token, wanted, typed=typed, wrong={})


def _done(token: str, wanted: str | None) -> Response:
    asked = _asked(token)
    if asked is None:
        return _sentence(UNKNOWN, 404)
    if asked.latest_at is None:
        return _over(asked, wanted) if not asked.answerable else _redirect(token, "", wanted)
    return _page("reply_done.html", asked, token, wanted)


def _answer(token: str, wanted: str | None, given: Mapping[str, Sequence[str]]) -> Response:
    asked = _asked(token)
    if asked is None or not asked.answerable:
        return _sentence(UNKNOWN, 404) if asked is None else _over(asked, wanted)
    with using_language(wanted or asked.language):
        read, wrong = read_answer(asked.questions, given)
    if wrong:
        return _page("reply_form.html", asked, token, wanted, status=422, typed=given, wrong=wrong)
    return _redirect(token, "/done", wanted) if _record(asked, read) else _over(asked, wanted)


def _asked(token: str) -> Asked | None:
    with transaction(Actor.system("reply page")) as tx:
        return find_asked(tx, token)


def _record(asked: Asked, read: dict[str, Any]) -> bool:
    reply = Reply(
        broadcast_id=asked.broadcast_id,
        person_id=asked.person_id,
        delivery_id=asked.delivery_id,
        answer=read,
        at=clock.now(),
    )
    with transaction(Actor.system("reply page")) as tx:
        return bool(record_replies(tx, Replies(replies=[reply])).stored)


def _corrections(asked: Asked) -> list[Said]:
    if not asked.corrected:
        return []
    with transaction(Actor.system("reply page")) as tx:
        return said_to(tx, asked.broadcast_id, {"name": asked.person, "organisation": asked.organisation})


def _typed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _redirect(token: str, after: str, wanted: str | None) -> Response:
    language = f"?lang={wanted}" if wanted else ""
    return RedirectResponse(f"/r/{token}{after}{language}", 303, headers=HEADERS)


def _over(asked: Asked, wanted: str | None) -> Response:
    with using_language(wanted or asked.language):
        return _sentence(OVER, 410, title=asked.shown_title, organisation=asked.organisation)


def _sentence(sentence: str, status: int, *, title: str = "", organisation: str = "", **values: object) -> Response:
    look = brand() if organisation else None
    html = sentence_page(title or _(N_("Reply")), _(sentence, **values), look=look)
    return HTMLResponse(html, status, headers=HEADERS)


def _page(
    template: str, asked: Asked, token: str, wanted: str | None, *, status: int = 200, **values: object
) -> Response:
    with using_language(wanted or asked.language):
        html = rendered(
            template, look=brand(), asked=asked, address=f"/r/{token}", wanted=wanted, corrections=_corrections(asked),
            **values,
        )  # fmt: skip
    return HTMLResponse(html, status, headers=HEADERS)
