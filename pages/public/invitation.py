"""One-time links: the person sets a password and is signed in. A plain form, so that it works in any browser."""

from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.actor import Actor
from core.database import transaction
from core.errors import Invalid
from core.i18n import N_, _, set_language
from pages.public import hosts
from pages.public.gate import HIDDEN_QUERY
from pages.public.look import brand
from pages.public.rendering import rendered, sentence_page
from pages.public.sign_in import NO_STORE, signed_in
from services import access


def show(request: Request) -> Response:
    """Show the form; looking at a link does not use it up, since mail programs look at links too."""
    token = parse_qs(request.scope.get(HIDDEN_QUERY, b"").decode("latin-1")).get("token", [""])[0]
    return _form(token)


async def take(request: Request) -> Response:
    """Take the password in. Only our own page may send it, so that nobody is signed in to another's account."""
    if not hosts.is_our_origin(request.headers.get("origin"), request.headers.get("host")):
        return _no_good()
    async with request.form(max_files=0, max_fields=10) as form:
        token, password, again = (str(form.get(name, "")) for name in ("token", "password", "again"))
    agent, address = request.headers.get("user-agent", ""), request.client.host if request.client else ""
    return await run_in_threadpool(_set, token, password, again, agent, address)


def _set(token: str, password: str, again: str, agent: str, address: str) -> Response:
    if password != again:
        return _form(token, N_("The two passwords differ. Type the same one twice."))
    try:
        with transaction(Actor.system("invitation")) as tx:
            account = access.use_link(tx, token, password)
            if account and access.is_on(tx, account):  # the new password alone does not open it
                return RedirectResponse("/?set=1", 303, NO_STORE)
            session = access.start_session(tx, account, user_agent=agent, address=address) if account else None
    except Invalid as error:
        return _form(token, error.message)
    return signed_in(session) if session else _no_good()


def _form(token: str, problem: str = "") -> Response:
    with transaction(Actor.system("invitation")) as tx:
        who = access.invited(tx, token)
    if who is None:
        return _no_good()
    set_language(who.language)
    html = rendered("invitation.html", look=brand(), who=who, token=token, problem=_(problem) if problem else "")
    return HTMLResponse(html, 422 if problem else 200, NO_STORE)


def _no_good() -> Response:
    sentence = _(
        N_(
            "It was used, is too old, or a newer one was made. Ask for another mail at the sign-in, or ask your "
            "administrator for another link."
        )
    )
    html = sentence_page(_(N_("This link is no good any more")), sentence, home=_(N_("To the sign-in")))
    return HTMLResponse(html, 410, NO_STORE)


ROUTES = [Route("/invitation", show), Route("/invitation", take, methods=["POST"])]
