"""Finding anything by a few letters (services/home/today.py, ``finding`` of each room)."""

import pytest

from data.models.people import PersonList
from services.broadcasts import seed_samples
from services.home import FindAsk, find_anything
from tests.factories import make_person
from tests.services.broadcasts import asks


def found(tx, text):
    """Return what is offered, as kind → texts."""
    return {kind.title: [one.text for one in kind.found] for kind in find_anything(tx, FindAsk(text=text))}


@pytest.mark.parametrize(
    "typed",
    [
        "髙橋",
        "髙橋み",
        "髙橋 みどり",
        "みどり",
        "たかはし",
        "タカハシ　ミドリ",
        "ﾀｶﾊｼ",
        "ミド",
        "Ab-1",
        "ＡＢ－",
        "Midori.T＠",
    ],
)
def test_a_person_by_the_beginning_of_what_they_are_called(administrator, cast, tx, typed):
    make_person(
        tx, "髙橋", "みどり", cast.branch, kana=("タカハシ", "ミドリ"), code="AB-1", mail="midori.t@example.jp"
    )  # fmt: skip
    make_person(tx, "大髙橋", "みち", cast.branch, kana=("オオタカハシ", "ミチ"), code="CAB-1")
    assert found(administrator, typed)["利用者"] == ["髙橋 みどり"]


class TestPeople:
    """As far as one reaches."""

    def test_only_within_reach(self, administrator, manager, staff):
        assert found(administrator, "エンポウ")["利用者"] == ["遠方 四郎"]
        assert "利用者" not in found(manager, "エンポウ")
        assert found(staff, "エンポウ") == {}

    def test_nobody_who_has_left(self, administrator, cast, tx):
        cast.far.retired_at = tx.now
        tx.session.flush()
        assert "利用者" not in found(administrator, "エンポウ")

    @pytest.mark.parametrize("typed", ["%", "_", "\\", "/", "'"])
    def test_signs_of_sql_are_letters(self, administrator, typed):
        assert "利用者" not in found(administrator, typed)


def test_records_of_every_kind_within_reach(administrator, manager, crisis_manager, cast, tx):
    seed_samples(tx)
    asks.reachable(tx, cast.far)
    asks.opened(administrator, title="総務部の支社訓練", audience={"people": [cast.far.id]})
    tx.add(PersonList(name="総務部の応援"))
    asked = found(administrator, "総務部")
    assert asked == {"部署": ["総務部"], "宛先リスト": ["総務部の応援"], "一斉送信": ["総務部の支社訓練"]}
    assert "一斉送信" not in found(manager, "総務部")
    assert "部署" not in found(crisis_manager, "総務部")
    assert set(found(administrator, "安否確認")) == {"テンプレート", "設問フォーム"}


def test_nothing_is_asked_without_letters(administrator):
    assert found(administrator, "　 ") == {}
