"""Pieces of the kit, each in a page of its own that AppTest runs as a person of the cast."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.kit import sample


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    """The sample room, declared for the length of a test."""
    sample.declare()
    yield
    sample.forget()


@pytest.fixture
def run(stage, sign_in) -> Callable[..., AppTest]:
    """Return a way to run a script as the staff member, who holds no permission: ``run(script, name="value")``."""
    sign_in(stage.staff)

    def running(script: Callable[[], None], **address: str | list[str]) -> AppTest:
        app = AppTest.from_function(call, args=(script.__module__, script.__name__), default_timeout=20)
        for name, value in address.items():
            app.query_params[name.replace("__", "-")] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return running


def call(module: str, name: str) -> None:
    """Call a function of a test: AppTest takes the text of a function, without the imports above it."""
    from importlib import import_module  # noqa: PLC0415 - see above

    getattr(import_module(module), name)()
