"""Python's garbage collector: where it looks, and when it had better not."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

BETWEEN_LOOKS = 20_000
"""A run of a page makes some ten thousand objects that are gone at its end: an earlier look finds nothing."""


def settle() -> None:
    """Let the collector look only at what comes from here on, and seldom.

    Measured on the reply monitor's page: without it a look at everything costs a run 40 to 170 ms now and then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_LOOKS)


@contextmanager
def away() -> Iterator[None]:
    """Make a million small objects without the collector going through all of them again and again.

    For objects none of which lies in a cycle; what is no longer used is freed as ever.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
