"""Accepting an invitation (招待の承諾, C10): a plain form for the password, and the name of who is new."""

from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.actor import Actor
from core.database import transaction
from core.errors import Invalid, RenrakuError, Unavailable
from core.i18n import N_, _, set_language
from core.inputs import validated
from core.settings import settings
from core.transaction import Transaction
from pages.public import cookies, hosts
from pages.public.gate import HIDDEN_QUERY
from pages.public.look import brand
from pages.public.rendering import rendered, sentence_page
from pages.public.sign_in import NO_STORE, signed_in
from services import access, invitations

FIELDS = ("token", "password", "again", "family_name", "given_name")
SOMEBODY_ELSE = N_(
    "You are signed in as {name} in this browser. If the invitation is for you, there is nothing more to do. If it is "
    "for somebody else, sign out first, then open its link again."
)


def show(request: Request) -> Response:
    """Show the form; looking at it accepts nothing, since mail programs look at links too."""
    token = parse_qs(request.scope.get(HIDDEN_QUERY, b"").decode("latin-1")).get("token", [""])[0]
    return _form(request, {**dict.fromkeys(FIELDS, ""), "token": token})


async def take(request: Request) -> Response:
    """Take the answer in. Only our own page may send it, so that nobody is signed in to another's account."""
    if not hosts.is_our_origin(request.headers.get("origin"), request.headers.get("host")):
        return _no(_(N_("The answer came from another page. Open the link of the invitation again.")), 403)
    async with request.form(max_files=0, max_fields=10) as form:
        sent = {name: str(form.get(name, "")) for name in FIELDS}
    return await run_in_threadpool(_accept, request, sent)


def _accept(request: Request, sent: dict[str, str]) -> Response:
    if sent["password"] != sent["again"]:
        return _form(request, sent, _(N_("The two passwords differ. Type the same one twice.")))
    agent, address = request.headers.get("user-agent", ""), request.client.host if request.client else ""
    try:
        asked = validated(invitations.Accept, {name: sent[name] for name in FIELDS if name != "again"})
        with transaction(Actor.system("join")) as tx:
            if (somebody := _signed_in(tx, request)) is not None:
                return _no(_(SOMEBODY_ELSE, name=somebody), 409)
            account = invitations.accept_invitation(tx, asked).id
            if not settings().takes_passwords:
                return RedirectResponse("/", 303, NO_STORE)
            session = access.start_session(tx, account, user_agent=agent, address=address)
    except (Invalid, Unavailable) as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        return _form(request, sent, next(iter(fields.values()), error.text), error.http_status)
    except RenrakuError as error:
        return _no(error.text, 410)
    return signed_in(session)


def _form(request: Request, sent: dict[str, str], problem: str = "", status: int = 422) -> Response:
    try:
        with transaction(Actor.system("join")) as tx:
            if (somebody := _signed_in(tx, request)) is not None:
                return _no(_(SOMEBODY_ELSE, name=somebody), 409)
            found = invitations.open_invitation(tx, sent["token"])
    except RenrakuError as error:
        return _no(error.text, 410)
    set_language(found.language)
    html = rendered(
        "join.html", look=brand(), found=found, sent=sent, problem=_(problem) if problem else "",
        passwords=settings().takes_passwords,
    )  # fmt: skip
    return HTMLResponse(html, status if problem else 200, NO_STORE)


def _signed_in(tx: Transaction, request: Request) -> str | None:
    """Return the name of whoever is signed in in this browser already."""
    cookie = cookies.read(request.scope, cookies.session_cookie())
    actor = access.actor_of_session(tx, access.hash_of(cookie)) if cookie else None
    return actor.name if actor else None


def _no(sentence: str, status: int) -> Response:
    html = sentence_page(_(N_("This invitation cannot be accepted here")), sentence, home=_(N_("To the sign-in")))
    return HTMLResponse(html, status, NO_STORE)


ROUTES = [Route("/join", show), Route("/join", take, methods=["POST"])]
