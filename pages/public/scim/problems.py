"""Errors in the form of RFC 7644 §3.12, with the sentence that a person would see, in the caller's language."""

import json
from http import HTTPStatus

from scim2_models import Error, SCIMException
from scim2_server.errors import MethodNotAllowedException
from starlette.responses import Response

from core import logs
from core.errors import Conflict, Invalid, NotFound, Refused, RenrakuError
from core.i18n import N_, _, language
from pages.public.api.problems import FAULT_SENTENCE, Malformed, NoKey
from services.scim import Taken, TooMany

MEDIA_TYPE = "application/scim+json"
SAID = {
    "invalidFilter": N_("This filter cannot be used."),
    "tooMany": N_("This asks for more than one answer holds."),
    "uniqueness": N_("Somebody or something else has this value."),
    "mutability": N_("This attribute cannot be changed in this way."),
    "invalidSyntax": N_("The body is not JSON in the form of SCIM."),
    "invalidPath": N_("This path names no attribute."),
    "noTarget": N_("The path finds nothing that could be changed."),
    "invalidValue": N_("A value is missing or cannot be used."),
    "invalidCursor": N_("This cursor is not of this search. Begin with an empty one."),
    "expiredCursor": N_("This cursor is too old. Begin with an empty one."),
    "invalidCount": N_("The count must stay the same from page to page."),
}
"""What each ``scimType`` means, for people."""

SAID_BY_STATUS = {
    403: N_("This cannot be asked for here."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take this method."),
    412: N_("It was changed meanwhile. Read it again and repeat the change."),
    413: N_("This is too large."),
    415: N_("Send the body as application/scim+json."),
    501: N_("This part of SCIM is not offered. See /ServiceProviderConfig."),
}
SENTENCE = N_("This cannot be answered.")
WITH_DETAIL = N_("{sentence} ({detail})")
"""Behind the sentence, in English, what the protocol's library says: which attribute, which operation."""


def problem(error: Exception) -> Response:
    """Return what is answered to an error, in the current language; a fault is logged and answered with its id."""
    if isinstance(error, SCIMException):
        allow = {"allow": ", ".join(error.allowed)} if isinstance(error, MethodNotAllowedException) else {}
        return _error(error.status, error.scim_type or None, _of_protocol(error), allow)
    if not isinstance(error, RenrakuError):
        return _error(500, None, _(FAULT_SENTENCE, fault_id=logs.fault(error)), {})
    status, kind = _form(error)
    headers = {"www-authenticate": 'Bearer realm="Renraku"'} if isinstance(error, NoKey) else {}
    return _error(status, kind, _detail(error), headers)


def said(status: int, body: object, headers: dict[str, str]) -> Response:
    """Return an answer that nobody keeps."""
    content = None if body is None else json.dumps(body, ensure_ascii=False)
    more = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Response(content, status, {**more, "cache-control": "no-store"}, MEDIA_TYPE if content else None)


def _error(status: int, kind: str | None, detail: str, headers: dict[str, str]) -> Response:
    body = Error(status=status, scim_type=kind, detail=detail).model_dump()
    return said(HTTPStatus(status), body, {**headers, "content-language": language()})


def _of_protocol(error: SCIMException) -> str:
    sentence = _(SAID.get(error.scim_type) or SAID_BY_STATUS.get(error.status, SENTENCE))
    # A detail of its own says what was wrong; the one that each kind has anyway says less than the sentence.
    own = error.detail if error.detail != type(error)().detail else ""
    return _(WITH_DETAIL, sentence=sentence, detail=own) if own else sentence


FORMS: dict[type[RenrakuError], tuple[int, str | None]] = {
    Taken: (409, "uniqueness"),
    TooMany: (400, "tooMany"),
    Conflict: (412, None),  # what was read before does not stand any more
    Refused: (403, None),
    Malformed: (400, "invalidSyntax"),
    NotFound: (404, None),
}
"""How errors of ours are told; the first that fits counts."""


def _form(error: RenrakuError) -> tuple[int, str | None]:
    if isinstance(error, Invalid):
        return 400, "invalidFilter" if "filter" in error.fields else "invalidValue"
    return next((form for kind, form in FORMS.items() if isinstance(error, kind)), (error.http_status, None))


def _detail(error: RenrakuError) -> str:
    fields = list(error.fields.values()) if isinstance(error, Invalid) else []
    return " ".join(dict.fromkeys([error.text, *fields]))
