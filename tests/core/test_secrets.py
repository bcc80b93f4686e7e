"""The installation's key: made once, closed to others, and good for one purpose each time."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import secrets
from core.errors import Unavailable
from core.settings import settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An installation without a key of its own yet."""
    monkeypatch.setenv("RENRAKU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RENRAKU_SECRET_KEY")
    settings.cache_clear()
    secrets._derived.cache_clear()
    yield tmp_path / "home"
    monkeypatch.undo()
    settings.cache_clear()
    secrets._derived.cache_clear()


class TestKey:
    def test_is_made_once_and_readable_for_its_owner_only(self, home):
        first = secrets.derive("a")
        path = home / "secret.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(home.iterdir()) == [path]
        secrets._derived.cache_clear()
        assert secrets.derive("a") == first

    def test_processes_that_start_at_once_agree(self, home):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _: secrets._kept(home / "secret.key"), range(32)))
        assert len(keys) == 1
        assert [one.name for one in home.iterdir()] == ["secret.key"]

    def test_a_damaged_file_is_said_and_not_replaced(self, home):
        home.mkdir()
        (home / "secret.key").write_bytes(b"half")
        with pytest.raises(Unavailable, match="backup"):
            secrets.derive("a")
        assert (home / "secret.key").read_bytes() == b"half"

    def test_the_environment_comes_first(self, home, monkeypatch):
        monkeypatch.setenv("RENRAKU_SECRET_KEY", "x" * 32)
        settings.cache_clear()
        secrets.derive("a")
        assert not home.exists()

    def test_each_purpose_has_its_own(self):
        assert secrets.derive("a") != secrets.derive("b")
        assert len(secrets.derive("a")) == 32


class TestEncrypt:
    def test_comes_back(self):
        kept = secrets.encrypt("p", "パスワード", "row:1")
        assert "パスワード".encode() not in kept
        assert secrets.decrypt("p", kept, "row:1") == "パスワード"

    def test_the_same_text_looks_different_each_time(self):
        assert secrets.encrypt("p", "x", "row:1") != secrets.encrypt("p", "x", "row:1")

    @pytest.mark.parametrize(("purpose", "about"), [("p", "row:2"), ("q", "row:1")])
    def test_cannot_be_moved(self, purpose, about):
        kept = secrets.encrypt("p", "x", "row:1")
        with pytest.raises(Unavailable, match="Enter the secret again"):
            secrets.decrypt(purpose, kept, about)

    @pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:5], lambda b: b"", lambda b: b[:-1] + b"\0\0"])
    def test_a_changed_one_is_refused(self, change):
        with pytest.raises(Unavailable):
            secrets.decrypt("p", change(secrets.encrypt("p", "x", "row:1")), "row:1")
