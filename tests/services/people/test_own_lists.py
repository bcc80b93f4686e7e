"""Own fields of people in lists, filters, files and imports."""

import pytest
from sqlalchemy import select

from core.errors import Invalid
from data.models.people import Person
from services.fields import OwnKind, edit_field
from services.fields.edit import EditedField
from services.people import export_people, search_people
from services.people.export import ExportAsk
from services.people.search import PeopleAsk
from services.people.store import set_own
from tests.factories import make_department
from tests.services.changes.stage import latest, state, undone
from tests.services.fields.stage import add_fields
from tests.services.people.importing import csv_of

IMPORTING = ("people.upload", "people.map_import", "people.import_show", "people.import_rows")
HEADER = ("社員番号", "姓", "時給", "Contract until", "size", "資格", "上長", "派遣先")


@pytest.fixture
def fields(administrator, cast):
    return add_fields(administrator)


@pytest.fixture
def kept(tx, fields, cast):
    """Two people with values."""
    set_own(tx, {
        cast.staff.id: {"note": "早番", "pay": "1200.5", "until": "2026-04-01", "size": "M", "skills": ["運転", "英語"],
                        "boss": cast.manager.id, "site": cast.branch.id},
        cast.far.id: {"pay": "-3", "until": "2026-12-31", "size": "S", "skills": ["英語"]},
    })  # fmt: skip


def own_of(tx, person):
    return tx.scalar(select(Person.own).where(Person.id == person.id))


class TestSearch:
    def test_conditions_find_by_every_kind(self, administrator, kept, cast):
        staff, far = "社員 三郎", "遠方 四郎"
        wanted = {
            ("note=早番",): [staff], ("pay=1,200.50",): [staff], ("pay>=-3", "pay<=0"): [far], ("pay>=1",): [staff],
            ("until<=2026-04-01",): [staff], ("until>=2026-04-02",): [far], ("until=2026/12/31",): [far],
            ("size=中",): [staff], ("skills=英語",): [staff, far], ("skills=英語", "size=S"): [far],
            (f"boss={cast.manager.code}",): [staff], (f"site=#{cast.branch.id}",): [staff], ("site=支社",): [staff],
            ("size=L",): [], ("note^=早",): [staff], ("note^=番",): [], ("pay>=1", "note^=早番"): [staff],
        }  # fmt: skip
        for own, names in wanted.items():
            found = search_people(administrator, PeopleAsk(own=list(own))).rows
            assert sorted(row.name for row in found) == sorted(names), own

    def test_a_text_is_found_by_its_beginning_in_any_letters(self, administrator, tx, fields, cast):
        set_own(tx, {cast.staff.id: {"note": "Ａ棟 100%"}, cast.far.id: {"note": "Éb"}})
        staff, far = ["社員 三郎"], ["遠方 四郎"]
        for start, names in {
            "a棟": staff,
            "Ａ": staff,
            "ｅ": [],
            "éＢ": far,
            "a棟 100％": staff,
            "%": [],
            "a_": [],
        }.items():
            found = search_people(administrator, PeopleAsk(own=[f"note^={start}"])).rows
            assert [row.name for row in found] == names, start

    @pytest.mark.parametrize(
        "own",
        [
            "size",
            "size=XL",
            "size>=M",
            "size^=M",
            "pay^=1",
            "note>=早",
            "note^=",
            "pay>=many",
            "nothing=1",
            "boss=nobody",
            "note=",
        ],
    )
    def test_what_is_no_condition_is_refused(self, administrator, kept, own):
        with pytest.raises(Invalid) as error:
            search_people(administrator, PeopleAsk(own=[own]))
        assert "own" in error.value.fields

    def test_rows_hold_what_is_kept_and_what_people_read(self, administrator, kept, cast):
        (row,) = search_people(administrator, PeopleAsk(own=["size=M"])).rows
        assert row.own["pay"] == "1200.5"
        assert (row.own_values["時給"], row.own_values["上長"]) == ("1,200.5", "部長 太郎")


class TestFiles:
    def test_an_untouched_export_changes_nothing(self, administrator, importer, kept):
        before = state(administrator)
        exported = export_people(administrator, ExportAsk(own=["skills=英語"]))
        assert exported.rows == 2
        assert "上長" in exported.content.decode("utf-8-sig")
        checked = importer.start(exported.content).check()
        assert (checked.counts["same"], checked.counts["error"]) == (2, 0)
        assert state(administrator) == before

    def test_an_untouched_export_changes_nothing_where_references_lead_out_of_reach_or_of_use(
        self, limited, tx, importer, fields, cast
    ):
        closed = make_department(tx, "閉鎖")
        closed.retired_at = tx.now
        set_own(tx, {cast.staff.id: {"boss": cast.far.id, "site": closed.id}})
        tx.session.flush()
        manager = limited("people.export", "people.search", "people.department_choices", *IMPORTING)
        exported = export_people(manager, ExportAsk(text="社員"))
        assert cast.far.code not in exported.content.decode("utf-8-sig")
        importing = importer.start(exported.content, actor=manager.actor)
        assert importing.check().counts["same"] == 1, importing.problems()
        other = exported.content.decode("utf-8-sig").replace(f"#{cast.far.id}", f"#{cast.crisis_manager.id}")
        importing = importer.start(other.encode(), actor=manager.actor)
        assert importing.check().counts["error"] == 1

    def test_cells_are_read_and_an_undo_brings_them_back(self, administrator, tx, importer, kept, cast):
        before = state(administrator)
        content = csv_of(
            (cast.staff.code, "社員", "９００", "2026/5/1", "S", "簿記;運転", cast.far.code, ""),
            ("N1", "新人", "1", "", "Small", "", "", "本社 / 総務部"), header=HEADER,
        )  # fmt: skip
        importing = importer.start(content)
        assert importing.check().counts["error"] == 0, importing.problems()
        shown = {one.label: (one.before, one.after) for one in importing.rows()[0].changes}
        assert shown["契約終了日"] == ("2026/04/01", "2026/05/01")
        assert shown["上長"] == ("部長 太郎", "遠方 四郎")
        importing.apply()
        assert own_of(tx, cast.staff) == {
            "note": "早番", "pay": "900", "until": "2026-05-01", "size": "S", "skills": ["運転", "簿記"],
            "boss": cast.far.id,
        }  # fmt: skip
        assert tx.scalar(select(Person.own).where(Person.code == "N1")) == {
            "pay": "1", "size": "S", "site": cast.general_affairs.id,
        }  # fmt: skip
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_refused_rows_say_why(self, administrator, importer, kept, cast, fields):
        size = fields["size"]
        edit_field(administrator, EditedField(
            id=size.id, version=size.version, kind=OwnKind.CHOICE, label_ja="制服", choices=["S", "L"], required=True,
        ))  # fmt: skip
        content = csv_of(
            (cast.staff.code, "社員", "many", "", "M", "", "nobody", ""),
            (cast.far.code, "遠方", "1", "", "M", "", "", ""),
            ("N1", "新人", "1", "", "", "", "", "どこにもない部"), header=HEADER,
        )  # fmt: skip
        importing = importer.start(content)
        importing.check()
        wrong = {(line, column) for line, column, _text in importing.problems()}
        assert wrong == {(2, "時給"), (2, "上長"), (3, "size"), (4, "size"), (4, "派遣先")}
        lacking = importer.start(csv_of(("N2", "新人"), header=("社員番号", "姓")))
        lacking.check()
        assert lacking.problems() == [(2, "", "新しい利用者には「制服」が必要です。対応する列を選んでください。")]
