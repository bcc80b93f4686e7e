"""Errors as machines read them: ``application/problem+json`` (RFC 9457), with the sentence that a person would see."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from core import logs
from core.errors import Invalid, NotAllowed, RenrakuError
from core.i18n import N_, _, language

MEDIA_TYPE = "application/problem+json"
FAULT = "fault"
FAULT_SENTENCE = N_(
    "Something went wrong on our side; nothing was changed. Tell the administrator this number: {fault_id}"
)
TITLES = {
    "another_request": N_("Used for another request"),
    "conflict": N_("Changed meanwhile"),
    "error": N_("Not possible"),
    FAULT: N_("A fault on our side"),
    "invalid": N_("Not usable as it was sent"),
    "malformed": N_("Not readable"),
    "not_allowed": N_("No permission"),
    "not_found": N_("Not found"),
    "not_signed_in": N_("No valid key"),
    "refused": N_("Refused by a rule"),
    "still_running": N_("Still running"),
    "too_large": N_("Too large"),
    "too_many_requests": N_("Too many requests"),
    "unavailable": N_("Not available just now"),
    "wrong_media_type": N_("Not sent as JSON"),
    "wrong_method": N_("Wrong method"),
}
"""What each code means, for people."""


class NoKey(NotAllowed):
    """There is no key, or it opens nothing (any more): the answer is the same."""

    code = "not_signed_in"
    http_status = 401


class Malformed(RenrakuError):
    """The request cannot be read."""

    code = "malformed"


class TooLarge(RenrakuError):
    """The body is over the limit."""

    code = "too_large"
    http_status = 413


class WrongMediaType(RenrakuError):
    """The body is not JSON, or does not say so."""

    code = "wrong_media_type"
    http_status = 415


class TooManyRequests(RenrakuError):
    """The key was used too often within this minute."""

    code = "too_many_requests"
    http_status = 429


class WrongMethod(RenrakuError):
    """Operations are sent with POST, queries asked with GET."""

    code = "wrong_method"
    http_status = 405

    def __init__(self, message: str, /, *, allow: str, **values: object) -> None:
        """Take the sentence and the method that would be right."""
        super().__init__(message, **values)
        self.allow = allow


def problem(error: Exception) -> Response:
    """Return what is answered to an error, in the current language; a fault is logged and answered with its id."""
    if not isinstance(error, RenrakuError):
        fault_id = logs.fault(error)
        return _response(500, FAULT, _(FAULT_SENTENCE, fault_id=fault_id), {"fault_id": fault_id})
    more = {"fields": error.fields} if isinstance(error, Invalid) and error.fields else {}
    answer = _response(error.http_status, error.code, error.text, more)
    if isinstance(error, NoKey):
        answer.headers["www-authenticate"] = 'Bearer realm="Renraku"'
    if isinstance(error, WrongMethod):
        answer.headers["allow"] = error.allow
    return answer


def _response(status: int, code: str, detail: str, more: Mapping[str, object]) -> Response:
    said = {"type": "about:blank", "title": _(TITLES[code]), "status": status, "detail": detail, "code": code, **more}
    headers = {"cache-control": "no-store", "content-language": language()}
    return Response(json.dumps(said, ensure_ascii=False), status, headers, MEDIA_TYPE)
