"""Every page × every role, each cell explicit in ``pages.txt``: in the menu, opened from elsewhere, or refused.

A cell is what the page's own guard does, so the guard is compared with what the menu says of it. Run as people see it:
tests/pages/access/test_every_page.py; without a session: tests/public/test_pages.py.
"""

import ast

import pytest

from core.settings import ROOT
from pages.kit.menu import PAGES, Entry
from tests.architecture.decided import CAST, PAGE_CELLS
from tests.architecture.test_shape import calls_guard
from tests.factories import actor_of

ENTRIES = {entry.path: entry for entry in PAGES}


def guarded_by(source: str) -> set[str]:
    """Return the processes that the guard of a page asks for: of its first statement that does anything."""
    found = next(statement for statement in ast.parse(source).body if calls_guard(statement))
    call = getattr(found, "value", None)
    assert isinstance(call, ast.Call)
    assert not call.keywords
    return {ast.literal_eval(argument) for argument in call.args}


def cell(entry: Entry, actor) -> str:
    """Say in the table's words what somebody may do with a page."""
    if not entry.allowed(actor):
        return "refused"
    return "menu" if entry.listed else "opens"


def test_every_page_is_decided_for_every_role_and_nothing_else() -> None:
    assert sorted(PAGE_CELLS) == sorted(ENTRIES)
    assert {tuple(cells) for cells in PAGE_CELLS.values()} == {(*CAST, "signed_out")}
    assert {cells["signed_out"] for cells in PAGE_CELLS.values()} == {"sign-in"}


@pytest.mark.parametrize("role", CAST)
def test_a_role_finds_opens_and_is_refused_what_was_decided(tx, cast, role):
    actor = actor_of(tx, getattr(cast, CAST[role]))
    assert {path: cell(entry, actor) for path, entry in ENTRIES.items()} == {
        path: cells[role] for path, cells in PAGE_CELLS.items()
    }


@pytest.mark.parametrize("path", ENTRIES)
def test_the_guard_of_a_page_asks_for_what_the_menu_says(path):
    assert guarded_by((ROOT / "pages" / path).read_text()) == set(ENTRIES[path].processes)


@pytest.mark.parametrize("looser", ["actor = guard()", 'guard("a.b", "c.d")'])
def test_a_looser_guard_would_be_noticed(looser):
    assert guarded_by(f'"""A page."""\n{looser}\n') != {"a.b"}
