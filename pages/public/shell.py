"""What Streamlit's page shell gets from us: our words and a menu for keyboards, and how pages look beyond its theme."""

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.i18n import LANGUAGES, N_, _, using_language

SCRIPT = (Path(__file__).parent / "shell.js").read_text(encoding="utf-8")
STYLE = (Path(__file__).parent / "console.css").read_bytes()
STYLE_ADDRESS = f"/shell/console.{hashlib.sha256(STYLE).hexdigest()[:16]}.css"
HEADERS = {"cache-control": "public, max-age=31536000, immutable"}
MENU = N_("Menu")
CONTEXT = "[widget] "
"""Tells these words from ours: “Open” is a state of a step as well."""

WORDS = (
    N_("[widget] Sidebar"), N_("[widget] Collapse sidebar"), N_("[widget] Expand sidebar"),
    N_("[widget] Skip to main content"), N_("[widget] Logo"), N_("[widget] Open"), N_("[widget] Close"),
    N_("[widget] Choose an option"), N_("[widget] Choose options"), N_("[widget] Choose date"),
    N_("[widget] Choose date range"), N_("[widget] Choose date and time"), N_("[widget] Previous month"),
    N_("[widget] Next month"), N_("[widget] Clear value"), N_("[widget] Clear all"), N_("[widget] Increment"),
    N_("[widget] Decrement"), N_("[widget] Show password"), N_("[widget] Hide password"),
    N_("[widget] Copy to clipboard"), N_("[widget] Download as CSV"), N_("[widget] Fullscreen"),
    N_("[widget] Close fullscreen"), N_("[widget] Search"), N_("[widget] Show/hide columns"),
    N_("[widget] Link to heading"), N_("[widget] file upload"), N_("[widget] Drag and drop file here"),
    N_("[widget] Browse files"), N_("[widget] progress"), N_("[widget] Upload"), N_("[widget] No results"),
    N_("[widget] Select all"), N_("[widget] Sort ascending"), N_("[widget] Sort descending"),
    N_("[widget] Pin column"), N_("[widget] Unpin column"), N_("[widget] Hide column"), N_("[widget] Autosize"),
    N_("[widget] Format"), N_("[widget] Statistics"), N_("[widget] Connection error"),
    N_("[widget] Connection timed out."), N_("[widget] Connecting"), N_("[widget] Press Enter to apply"),
    N_("[widget] Loading..."), N_("[widget] Help"), N_("[widget] Only one file is allowed."),
    N_("[widget] File type not allowed."), N_("[widget] Selected values"), N_("[widget] Dismiss"),
    N_("[widget] Today"), N_("[widget] yyyy"), N_("[widget] mm"), N_("[widget] dd"), N_("[widget] Network Error"),
    N_("[widget] Download failed"), N_("[widget] Empty"), N_("[widget] year"), N_("[widget] month"), N_("[widget] day"),
)  # fmt: skip
"""What Streamlit 1.67 says in English where no call of its takes another text."""

PATTERNS = (
    (r"^File must be (.+) or smaller\.$", N_("The file must be {0} or smaller.")),
    (r"^(.+) files are not allowed\.$", N_("Files of the kind {0} are not taken.")),
    (r"^Request failed with status code 413$", N_("The file is too large.")),
    (r"^Request failed with status code (\d+)$", N_("The file could not be sent ({0}). Try again.")),
    (r"^year, (.+)$", N_("{0} (year)")),
    (r"^month, (.+)$", N_("{0} (month)")),
    (r"^day, (.+)$", N_("{0} (day)")),
    (r"^Remove (.+)$", N_("Remove {0}")),
    (r"^Clear (.+)$", N_("Clear {0}")),
    (r"^(.+) per file$", N_("{0} for each file")),
    (r"^Help for (.+)$", N_("Help for {0}")),
    (r"^Add: (.+)$", N_("Look for “{0}”")),
    (r"^Select (\d+) matches$", N_("Choose the {0} found")),
)
CONTAINERS = (
    "stSkipToContent", "stFileUploader", "stFileUploaderFile", "stFileUploaderDropzone", "stDataFrameColumnMenu",
    "stDateInputFieldsScroller", "stDateTimeInputFieldsScroller", "stConnectionStatus", "stStatusWidget",
    "stTooltipErrorContent",
)  # fmt: skip
"""Where texts are Streamlit's own and nobody's data."""

OPTIONS = ("__creatable__", "__select_all__")
"""The same among the choices of a field: all others are data."""


@cache
def script(language: str) -> bytes:
    """Return the script in one language; in English nothing is translated."""
    translated = language != "en"
    with using_language(language):
        words = {
            "exact": {word.removeprefix(CONTEXT): _(word) for word in WORDS if translated},
            "menu": _(MENU),
            "containers": ",".join(
                [*(f'[data-testid="{name}"]' for name in CONTAINERS), *(f'[data-key="{key}"]' for key in OPTIONS)]
            ),
        }
        patterns = [f"[/{one}/, {json.dumps(_(text), ensure_ascii=False)}]" for one, text in PATTERNS if translated]
    head = json.dumps(words, ensure_ascii=False)[:-1] + f', "patterns": [{", ".join(patterns)}]}}'
    return f"const WORDS = {head};\n{SCRIPT}".encode()


def address(language: str) -> str:
    """Return where the script of a language is fetched; with another text it has another address."""
    return f"/shell/{language}.{hashlib.sha256(script(language)).hexdigest()[:16]}.js"


def answer(request: Request) -> Response:
    """Answer with the script; everybody may see it."""
    language = request.path_params["language"]
    if language not in LANGUAGES:
        return PlainTextResponse("Not found", 404)
    return Response(script(language), media_type="text/javascript", headers=HEADERS)


def style(_request: Request) -> Response:
    """Answer with the rules; everybody may see them."""
    return Response(STYLE, media_type="text/css", headers=HEADERS)


ROUTES = [Route("/shell/{language}.{digest}.js", answer), Route(STYLE_ADDRESS, style)]
