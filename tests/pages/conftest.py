"""Pages as people see them: the real console script, run by Streamlit's AppTest as a person of the cast."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from sqlalchemy import select
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.settings import ROOT
from data.models.access import Account
from data.models.people import Person
from pages.kit import guard
from pages.kit.menu import PAGES
from services.access import actor_for
from tests.conftest import LiveDatabase
from tests.factories import Cast

Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """Look once for components in all installed packages: AppTest does so for each app, most of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def stage(live_cast: Cast) -> Cast:
    """The fixed cast, committed to the test's own database."""
    return live_cast


@pytest.fixture
def sign_in(live: LiveDatabase, monkeypatch: pytest.MonkeyPatch) -> Callable[[Person | None], None]:
    """Return a way to be somebody from the next run on (None: nobody); their grants are read on each run."""

    def as_person(person: Person | None) -> None:
        def source(tx):
            return (
                actor_for(tx, tx.scalar(select(Account.id).where(Account.person_id == person.id))) if person else None
            )

        monkeypatch.setattr(guard, "actor_source", source)

    return as_person


@pytest.fixture
def open_page(stage: Cast, sign_in: Callable[[Person | None], None]) -> Open:
    """Return a way to open a page: ``open_page("people/list.py", cast.manager, text="部長")``; nothing may go wrong."""

    def opened(path: str, person: Person | None = None, /, **address: str | list[str]) -> AppTest:
        sign_in(person or stage.administrator)
        app = AppTest.from_file(ROOT / "pages" / "console.py", default_timeout=20)
        # What ``switch_page`` finds after a run of the first page, which no browser makes that is given an address.
        app._page_hash = calc_hash(next(entry.url for entry in PAGES if entry.path == path))
        for name, value in address.items():
            app.query_params[name.replace("__", "-")] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return opened
