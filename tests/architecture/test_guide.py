"""The room in CONTRIBUTING.md is really made, in a copy of the project, and passes what every room has to pass."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from core.settings import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
BLOCK = re.compile(r"^(?:`([\w/.]+)`\n)?```(python|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXT = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".renraku", ".pytest_cache", ".hypothesis")
"""What was compiled, and what mypy keeps, come along: they hold for what the guide does not change."""

MYPYS = ROOT / ".mypy_cache"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project, with the room of the guide in it."""
    copied = tmp_path_factory.mktemp("guide") / "project"
    shutil.copytree(ROOT, copied, ignore=LEFT_OUT, symlinks=True)
    (copied / ".venv").symlink_to(Path(sys.prefix))
    make_room(copied)
    yield copied
    shutil.rmtree(copied)  # with what mypy keeps it is large


def make_room(copied: Path) -> None:
    """Do what the guide says."""
    at = ""
    for path, kind, text in BLOCK.findall(GUIDE):
        at = path or at
        target = copied / at
        if kind == "python":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        else:
            target.write_text(changed(target.read_text(), text, at))
    run(copied, "manage.py", "new-revision", "equipment", "9001")
    run(copied, "-m", "ruff", "check", "--fix", "--quiet", "data/migrations/versions")
    run(copied, "-m", "ruff", "format", "--quiet", "data/migrations/versions")
    run(copied, "manage.py", "texts", fails=True)
    translate(copied / "core" / "locale" / "ja")


def changed(text: str, diff: str, path: str) -> str:
    """Return a file's text with one change of the guide in it."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(before) == 1, f"CONTRIBUTING.md changes {path} where it says something else:\n{before}"
    return text.replace(before, after)


def translate(catalogues: Path) -> None:
    """Write the guide's Japanese where a catalogue has none."""
    japanese = dict(TEXT.findall(GUIDE))
    for path in catalogues.glob("*.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="ja")
        for message in catalogue:
            if message.id and not message.string:
                message.string = japanese[str(message.id)]
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=True)


def run(copied: Path, *words: str, fails: bool = False) -> None:
    """Run Python in the copy."""
    environment = {**os.environ, "RENRAKU_HOME": str(copied / ".renraku")}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, *words], cwd=copied, env=environment, capture_output=True, text=True, check=False
    )
    assert fails or done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_passes_make_check(copy: Path) -> None:
    done = subprocess.run(["make", "check"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if not MYPYS.exists():  # else the next run would begin from nothing too
        shutil.copytree(copy / MYPYS.name, MYPYS)


def test_passes_its_own_tests_and_those_of_every_room(copy: Path) -> None:
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/services/equipment", "tests/pages/equipment",
        "tests/architecture/test_shape.py", "tests/architecture/test_menu.py", "tests/architecture/test_texts.py",
        "tests/architecture/test_every_process.py", "-k", "equipment or loans or menu or text or room")  # fmt: skip
