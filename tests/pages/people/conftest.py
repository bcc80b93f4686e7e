"""What the tests of the people pages share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from core.actor import Actor
from core.database import transaction
from core.transaction import Transaction
from pages import kit


@pytest.fixture
def database(live) -> Callable[[], Iterator[Transaction]]:
    """Return a way to look into the test's database, and to change it."""

    @contextmanager
    def opened() -> Iterator[Transaction]:
        with transaction(Actor.system("test")) as tx:
            yield tx

    return opened


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Answer every dialog with yes, and keep what it said: AppTest does not press buttons inside dialogs."""
    said: list[str] = []

    def confirm(title: str, will: str, *, yes: str, then: Callable[[], object]) -> None:
        said.append(f"{title} {will} [{yes}]")
        if then():
            kit.flash("done")
            raise_rerun()

    def raise_rerun() -> None:
        import streamlit as st  # noqa: PLC0415 - inside the page's run

        st.rerun()

    monkeypatch.setattr(kit, "confirm", confirm)
    return said
