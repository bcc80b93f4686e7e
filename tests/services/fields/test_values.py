"""What own fields take and keep, by kind."""

from decimal import Decimal

import pytest

from core.errors import Invalid
from core.i18n import using_language
from core.shown import aside
from services.fields import checked, own_fields, words_for
from tests.services.fields.stage import add_fields


@pytest.fixture
def fields(tx, cast):
    return add_fields(tx)


KEPT = [
    ("note", " 早番のみ ", "早番のみ"), ("note", "", None),
    ("pay", "１，２００．５０", "1200.5"), ("pay", 1200, "1200"), ("pay", Decimal("0.10"), "0.1"), ("pay", "-0", "0"),
    ("pay", "99999999999999.99", "99999999999999.99"),
    ("until", "2026-04-01", "2026-04-01"), ("until", "2026/4/1", "2026-04-01"), ("until", "2026年4月1日", "2026-04-01"),
    ("size", "M", "M"), ("size", "中", "M"), ("size", "Medium", "M"),
    ("skills", ["簿記", "運転"], ["運転", "簿記"]), ("skills", "英語;簿記;英語", ["英語", "簿記"]),
    ("skills", [], None),
]  # fmt: skip
REFUSED = [
    ("note", 7), ("note", "=1+1"), ("note", "い" * 501), ("pay", 12.5), ("pay", True), ("pay", "1.234"), ("pay", "1e3"),
    ("pay", "12,34"), ("pay", "1" * 16), ("until", "2026-02-30"), ("until", "soon"), ("until", 20260401),
    ("size", "XL"), ("size", 1), ("skills", ["運転", "XL"]), ("skills", {"運転": 1}),
    ("boss", "nobody"), ("boss", 10**9),
    ("boss", True), ("site", "どこにもない部署"), ("unknown", "x"),
]  # fmt: skip


def test_a_value_is_kept_in_one_writing(tx, fields):
    for code, given, kept in KEPT:
        own = checked(tx, "person", {code: given}, {}, whole=False)
        assert own == ({code: kept} if kept is not None else {}), (code, given)


def test_what_does_not_fit_is_refused_beside_its_field(tx, fields):
    for code, given in REFUSED:
        with pytest.raises(Invalid) as error:
            checked(tx, "person", {"note": "x", code: given}, {}, whole=False)
        assert list(error.value.fields) == [f"own_{code}"], (code, given)


def test_references_are_found_by_code_name_and_number(tx, fields, cast):
    given = {"boss": cast.manager.code, "site": "本社 / 総務部"}
    kept = checked(tx, "person", given, {}, whole=False)
    assert kept == {"boss": cast.manager.id, "site": cast.general_affairs.id}
    assert checked(tx, "person", kept, {}, whole=False) == kept


def test_a_manager_refers_to_nobody_out_of_reach(acting, tx, fields, cast, manager):
    for given in ({"boss": cast.far.code}, {"boss": cast.far.id}, {"site": cast.branch.id}):
        with pytest.raises(Invalid):
            checked(manager, "person", given, {}, whole=False)
    stays = {"boss": cast.far.id, "site": cast.branch.id}
    assert checked(manager, "person", {**stays, "note": "x"}, stays, whole=False) == {**stays, "note": "x"}


def test_required_fields_are_asked_of_whoever_is_new(tx, cast):
    add_fields(tx, "note", "size", required=True)
    with pytest.raises(Invalid) as error:
        checked(tx, "person", {"note": ""}, {}, whole=True)
    assert sorted(error.value.fields) == ["own_note", "own_size"]
    assert checked(tx, "person", {"note": "x"}, {}, whole=False) == {"note": "x"}, "what is not named stays as it is"
    with pytest.raises(Invalid):
        checked(tx, "person", {"note": None}, {"note": "x"}, whole=False)


def test_words_are_in_the_readers_language_and_files_can_be_read_again(tx, fields, cast):
    own = {"note": "x", "pay": "1200.5", "until": "2026-04-01", "size": "M", "skills": ["運転", "簿記"],
           "boss": cast.manager.id, "site": cast.branch.id}  # fmt: skip
    known = own_fields(tx, "person")
    assert words_for(tx, known, [own]).all_said(own) == {
        "備考": "x", "時給": "1,200.5", "契約終了日": "2026/04/01", "制服": "中", "資格": "運転、簿記",
        "上長": "部長 太郎", "派遣先": "支社",
    }  # fmt: skip
    with using_language("en"):
        words = words_for(tx, known, [own])
        assert (words.label("until"), words.said("size", "M"), words.label("note")) == (
            "Contract until",
            "Medium",
            "備考",
        )
    for language in ("ja", "en"):
        with using_language(language):
            files = words_for(tx, known, [own], files=True)
            again = {code: files.written(code, value) for code, value in own.items()}
            assert checked(tx, "person", again, {}, whole=False) == own


def test_several_values_are_parted_as_the_language_of_the_reader_parts_them(administrator, cast):
    add_fields(administrator, "skills")
    words = words_for(administrator, own_fields(administrator, "person"), [])
    assert words.said("skills", ["運転", "英語"]) == "運転、英語"
    with using_language("en"):
        assert words.said("skills", ["運転", "英語"]) == "運転, 英語"
        assert aside("s0007", "Invited") == "s0007 (Invited)"
    assert aside("s0007", "招待中") == "s0007（招待中）"
