"""The link in a mail or in a message to the app (確認リンク): a page with a button, since scanners open links too."""

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_, _, using_language
from pages.public.look import brand
from pages.public.plain_form import HEADERS, wanted_language
from pages.public.register import FAULT, TOO_OFTEN
from pages.public.register_done import VERDICTS
from pages.public.rendering import language_of, rendered, sentence_page
from pages.public.throttle import Throttle
from services import registration
from services.access import network_of
from services.registration import GivenLink, Verdict

TITLE = N_("Confirm how you are reached")
SPENT = N_(
    "This link was used, is too old, or a newer one was sent. If nothing is registered yet, have another message sent "
    "where you registered."
)
CONFIRMED = N_("Thank you. It is registered, and you are reached there in an emergency. You can close this page.")
misses = Throttle(30, timedelta(minutes=10))


def show(request: Request) -> Response:
    """Show the button; looking at the link does not use it up and tells nothing."""
    token = _taken_out(request)
    with using_language(wanted_language(request) or language_of(request)):
        return HTMLResponse(rendered("confirm.html", look=brand(), address=f"/confirm/{token}"), headers=HEADERS)


async def take(request: Request) -> Response:
    """Register the address."""
    token = _taken_out(request)
    network = network_of(request.client.host if request.client else None)
    with using_language(wanted_language(request) or language_of(request)):
        try:
            verdict = await run_in_threadpool(_confirm, token)
        except RenrakuError as error:
            return _sentence(error.text, error.http_status)
        except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id, and the person reads what to do
            return _sentence(_(FAULT, fault_id=logs.fault(error)), 503)
        if verdict is Verdict.CONFIRMED:
            return _sentence(_(CONFIRMED), 200)
        if verdict is Verdict.IMPOSSIBLE:
            return _sentence(_(VERDICTS[verdict]), 409)
        return _sentence(_(SPENT), 410) if misses.allows(network) else _sentence(_(TOO_OFTEN), 429)


ROUTES = [Route("/confirm/{token}", show, methods=["GET", "HEAD"]), Route("/confirm/{token}", take, methods=["POST"])]


def _taken_out(request: Request) -> str:
    token: str = request.path_params["token"]
    request.scope["path"] = "/confirm/-"  # in the same dict that servers write their access log from
    return token


def _confirm(token: str) -> Verdict:
    with transaction(Actor.system("confirmation link")) as tx:
        return registration.confirm_link(tx, GivenLink(token=token[:200])).verdict


def _sentence(sentence: str, status: int) -> Response:
    return HTMLResponse(sentence_page(_(TITLE), sentence, look=brand()), status, headers=HEADERS)
