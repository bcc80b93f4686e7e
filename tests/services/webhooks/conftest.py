"""Another system to send to."""

from collections.abc import Iterator

import pytest

from tests.http_sink import HttpSink, http_sink


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    """The other system."""
    with http_sink() as running:
        yield running
