"""Errors in the form of RFC 7644 §3.12, with the sentence that a person would see."""

import json

from scim2_models import Error, SCIMException
from starlette.responses import Response

from core import logs
from core.errors import Conflict, Invalid, NotFound, Refused, RenrakuError
from core.i18n import _
from pages.public.api.problems import FAULT_SENTENCE, Malformed, NoKey
from pages.public.scim.service import SERVICE
from services.scim import Taken

MEDIA_TYPE = "application/scim+json"


def problem(error: Exception) -> Response:
    """Return what is answered to an error, in the current language; a fault is logged and answered with its id."""
    if isinstance(error, SCIMException):
        answer = SERVICE.error_response(error)
        return said(answer.status, answer.body, answer.headers)
    if not isinstance(error, RenrakuError):
        sentence = _(FAULT_SENTENCE, fault_id=logs.fault(error))
        return said(500, Error(status=500, detail=sentence).model_dump(), {})
    status, kind = _form(error)
    headers = {"www-authenticate": 'Bearer realm="Renraku"'} if isinstance(error, NoKey) else {}
    return said(status, Error(status=status, scim_type=kind, detail=_detail(error)).model_dump(), headers)


def said(status: int, body: object, headers: dict[str, str]) -> Response:
    """Return an answer that nobody keeps."""
    content = None if body is None else json.dumps(body, ensure_ascii=False)
    more = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Response(content, status, {**more, "cache-control": "no-store"}, MEDIA_TYPE if content else None)


def _form(error: RenrakuError) -> tuple[int, str | None]:
    if isinstance(error, Taken):
        return 409, "uniqueness"
    if isinstance(error, Conflict):  # what was read before does not stand any more
        return 412, None
    if isinstance(error, Invalid):
        return 400, "invalidFilter" if "filter" in error.fields else "invalidValue"
    if isinstance(error, Refused):
        return 403, None
    if isinstance(error, Malformed):
        return 400, "invalidSyntax"
    return (404 if isinstance(error, NotFound) else error.http_status), None


def _detail(error: RenrakuError) -> str:
    fields = list(error.fields.values()) if isinstance(error, Invalid) else []
    return " ".join(dict.fromkeys([error.text, *fields]))
