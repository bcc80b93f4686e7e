"""Addresses that machines call with an API key, from key to answer: REST and SCIM differ in what is done between."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.database import connected
from core.i18n import N_, set_language
from core.line import Line
from core.transaction import Alone
from pages.public.api import reading
from pages.public.api.limits import tell_limits
from pages.public.api.problems import NoKey, TooManyRequests
from services import access

Done = Callable[[Request, Line, access.Recognised, bytes], Response]
Problem = Callable[[Exception], Response]


class Keyed:
    """An address with every method: whatever goes wrong there is answered in its own form of errors."""

    def __init__(self, done: Done, problem: Problem) -> None:
        """Take what is done for a key that was recognised, and how an error is answered."""
        self.done, self.problem = done, problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        set_language(reading.language_of(request))
        try:
            reading.key_of(request)
            response = await run_in_threadpool(self._answered, request, await reading.body_of(request))
        except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
            response = self.problem(error)
        await response(scope, receive, send)

    def _answered(self, request: Request, body: bytes) -> Response:
        """Answer in the language of the request or of the key's account."""
        with connected() as line:
            key = access.recognise(Alone(line), reading.key_of(request))  # it counts, whatever becomes of it
            if key is None:
                raise NoKey(N_("This API key is wrong, expired or revoked."))
            set_language(reading.language_of(request) or key.actor.language)
            try:
                if key.too_many:
                    raise TooManyRequests(  # noqa: TRY301 - it is answered like every other error, with what is left
                        N_("This key was used more than {limit} times within a minute."), limit=key.limit
                    )
                response = self.done(request, line, key, body)
            except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
                response = self.problem(error)
        tell_limits(response, key)
        return response
