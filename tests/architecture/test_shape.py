"""The shape of the code: sizes, floors, rooms, and what may be said where."""

import ast
import re
from pathlib import Path

import pytest

from core.settings import ROOT
from services import ROOMS

FLOORS = ("core", "data", "services", "pages")
MODULE_LINES = 300
PAGE_LINES = 130
NO_PAGES = {"kit", "public"}
BEFORE_SIGN_IN = {"pages/access/sign_in.py", "pages/setup/start.py"}


def modules(*floors: str) -> list[Path]:
    """Return the project's own modules on some floors, generated ones aside."""
    found = [path for floor in floors for path in (ROOT / floor).rglob("*.py")]
    return [path for path in found if "versions" not in path.parts and "__pycache__" not in path.parts]


def pages() -> list[Path]:
    """Return the pages proper: what st.navigation can show."""
    found = [path for path in modules("pages") if len(path.relative_to(ROOT).parts) == 3]
    return [path for path in found if path.parent.name not in NO_PAGES and not path.stem.startswith("_")]


def name(path: Path) -> str:
    """Name a module for people."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(*FLOORS), ids=name)
def test_a_module_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", pages(), ids=name)
class TestPage:
    """What every page keeps to."""

    def test_is_short(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= PAGE_LINES

    def test_guards_first(self, path: Path) -> None:
        if name(path) in BEFORE_SIGN_IN:
            return
        for statement in ast.parse(path.read_text()).body:
            if calls_guard(statement):
                return
            assert declares_only(statement), f"line {statement.lineno} runs before guard()"
        pytest.fail("there is no guard()")

    def test_has_no_sql_and_no_ladders(self, path: Path) -> None:
        text = path.read_text()
        assert not re.search(r"^(from|import) (sqlalchemy|psycopg|data)\b", text, re.MULTILINE)
        assert not any(isinstance(node, ast.Try) for node in ast.walk(ast.parse(text)))


def calls_guard(statement: ast.stmt) -> bool:
    """Say whether a statement is ``guard(...)`` or ``actor = guard(...)``."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "guard"


def declares_only(statement: ast.stmt) -> bool:
    """Say whether a statement only declares: imports, functions, constants, the docstring."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id.isupper() for target in statement.targets)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def test_only_core_commits() -> None:
    above = modules("data", "services", "pages")
    commits = [name(path) for path in above if re.search(r"\.commit\(", path.read_text())]
    assert commits == ["data/migrate.py"]


def test_only_pages_know_streamlit() -> None:
    assert not [
        name(path)
        for path in modules("core", "data", "services")
        if re.search(r"^\s*(from|import) streamlit\b", path.read_text(), re.MULTILINE)
    ]


def test_nothing_lies_directly_in_pages_that_could_be_opened_by_url() -> None:
    assert {path.name for path in (ROOT / "pages").glob("*.py")} == {"__init__.py", "console.py"}


def test_files_of_people_never_go_through_streamlits_media_store() -> None:
    # Whoever knows the address gets them there, without a session's permission (docs/security.md).
    store = r"st\.(download_button|image|audio|video|pdf|logo|pyplot|map)\("
    found = {name(path) for path in modules("pages") if re.search(store, path.read_text())}
    assert found == {"pages/people/imports.py"}, "only an empty template, which holds nothing of anybody"


def test_of_the_authenticator_only_its_login_controller_is_used() -> None:
    uses = r"^(?:from|import) (streamlit_authenticator\S*)(?: import (.+))?$"
    found = {
        (name(path), *use) for path in modules(*FLOORS) for use in re.findall(uses, path.read_text(), re.MULTILINE)
    }
    assert found == {("pages/kit/authenticator.py", "streamlit_authenticator.controllers", "AuthenticationController")}


def test_nobody_but_the_clock_asks_for_the_time() -> None:
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
    asks = [name(path) for path in modules(*FLOORS) if pattern.search(path.read_text())]
    assert asks == ["core/clock.py"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_same_name_on_every_floor(room: str) -> None:
    assert (ROOT / "services" / room / "__init__.py").exists()
    assert (ROOT / "data" / "models" / f"{room}.py").exists()
    assert (ROOT / "pages" / room).is_dir()
    assert list((ROOT / "tests" / "services" / room).glob("test_*.py"))
    assert list((ROOT / "tests" / "pages" / room).glob("test_*.py"))


@pytest.mark.parametrize("path", pages(), ids=name)
def test_every_page_has_a_test_of_its_room(path: Path) -> None:
    tests = ROOT / "tests" / "pages" / path.parent.name
    assert any(path.stem in test.read_text() for test in tests.glob("test_*.py"))
