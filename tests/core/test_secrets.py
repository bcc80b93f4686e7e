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
    secrets._ring.cache_clear()
    yield tmp_path / "home"
    monkeypatch.undo()
    settings.cache_clear()
    secrets._ring.cache_clear()


class TestKey:
    def test_is_made_once_and_readable_for_its_owner_only(self, home):
        first = secrets.derive("a")
        path = home / "secret.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(home.iterdir()) == [path]
        secrets._ring.cache_clear()
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


class TestNewerKeys:
    def test_what_was_stored_stays_readable_and_new_values_name_the_newer_key(self, home):
        before = secrets.encrypt("p", "x", "row:1")
        assert secrets.add_key()
        after = secrets.encrypt("p", "x", "row:1")
        assert (home / "encryption-1.key").exists()
        assert before[: secrets.PREFIX_BYTES] != after[: secrets.PREFIX_BYTES] == secrets.newest().prefix
        assert [secrets.decrypt("p", kept, "row:1") for kept in (before, after)] == ["x", "x"]

    def test_signatures_stay_what_they_were(self, home):
        first = secrets.derive("a")
        secrets.add_key()
        assert secrets.derive("a") == first

    def test_a_process_hears_of_a_key_that_another_one_made(self, home):
        secrets.newest()
        known = secrets._ring(*secrets._sources())
        secrets.add_key()
        kept = secrets.encrypt("p", "x", "row:1")
        (home / "encryption-1.key").rename(home / "away")
        secrets._ring.cache_clear()
        assert secrets._ring(*secrets._sources()) == known
        (home / "away").rename(home / "encryption-1.key")
        assert secrets.decrypt("p", kept, "row:1") == "x"

    def test_without_the_key_it_is_said(self, home):
        secrets.add_key()
        kept = secrets.encrypt("p", "x", "row:1")
        (home / "encryption-1.key").unlink()
        secrets._ring.cache_clear()
        with pytest.raises(Unavailable, match="Enter the secret again"):
            secrets.decrypt("p", kept, "row:1")

    def test_the_environment_names_the_newest_first(self, monkeypatch):
        old = secrets.encrypt("p", "x", "row:1")
        monkeypatch.setenv("RENRAKU_ENCRYPTION_KEYS", f"{'n' * 32},{'m' * 32}")
        settings.cache_clear()
        assert not secrets.add_key()
        new = secrets.encrypt("p", "x", "row:1")
        assert secrets.decrypt("p", old, "row:1") == secrets.decrypt("p", new, "row:1") == "x"
        monkeypatch.setenv("RENRAKU_ENCRYPTION_KEYS", f"{'o' * 32},{'n' * 32}")
        settings.cache_clear()
        assert secrets.decrypt("p", new, "row:1") == "x"
        monkeypatch.undo()
        settings.cache_clear()

    def test_values_from_before_there_were_newer_keys_are_read(self):
        nonce = b"n" * secrets.NONCE_BYTES
        kept = nonce + secrets._first().cipher("p").encrypt(nonce, b"x", b"row:1")
        assert secrets.decrypt("p", kept, "row:1") == "x"
