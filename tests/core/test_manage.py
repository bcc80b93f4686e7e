"""The command line in this process: what it says, in both languages, and what it refuses in a sentence."""

import pytest
import typer

import manage
from core import seals
from core.actor import Actor
from core.database import transaction
from core.errors import Refused
from core.i18n import using_language
from core.settings import settings
from services.access import WhichAccount, stop_account
from tests.factories import account_of, actor_of, make_cast


@pytest.fixture
def owned(live, monkeypatch):
    """An installation with two roles, as the command line sees it."""
    monkeypatch.setenv("DATABASE_OWNER_URL", live.owner_url)
    settings.cache_clear()
    return live


class TestVerify:
    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\n \n", b"1 2026-11-22T00:00:00+00:00 3", b"\x00\xff\x89PNG", b"one 2026 3 " + b"a" * 64,
            b"1 2026 3 zz", b"1 2 3 4 5", b"9" * 30 + b" 2026 3 " + b"a" * 64,
        ],
    )  # fmt: skip
    def test_a_file_that_holds_no_seals_is_refused_in_a_sentence(self, content, tmp_path):
        file = tmp_path / "seals.txt"
        file.write_bytes(content)
        with using_language("ja"), pytest.raises(Refused) as caught:
            manage.verify(file)
        assert str(file) in caught.value.text

    def test_says_in_both_languages_what_came_of_it(self, owned, tmp_path, capsys):
        with transaction(Actor.system("test")) as tx:
            cast = make_cast(tx)
            boss, staff = actor_of(tx, cast.administrator), account_of(tx, cast.staff).id
        with transaction(boss) as tx:
            stop_account(tx, WhichAccount(id=staff))
        with transaction(Actor.system("test")) as tx:
            seals.seal(tx)
            (one,) = seals.seals(tx)
        file = tmp_path / "seals.txt"
        # As Windows saves what was copied from a terminal.
        file.write_text(f"\ufeff{one.number} {one.at.isoformat()} {one.records} {one.hash.upper()}\r\n\r\n")
        for code, said in (
            ("ja", "封印済みの記録1件を照合しました。改変はありません。"),
            ("en", "nothing was altered"),
        ):
            with using_language(code), pytest.raises(typer.Exit) as ended:
                manage.verify(file)
            assert ended.value.exit_code == 0
            assert said in capsys.readouterr().out
        file.write_text(f"{one.number} {one.at.isoformat()} {one.records} {'0' * 64}\n")
        with using_language("en"), pytest.raises(typer.Exit) as ended:
            manage.verify(file)
        assert (ended.value.exit_code, "1 findings" in capsys.readouterr().out) == (1, True)


def test_migrating_speaks_the_language_of_whoever_migrates(owned, capsys):
    with using_language("ja"):
        manage.migrate()
    assert capsys.readouterr().out == "データベースは最新の状態です。\n"
