"""Two people who do something at the same moment, in a database of the test's own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction

SECONDS = 1.0
"""So long the first one waits with the commit; by then the second one has come as far as it gets."""


def two_at_once(actor: Actor, do: Callable[[Transaction], Any]) -> tuple[Any, Any]:
    """Do the same twice: the second begins before the first commits. Return what the first and the second came to."""
    begun, ended = Event(), Event()

    def first() -> Any:
        with transaction(actor) as tx:
            done = do(tx)
            tx.session.flush()
            begun.set()
            ended.wait(SECONDS)
            return done

    def second() -> Any:
        begun.wait(10 * SECONDS)
        try:
            with transaction(actor) as tx:
                return do(tx)
        except Exception as error:  # noqa: BLE001 - what it came to
            return error
        finally:
            ended.set()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(first), pool.submit(second)
        return one.result(), other.result()
