"""The menu: every page is declared once, and what it needs is in the permission master."""

from core.settings import ROOT
from pages.kit.menu import PAGES
from services.access.processes import grantable
from tests.architecture.test_shape import pages

BEFORE_THE_SIGN_IN = {"access/sign_in.py", "setup/start.py"}


def test_every_page_is_declared_once():
    declared = [entry.path for entry in PAGES]
    assert len(declared) == len(set(declared))
    assert set(declared) | BEFORE_THE_SIGN_IN == {str(path.relative_to(ROOT / "pages")) for path in pages()}


def test_what_a_page_needs_can_be_granted():
    known = {box.process.name for box in grantable()}
    assert {process for entry in PAGES for process in entry.processes} - known == set()


def test_addresses_differ():
    assert len({entry.url for entry in PAGES}) == len(PAGES)
