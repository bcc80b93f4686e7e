"""Imports of departments: by path, and by code and the code of the one above."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import WHOLE, Reach, What
from core.errors import Invalid, Refused
from data.models.people import Department, ImportKind, Membership, RowAction
from services.people import map_import
from services.people.imports.upload import Mapping
from tests.factories import make_department
from tests.services.people.importing import csv_of

PATH, CODES = ("部署",), ("部署コード", "部署名", "親部署コード")


@pytest.fixture
def start(importer):
    """Upload a file of departments."""
    return lambda *rows, header: importer.start(csv_of(*rows, header=header), kind=ImportKind.DEPARTMENTS)


@pytest.fixture
def tree(tx):
    """Return the full name of each department with its code, depth and path."""

    def read():
        tx.session.expire_all()
        return {row.full_name: row for row in tx.execute(select(Department)).scalars()}

    return read


def coded(tx, department, code):
    """Give a department a code."""
    department.code = code
    tx.session.flush()
    return department


class TestByPath:
    def test_makes_departments_and_those_above_them(self, start, tree, cast):
        importing = start(("本社 / 営業部 / 第一課",), ("北支社>営業課",), ("北支社",), ("支社",), header=PATH)
        counts = importing.check().counts
        assert (counts["add"], counts["same"], counts["departments"]) == (3, 1, 1)
        importing.apply()
        found = tree()
        assert found["本社 / 営業部 / 第一課"].depth == 2
        assert found["北支社 / 営業課"].path == f"/{found['北支社'].id}/{found['北支社 / 営業課'].id}/"

    def test_one_in_other_letters_is_the_same(self, start, cast):
        importing = start(("Sales / 東",), ("ＳＡＬＥＳ/東",), ("sales",), header=PATH)
        assert importing.check().counts["add"] == 2
        assert [line for line, _, _ in importing.problems()] == [3]

    def test_gives_codes(self, start, tree, tx, cast):
        coded(tx, cast.head_office, "H")
        importing = start(("本社", ""), ("支社", "B"), ("新", "N"), header=("部署", "部署コード"))
        importing.check()
        assert [row.action for row in importing.rows()] == [RowAction.SAME, RowAction.CHANGE, RowAction.ADD]
        importing.apply()
        assert {name: row.code for name, row in tree().items()} == {
            "本社": "H",
            "本社 / 総務部": None,
            "支社": "B",
            "新": "N",
        }

    def test_what_cannot_be_used_is_named(self, start, tx, cast):
        make_department(tx, "廃止部").retired_at = tx.now
        coded(tx, cast.head_office, "H")
        rows = [("廃止部",), ("廃止部 / 新",), ("本社 //  課",), ("",), ("a、b",), ("=cmd",), ("甲",), ("甲",),
                ("乙", "H"), ("丙", "=1"), ("丁", "K"), ("戊", "K"), ("深 / … / 底",)]  # fmt: skip
        importing = start(*rows, header=("部署", "部署コード"))
        assert importing.check().counts["add"] == 2
        columns = {line: column for line, column, _ in importing.problems()}
        assert columns == {
            2: "部署", 3: "部署", 4: "部署", 6: "部署", 7: "部署", 9: "部署", 10: "部署コード", 11: "部署コード",
            13: "部署コード", 14: "部署",
        }  # fmt: skip

    def test_zeros_that_excel_took_away_are_noticed(self, start, tx, cast):
        coded(tx, cast.head_office, "000")
        coded(tx, cast.branch, "010")
        importing = start(("本社", "0"), ("支社", "10"), ("本社 / 総務部", "20"), header=("部署", "部署コード"))
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "部署コード"), (3, "部署コード")]
        importing = start(("10", "西日本支社", ""), ("30", "新設", "0"), ("40", "分室", ""), header=CODES)
        importing.check()
        (line, column, said), (other_line, other_column, other_said) = importing.problems()
        assert (line, column, other_line, other_column) == (2, "部署コード", 3, "親部署コード")
        assert "010" in said
        assert "000" in other_said

    def test_nothing_but_departments_is_written(self, start, tx, cast):
        before = tx.execute(select(Membership.person_id, Membership.department_id)).all()
        importing = start(("新",), header=PATH)
        importing.check()
        importing.apply()
        assert tx.execute(select(Membership.person_id, Membership.department_id)).all() == before


class TestByCode:
    def test_a_department_above_may_stand_further_down(self, start, tree, cast):
        importing = start(("C", "第一課", "B"), ("B", "営業部", "A"), ("A", "新社", ""), header=CODES)
        assert importing.check().counts["add"] == 3
        importing.apply()
        found = tree()["新社 / 営業部 / 第一課"]
        assert (found.code, found.depth) == ("C", 2)

    def test_renames_moves_and_adopts(self, start, tree, tx, cast):
        coded(tx, cast.branch, "B")
        importing = start(("H", "本社", ""), ("G", "総務部", "H"), ("B", "西支社", "G"), header=CODES)
        importing.check()
        assert [[(one.before, one.after) for one in row.changes] for row in importing.rows()] == [
            [("", "H")], [("", "G")], [("支社", "本社 / 総務部 / 西支社")],
        ]  # fmt: skip
        importing.apply()
        assert {name: (row.id, row.code) for name, row in tree().items()} == {
            "本社": (cast.head_office.id, "H"),
            "本社 / 総務部": (cast.general_affairs.id, "G"),
            "本社 / 総務部 / 西支社": (cast.branch.id, "B"),
        }
        again = start(("H", "本社", ""), ("G", "総務部", "H"), ("B", "西支社", "G"), header=CODES)
        assert again.check().counts["same"] == 3

    def test_two_may_exchange_their_names_and_places(self, start, tree, tx, cast):
        coded(tx, cast.head_office, "H"), coded(tx, cast.branch, "B"), coded(tx, cast.general_affairs, "G")
        importing = start(("H", "支社", ""), ("B", "本社", ""), ("G", "総務部", "B"), header=CODES)
        assert importing.check().counts["change"] == 3
        importing.apply()
        assert {name: row.code for name, row in tree().items()} == {"支社": "H", "本社": "B", "本社 / 総務部": "G"}

    def test_upside_down_is_no_cycle(self, start, tree, tx, cast):
        coded(tx, cast.head_office, "H"), coded(tx, cast.general_affairs, "G")
        importing = start(("G", "総務部", ""), ("H", "本社", "G"), header=CODES)
        assert importing.check().counts["error"] == 0
        importing.apply()
        assert set(tree()) == {"総務部", "総務部 / 本社", "支社"}

    def test_a_cycle_is_named_and_carries_those_below_it_along(self, start, tree, cast):
        rows = [
            ("A", "甲", "C"),
            ("B", "乙", "A"),
            ("C", "丙", "B"),
            ("D", "丁", "C"),
            ("E", "戊", "E"),
            ("F", "己", ""),
        ]
        importing = start(*rows, header=CODES)
        assert importing.check().counts["error"] == 5
        texts = {line: text for line, _, text in importing.problems()}
        assert "A → C → B → A" in texts[2]
        assert "4" in texts[5]
        importing.apply(good_rows_only=True)
        assert "己" in tree()

    def test_a_cycle_with_what_is_there_already(self, start, tx, cast):
        coded(tx, cast.head_office, "H"), coded(tx, cast.general_affairs, "G")
        importing = start(("H", "本社", "G"), header=CODES)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "親部署コード")]

    def test_what_cannot_be_used_is_named(self, start, tx, cast):
        coded(tx, make_department(tx, "廃止部"), "R").retired_at = tx.now
        rows = [("", "名なし", ""), ("A", "", ""), ("B", "乙", "ない"), ("C", "丙", ""), ("C", "丁", ""),
                ("D", "支社", "R"), ("E", "戊", ""), ("F", "戊", ""), ("R", "廃止部", "")]  # fmt: skip
        importing = start(*rows, header=CODES)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [
            (2, "部署コード"), (3, "部署名"), (4, "親部署コード"), (5, "部署コード"), (6, "部署コード"),
            (7, "親部署コード"), (9, "部署名"), (10, "部署コード"),
        ]  # fmt: skip


class TestMapping:
    def test_is_guessed(self, start, cast):
        assert start(("A", "甲", ""), header=CODES).mapping == {
            "code": "部署コード", "name": "部署名", "parent_code": "親部署コード",
        }  # fmt: skip
        assert start(("甲",), header=("部署名",)).mapping == {"path": "部署名"}

    @pytest.mark.parametrize("mapping", [{}, {"code": "部署コード"}, {"path": "部署名", "parent_code": "親部署コード"}])
    def test_that_cannot_be_used_is_refused(self, start, tx, cast, mapping):
        importing = start(("A", "甲", ""), header=CODES)
        with pytest.raises(Invalid):
            map_import(tx, Mapping(id=importing.id, mapping=mapping))

    def test_needs_the_whole_organisation_in_reach(self, importer, limited):
        actor = limited("people.upload", "people.map_import").actor
        importing = importer.start(csv_of(("甲",), header=PATH), actor=actor, kind=ImportKind.DEPARTMENTS)
        assert actor.reach("people.map_import", What.BULK) != Reach(whole=True)
        with pytest.raises(Refused):
            importing.check()

    def test_needs_it_still_when_it_is_applied(self, importer, limited, tx):
        narrow = limited("people.upload", "people.map_import", "people.apply_import", "people.import_show").actor
        wide = replace(narrow, grants=dict.fromkeys(narrow.grants, WHOLE))
        importing = importer.start(csv_of(("支社 / 新設",), header=PATH), actor=wide, kind=ImportKind.DEPARTMENTS)
        importing.check()
        importing.actor = narrow
        with pytest.raises(Refused):
            importing.apply()
        assert tx.scalar(select(Department.id).where(Department.name == "新設")) is None
