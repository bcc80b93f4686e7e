"""What may go wrong with a vendor, each a sentence that says what to do."""

from core.errors import Refused, Unavailable
from core.i18n import N_


class SourceRefused(Refused):
    """The vendor does not accept our credentials; asking again with the same ones is of no use."""

    code = "source_refused"


class SourceBusy(Unavailable):
    """The vendor asks us to wait; ``retry_after`` says how long, in seconds."""

    code = "source_busy"

    def __init__(self, message: str, /, *, retry_after: int, **values: object) -> None:
        """Keep how long to wait."""
        super().__init__(message, retry_after=retry_after, **values)
        self.retry_after = retry_after


class SourceBroken(Unavailable):
    """The vendor does not answer, or not as it says it would; ``reason`` is for the log and holds nobody's data."""

    code = "source_broken"

    def __init__(self, message: str, /, *, reason: str = "", **values: object) -> None:
        """Keep what was wrong."""
        super().__init__(message, **values)
        self.reason = reason


def refused(vendor: str) -> SourceRefused:
    """Return what is raised when credentials are not accepted."""
    return SourceRefused(
        N_("{vendor} did not accept the sign-in. Have a new token or password issued there and enter it here."),
        vendor=vendor,
    )


def busy(vendor: str, seconds: int) -> SourceBusy:
    """Return what is raised when we have to wait."""
    return SourceBusy(
        N_("{vendor} asks for fewer requests. Try again in {retry_after} seconds."), vendor=vendor, retry_after=seconds
    )


def broken(vendor: str, reason: str) -> SourceBroken:
    """Return what is raised when there is no usable answer."""
    return SourceBroken(N_("{vendor} gave no usable answer. Try again later."), vendor=vendor, reason=reason)
