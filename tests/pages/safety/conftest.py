"""Sample rules, and questions that are answered with yes: AppTest does not run what stands in dialogs."""

from collections.abc import Callable

import pytest
import streamlit as st

from core.actor import Actor
from core.database import transaction
from pages import kit
from services import broadcasts, safety
from tests.factories import Cast


@pytest.fixture
def ready(stage: Cast) -> None:
    """The samples of the first start: one rule, switched off."""
    with transaction(Actor.system("test")) as tx:
        broadcasts.seed_samples(tx)
        safety.seed_samples(tx)


@pytest.fixture
def agreeing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer every question with yes at once; returns what was asked."""
    asked: list[str] = []

    def agree(title: str, will: str, *, yes: str, then: Callable[[], object]) -> None:
        asked.append(f"{title} {will} {yes}")
        if then():
            st.rerun()

    monkeypatch.setattr(kit, "confirm", agree)
    return asked
