"""The one tree of errors that a person may meet. Everything else is a fault, logged with an id and shown as the id.

A message is a sentence that says what to do, as a gettext message id with ``{fields}``; it is translated when it is
shown, so that the log, the page and the mail may each have their own language.
"""

from collections.abc import Mapping

from core.i18n import _


class RenrakuError(Exception):
    """Root of the tree: a sentence for people and a stable code for machines."""

    code = "error"
    http_status = 400

    def __init__(self, message: str, /, **values: object) -> None:
        """Keep the untranslated sentence and what fills it."""
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values

    @property
    def text(self) -> str:
        """Return the sentence in the current language."""
        return _(self.message, **self.values)


class Refused(RenrakuError):
    """A rule of the organisation or of the product says no."""

    code = "refused"
    http_status = 422


class NotFound(RenrakuError):
    """It does not exist, or it lies outside the actor's reach: the answer is the same."""

    code = "not_found"
    http_status = 404


class NotAllowed(RenrakuError):
    """The actor holds no permission for this process."""

    code = "not_allowed"
    http_status = 403


class Conflict(RenrakuError):
    """Somebody else changed it meanwhile; nothing was overwritten."""

    code = "conflict"
    http_status = 409


class Unavailable(RenrakuError):
    """Something outside does not answer; trying later is the right thing to do."""

    code = "unavailable"
    http_status = 503


class Invalid(RenrakuError):
    """What was entered is not usable; ``fields`` says which field and why."""

    code = "invalid"
    http_status = 422

    def __init__(self, message: str, /, *, fields: Mapping[str, str] | None = None, **values: object) -> None:
        """Take the sentence and, by field name, the sentence (already in the person's language) for each field."""
        super().__init__(message, **values)
        self.fields = dict(fields or {})
