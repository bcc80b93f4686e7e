"""docs/security.md holds true: each line names tests that are there."""

import ast
import re

import pytest

from core.settings import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
LINES = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if re.match(r"\| (?!---)", line)]
ROWS = {cells[0]: cells for cells in LINES if cells[-1] not in {"tried again by", "tried by"}}


def names_in(path: str) -> set[str]:
    """Return the tests of a file as pytest names them."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{one.name}" for one in inside if isinstance(one, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


@pytest.mark.parametrize("row", ROWS)
def test_a_line_is_attacked_by_tests_that_are_there(row):
    assert len(ROWS[row]) == 3
    named = re.findall(r"`(tests/[^`]+)`", ROWS[row][2])
    assert named
    assert not re.sub(r"`tests/[^`]+`", "", ROWS[row][2]).strip(), "only tests stand in the last column"
    for test in named:
        path, _, name = test.partition("::")
        assert name in names_in(path) if name else names_in(path), test


def test_every_part_has_its_lines():
    assert TEXT.count("\n## ") == 3
    assert len(ROWS) >= 27
