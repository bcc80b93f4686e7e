"""Finding anything from any page (検索, Ctrl+K): ``GET /find?q=…`` with the session's cookie, asked by ``find.js``.

Whatever the rooms find, with the actor's permission and reach, and the pages of the menu; each with its address.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from core.finding import Found, FoundKind
from core.i18n import N_, _, set_language
from core.inputs import validated
from core.transaction import Transaction
from pages.kit import menu
from pages.public.gate import SESSION_HEADER
from services import access, setup
from services.home import FindAsk, find_anything

SCRIPT = (Path(__file__).parent / "find.js").read_text(encoding="utf-8")
VERSION = sha256(SCRIPT.encode()).hexdigest()[:12]
SCRIPT_ADDRESS = f"/find.js?v={VERSION}"
NO_STORE = {"cache-control": "no-store"}
LONG = {"cache-control": "public, max-age=31536000, immutable"}
MOST_PAGES = 60
FAULT = N_("The search failed: a fault on our side. Tell the administrator this number: {fault_id}")


def find(request: Request) -> Response:
    """Answer with what was found, or with the sentence that says why not."""
    token_hash = request.headers.get(SESSION_HEADER)
    try:
        with transaction(Actor.system("find")) as tx:
            actor = access.actor_of_session(tx, bytes.fromhex(token_hash)) if token_hash else None
            if actor is None:
                return JSONResponse({"kinds": [], "said": ""}, 401, NO_STORE)
            set_language(actor.language)
            return JSONResponse(_answer(tx.by(actor), request.query_params.get("q", "")), 200, NO_STORE)
    except RenrakuError as error:
        return JSONResponse({"kinds": [], "said": error.text}, error.http_status, NO_STORE)
    except Exception as error:  # noqa: BLE001 - an edge: a fault becomes an id
        return JSONResponse({"kinds": [], "said": _(FAULT, fault_id=logs.fault(error))}, 500, NO_STORE)


def script(request: Request) -> Response:
    """Answer with the script of the dialog; its address changes with it."""
    kept = LONG if request.query_params.get("v") == VERSION else NO_STORE
    return Response(SCRIPT, media_type="text/javascript", headers=kept)


def _answer(tx: Transaction, text: str) -> dict[str, Any]:
    ask = validated(FindAsk, {"text": text})
    hidden = setup.hidden_pages(tx)
    entries = {entry.path: entry for entry in menu.PAGES if entry.allowed(tx.actor) and entry.path not in hidden}
    kinds = [*_pages(entries.values(), ask.text), *find_anything(tx, ask)]
    shown = [
        {"title": kind.title, "found": [_one(one, entries) for one in kind.found if one.page in entries]}
        for kind in kinds
    ]
    shown = [kind for kind in shown if kind["found"]]
    count = sum(len(kind["found"]) for kind in shown)
    if not ask.text:
        said = ""
    elif count:
        said = _(N_("{count} offered"), count=count)
    else:
        said = _(N_("Nothing begins like this. In the list of people any part of a name is found."))
    return {"words": _words(), "kinds": shown, "said": said}


def _pages(entries: Iterable[menu.Entry], text: str) -> list[FoundKind]:
    words = text.lower().split()
    found = [
        Found(text=_(entry.title), detail=_(entry.section) if entry.section else "", page=entry.path)
        for entry in entries
        if entry.listed and all(word in f"{_(entry.title)} {entry.title}".lower() for word in words)
    ]
    return [FoundKind(title=_(N_("Pages")), found=found[:MOST_PAGES])]


def _one(found: Found, entries: Mapping[str, menu.Entry]) -> dict[str, str]:
    query = f"?{urlencode(found.values)}" if found.values else ""
    return {"text": found.text, "detail": found.detail, "address": f"/{entries[found.page].url}{query}"}


def _words() -> dict[str, str]:
    return {
        "title": _(N_("Find")),
        "hint": _(N_("Name, kana, code or mail; department, broadcast, page")),
        "close": _(N_("Close")),
        "keys": _(N_("↑ ↓ choose, Enter opens, Esc closes")),
    }


ROUTES = [Route("/find", find, methods=["GET"]), Route("/find.js", script, methods=["GET"])]
