"""What the reply page shows (回答画面): the form, the thanks, and sentences.

A form that nobody has filled in yet is the same for all who are asked but for the name and the link, so it is written
once for each version of a broadcast and each language.
"""

import secrets
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from core.i18n import N_, _, using_language
from pages.public.plain_form import HEADERS
from pages.public.rendering import rendered, sentence_page
from services.broadcasts import Asked
from services.setup import Look

OVER = N_("Answers to this message are not taken any more. If something is urgent, call your office.")
MOST_WRITTEN = 64
NAME, TOKEN = (f"{what}{secrets.token_hex(8)}" for what in ("name", "token"))
"""What stands for the two in a form that is written once; nobody can guess it and put it into a text."""

GOING_ON = {name: HEADERS[name] for name in ("cache-control", "referrer-policy")}
"""Of an answer without a page; the gate adds what all have."""

Written = MutableMapping[Any, str]


@dataclass(frozen=True)
class Filled:
    """What stands in the fields, and what is wrong with it, by question."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def empty_form(asked: Asked, token: str, wanted: str | None, look: Look, written: Written) -> Response:
    """Return the form for somebody who has not answered yet; ``written`` keeps it without name and link."""
    key = (asked.broadcast_id, asked.version, asked.language, wanted, look)
    if key not in written:
        if len(written) >= MOST_WRITTEN:
            written.clear()
        anybody = replace(asked, person=NAME)
        written[key] = _form(anybody, TOKEN, wanted, look, Filled())
    return HTMLResponse(written[key].replace(NAME, escape(asked.person)).replace(TOKEN, token), headers=HEADERS)


def form_again(asked: Asked, token: str, wanted: str | None, look: Look, filled: Filled) -> Response:
    """Return the form with what was typed, and what needs another look."""
    status = 422 if filled.wrong else 200
    return HTMLResponse(_form(asked, token, wanted, look, filled), status, headers=HEADERS)


def _form(asked: Asked, token: str, wanted: str | None, look: Look, filled: Filled) -> str:
    with using_language(wanted or asked.language):
        return rendered(
            "reply_form.html", look=look, asked=asked, address=f"/r/{token}", wanted=wanted, typed=filled.typed,
            wrong=filled.wrong,
        )  # fmt: skip


def answered_before(asked: Asked) -> Filled:
    """Return the latest answer as its fields would send it."""
    return Filled({key: _typed(value) for key, value in (asked.latest_answer or {}).items()})


def _typed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def thanks(asked: Asked, token: str, wanted: str | None, look: Look) -> Response:
    """Return what was answered, with the way to change it."""
    with using_language(wanted or asked.language):
        html = rendered("reply_done.html", look=look, asked=asked, address=f"/r/{token}", wanted=wanted)
    return HTMLResponse(html, headers=HEADERS)


def over(asked: Asked, wanted: str | None, look: Look) -> Response:
    """Return that it is too late to answer."""
    with using_language(wanted or asked.language):
        return HTMLResponse(sentence_page(asked.shown_title, _(OVER), look=look), 410, headers=HEADERS)


def sentence(text: str, status: int, wanted: str, *, retry_seconds: int = 0, **values: object) -> Response:
    """Return a page that says one thing."""
    headers = HEADERS | ({"retry-after": str(retry_seconds)} if retry_seconds else {})
    with using_language(wanted):
        return HTMLResponse(sentence_page(_(N_("Reply")), _(text, **values)), status, headers=headers)


def redirect(token: str, after: str, wanted: str | None) -> Response:
    """Return where to go on; the token is one of ours, so nothing in it needs to be quoted."""
    asked_for = f"?lang={wanted}" if wanted else ""
    return Response(status_code=303, headers={"location": f"/r/{token}{after}{asked_for}", **GOING_ON})
