"""The registration page (連絡先の登録, D11): opened on a phone from a mail or a QR code; no login, no cookie.

It runs no script, unless the app is used, whose messages a browser gives to a script only.

The token in the address is the secret and there is no other authority, so a form on another site can do nothing that
its author could not do with the link itself. Opening the page changes nothing: mail scanners open links too.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import Invalid, RenrakuError
from core.i18n import N_, _, using_language
from core.transaction import Transaction
from pages.public.look import brand
from pages.public.plain_form import HEADERS, body_of, is_form, wanted_language
from pages.public.register_app import POLICY, icon_address
from pages.public.register_done import CODE, DOING, SAID, Done, said_of
from pages.public.rendering import language_of, rendered, sentence_page
from pages.public.throttle import Throttle
from services import registration
from services.access import network_of
from services.registration import Opened, OwnContacts, WhoseMine
from services.registration.links import token_in

CAUSE = "registration page"
MOST_FIELDS = 20
posts = Throttle(60, timedelta(minutes=10))
misses = Throttle(30, timedelta(minutes=10))

TITLE = N_("How to reach you in an emergency")
UNKNOWN = N_(
    "This link is not complete, is too old, or a newer one was made. Look at its letters again, or ask your office for "
    "another one."
)
TOO_OFTEN = N_("That was often. Wait ten minutes, then try again.")
NOT_A_FORM = N_("This did not come from our form. Open the link again.")
TOO_LARGE = N_("This is too long. Go back and shorten it.")
FAULT = N_("This does not work just now. Try again in a minute. ({fault_id})")


def ask(request: Request) -> Response:
    """Ask for the letters of a link that was printed, from whoever opened the page without them."""
    with using_language(wanted_language(request) or language_of(request)):
        return HTMLResponse(rendered("register_ask.html", look=brand(), problem=""), headers=HEADERS)


async def go(request: Request) -> Response:
    """Send whoever typed the letters of a link to its page."""
    with using_language(wanted_language(request) or language_of(request)):
        body = await body_of(request) if is_form(request) else None
        typed = _values(body).get("code", "")
        token = token_in(typed)
        if token is None:
            problem = _(N_("These are not the 26 letters of a link. Look at the paper again."))
            return HTMLResponse(rendered("register_ask.html", look=brand(), problem=problem), 422, headers=HEADERS)
        return RedirectResponse(f"/register/{token}", 303, headers=HEADERS)


async def show(request: Request) -> Response:
    """Show what is registered, what waits for its code, and what can be added."""
    return await _work(request, _show)


async def take(request: Request) -> Response:
    """Do one thing, then show the page again."""
    with using_language(wanted_language(request) or language_of(request)):
        if not is_form(request):
            return _sentence(NOT_A_FORM, 415)
        if not posts.allows(request.path_params["token"][:64].lower()):
            return _sentence(TOO_OFTEN, 429)
        body = await body_of(request)
        if body is None:
            return _sentence(TOO_LARGE, 413)
    return await _work(request, _take, _values(body))


ROUTES = [
    Route("/register", ask, methods=["GET", "HEAD"]),
    Route("/register", go, methods=["POST"]),
    Route("/register/{token}", show, methods=["GET", "HEAD"]),
    Route("/register/{token}", take, methods=["POST"]),
]


async def _work(request: Request, work: Callable[..., Response | None], *more: Any) -> Response:
    token, wanted = request.path_params["token"], wanted_language(request)
    network = network_of(request.client.host if request.client else None)
    said = request.query_params.get("said", "")
    request.scope["path"] = "/register/-"  # in the same dict that servers write their access log from
    with using_language(wanted or language_of(request)):
        try:
            found = await run_in_threadpool(work, token, wanted, said, *more)
        except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id, and the person reads what to do
            return _sentence(FAULT, 503, fault_id=logs.fault(error))
        if found is not None:
            return found
        return _sentence(UNKNOWN, 404) if misses.allows(network) else _sentence(TOO_OFTEN, 429)


def _show(token: str, wanted: str | None, said: str) -> Response | None:
    with transaction(Actor.system(CAUSE)) as tx:
        who = registration.opened(tx, token)
        mine = _mine(tx, who) if who else None
    if who is None or mine is None:
        return None
    return _page(token, wanted or who.language, wanted, mine, said=said)


def _take(token: str, wanted: str | None, _said: str, given: Mapping[str, str]) -> Response | None:
    doing = given.get("do", "")
    try:
        with transaction(Actor.system(CAUSE)) as tx:
            who = registration.opened(tx, token)
            if who is None:
                return None
            with using_language(wanted or who.language):
                done = DOING[doing](tx, who.person_id, given) if doing in DOING else Done()
                mine = _mine(tx, who)
    except RenrakuError as error:
        return _again(token, wanted, given, error)
    if done.said and not done.problem and done.line is None:
        language = f"&lang={wanted}" if wanted else ""
        return RedirectResponse(f"/register/{token}?said={done.said}{language}", 303, headers=HEADERS)
    return _page(
        token, wanted or who.language, wanted, mine, given=given, problem=done.problem, line=done.line,
        status=422 if done.problem else 200,
    )  # fmt: skip


def _again(token: str, wanted: str | None, given: Mapping[str, str], error: RenrakuError) -> Response | None:
    with transaction(Actor.system(CAUSE)) as tx:
        who = registration.opened(tx, token)
        if who is None:
            return None
        with using_language(wanted or who.language):
            mine = _mine(tx, who)
            fields = error.fields if isinstance(error, Invalid) else {}
            problem = next(iter(fields.values()), error.text)
    return _page(token, wanted or who.language, wanted, mine, given=given, problem=problem, status=error.http_status)


def _mine(tx: Transaction, who: Opened) -> OwnContacts:
    return registration.own_contacts(tx, WhoseMine(person_id=who.person_id, whole=False))


def _page(
    token: str, language: str, wanted: str | None, mine: OwnContacts, *, status: int = 200, said: str = "",
    given: Mapping[str, str] | None = None, problem: str = "", line: Any = None,
) -> Response:  # fmt: skip
    with using_language(language):
        html = rendered(
            "register.html", look=brand(), mine=mine, address=f"/register/{token}", wanted=wanted, line=line,
            said=_(SAID[said]) if said in SAID else "", given=given or {}, problem=problem,
            at=said_of(given) if problem and given else "", code_field=CODE, icon=icon_address(192),
        )  # fmt: skip
    headers = HEADERS | {"content-security-policy": POLICY} if mine.app_key else HEADERS
    return HTMLResponse(html, status, headers=headers)


def _values(body: bytes | None) -> dict[str, str]:
    try:
        found = parse_qs((body or b"").decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _sentence(sentence: str, status: int, **values: object) -> Response:
    return HTMLResponse(sentence_page(_(TITLE), _(sentence, **values)), status, headers=HEADERS)
