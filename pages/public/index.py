"""Streamlit's page shell, in the reader's language and with our name: served for the console's own addresses."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from core.i18n import DEFAULT_LANGUAGE, N_, _, using_language
from pages.kit import menu
from pages.public import cookies, find
from pages.public import shell as parts
from pages.public.look import THEMES, theme_of
from pages.public.rendering import language_of, sentence_page
from services import access

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>"
    "<text y='.9em' font-size='90'>📣</text></svg>"
)
LEAVE = (Path(__file__).parent / "leave.js").read_text(encoding="utf-8")
SERVICE_LINK = re.compile(r"<link rel=\"service-desc\"[^>]*>")
NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)


class Words(StringConvertor):
    """An address, of one step or several, that is no file and none of Streamlit's own."""

    regex = "(?!(?:_stcore|component|media|static)/)[^/.]+(?:/[^/.]+)*"


register_url_convertor("words", Words())


def routes() -> list[Route]:
    """Return the routes of every page of the console, and of addresses at which there is none."""
    pages = ("/", "/start", *(f"/{entry.url}" for entry in menu.PAGES))
    return [*(Route(path, shell) for path in pages), Route("/{address:words}", no_page)]


async def shell(request: Request) -> HTMLResponse:
    """Answer with the shell; what it shows comes over the websocket, to those who may see it."""
    headers = {"cache-control": "no-cache", "vary": "accept-language, cookie"}
    if cookies.read(request.scope, cookies.browser_cookie()) is None:
        headers["set-cookie"] = cookies.setting(cookies.browser_cookie(), access.new_token())
    return HTMLResponse(prepared(language_of(request), theme_of(request)), headers=headers)


async def no_page(request: Request) -> HTMLResponse:
    """Say that there is no such page: Streamlit would open the first one, and say so in English."""
    with using_language(language_of(request)):
        sentence = _(
            N_("The address may have been cut short or mistyped. Open the first page and choose from the menu.")
        )
        return HTMLResponse(
            sentence_page(_(N_("There is no such page")), sentence, home=_(N_("To the first page"))), 404
        )


@cache
def prepared(language: str, theme: str = "system") -> str:
    """Return the shell in one language, for browsers that show this theme."""
    with using_language(language):
        without_script = _(N_("Renraku needs JavaScript. Allow it for this site and load the page again."))
    html = SERVICE_LINK.sub("", _source()).replace(
        '<html lang="en">', f'<html lang="{language}" data-theme="{THEMES[theme]}">'
    )
    # Before Streamlit's own scripts, so that the websocket which they open is one that it knows of.
    finding = f'<script src="{find.SCRIPT_ADDRESS}" defer></script>'
    ours = f"<title>Renraku 連絡</title><script>{LEAVE}</script>{finding}"
    html = html.replace("<title>Streamlit</title>", ours)
    html = html.replace("./favicon.png", ICON)
    # Behind the rules that Streamlit puts into the head: where both say something, ours holds.
    style = f'<link rel="stylesheet" href="{parts.STYLE_ADDRESS}">'
    html = html.replace("</body>", f'{style}<script src="{parts.address(language)}"></script></body>')
    return NO_SCRIPT.sub(f"<noscript><p>{without_script}</p></noscript>", html)


def inline_scripts() -> list[str]:
    """Return the CSP hashes of the scripts that stand inside the shell: ours, and those of the installed Streamlit."""
    digests = (hashlib.sha256(script.encode()).digest() for script in INLINE.findall(prepared(DEFAULT_LANGUAGE)))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


@cache
def _source() -> str:
    return (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
