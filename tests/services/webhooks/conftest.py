"""Another system to send to, and an installation that may send to it."""

from collections.abc import Iterator

import pytest

from core import settings
from tests.http_sink import HttpSink, http_sink


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Allow what runs on this machine."""
    monkeypatch.setenv("RENRAKU_WEBHOOK_NETWORKS", "127.0.0.0/8")
    settings.settings.cache_clear()
    yield
    monkeypatch.delenv("RENRAKU_WEBHOOK_NETWORKS")
    settings.settings.cache_clear()


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    """The other system."""
    with http_sink() as running:
        yield running
