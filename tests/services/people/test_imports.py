"""What an import of people makes of a file."""

import pytest
from sqlalchemy import func, select

from core.errors import Invalid
from data.models.access import Account, AccountStatus, PermissionAssignment
from data.models.people import ContactPoint, ContactState, Department, ImportState, Person, RowAction
from services.people import bad_csv, export_people, map_import, retire_people, show_person
from services.people.export import ExportAsk
from services.people.imports.queries import ImportAsk
from services.people.imports.rows import Draft
from services.people.imports.upload import Mapping
from services.people.retire import Several
from services.people.show import PersonAsk
from tests.factories import make_department, make_person
from tests.services.people.importing import FULL, HEADER, csv_of


@pytest.fixture
def person(tx):
    """Return everything about the person of a code."""
    return lambda code: show_person(tx, PersonAsk(id=tx.scalar(select(Person.id).where(Person.code == code))))


class TestAdding:
    def test_stores_every_column_in_the_writing_that_is_kept(self, importer, person, cast, tx):
        assert importer.all_of(csv_of(FULL)).state is ImportState.APPLIED
        found = person("A1")
        assert (found.name, found.family_kana, found.given_kana, found.language) == (
            "髙橋 ①郎",
            "タカハシ",
            "イチロウ",
            "en",
        )
        assert [place.full_name for place in found.departments] == ["本社 / 総務部", "支社"]
        assert [region.code for region in found.regions] == ["1310100", "350"]
        assert (found.mail1, found.mail2, found.mobile) == ("T@example.jp", "b@example.jp", "090-1234-5678")
        assert (found.login, found.account_status) == ("taka", AccountStatus.INVITED)

    def test_an_import_never_makes_administrators(self, importer, person, cast, tx):
        importer.all_of(csv_of(("A1", "新", "", "", "", "newcomer"), header=(*HEADER, "権限")))
        account = tx.scalar(select(Account.id).where(Account.login == "newcomer"))
        assert tx.scalar(select(PermissionAssignment.id).where(PermissionAssignment.account_id == account)) is None

    def test_whole_names_are_parted_at_their_first_space(self, importer, person, cast, tx):
        importer.all_of(
            csv_of(
                ("A1", "山田　花子", "ヤマダ ハナコ"), ("A2", "ピエール", ""), header=("社員番号", "氏名", "フリガナ")
            )
        )
        assert (person("A1").family_name, person("A1").given_kana) == ("山田", "ハナコ")
        assert (person("A2").family_name, person("A2").given_name) == ("ピエール", "")

    def test_missing_departments_are_made_if_wanted(self, importer, person, cast, tx):
        content = csv_of(
            ("A1", "新", "", "", "", "", "支社>営業部＞第一課"), ("A2", "新", "", "", "", "", "支社／営業部")
        )
        assert [row for row in importer.start(content).check().counts.items() if row[0] == "error"] == [("error", 2)]
        importing = importer.start(content)
        assert importing.check(create=True).counts["departments"] == 2
        importing.apply()
        assert person("A1").departments[0].full_name == "支社 / 営業部 / 第一課"
        assert tx.scalar(select(func.count()).where(Department.full_name.startswith("支社 / "))) == 2


class TestChanging:
    def test_a_new_department_written_in_other_letters_is_made_once(self, importer, person, cast, tx):
        rows = [("A1", "甲", "Sales/East"), ("A2", "乙", "ｓａｌｅｓ > EAST"), ("A3", "丙", "SALES / west")]
        importing = importer.all_of(csv_of(*rows, header=("社員番号", "姓", "部署")), create=True)
        assert importing.counts["departments"] == 3
        names = select(Department.full_name).where(Department.full_name.ilike("sales%")).order_by(Department.full_name)
        assert tx.execute(names).scalars().all() == ["Sales", "Sales / East", "Sales / west"]

    def test_an_empty_cell_clears_and_a_column_that_is_not_mapped_leaves_alone(self, importer, person, cast, tx):
        importer.all_of(csv_of(FULL))
        importer.all_of(
            csv_of(
                ("A1", "", "", "", "", "b@example.jp"), header=("社員番号", "姓", "名", "姓カナ", "携帯電話", "メール1")
            )
        )
        found = person("A1")
        assert (found.name, found.family_kana, found.given_kana) == ("髙橋 ①郎", "", "イチロウ")
        assert (found.mail1, found.mail2, found.mobile) == ("b@example.jp", "", "")
        assert (len(found.departments), len(found.regions), found.login, found.language) == (2, 2, "taka", "en")

    def test_the_dry_run_says_what_stands_and_what_will(self, importer, person, cast, tx):
        importer.all_of(csv_of(FULL))
        importing = importer.start(csv_of(("A1", "鈴木", "", "", "", "", "支社"), header=HEADER[:7]))
        importing.check()
        (row,) = importing.rows()
        assert (row.action, row.key) == (RowAction.CHANGE, "A1")
        assert [(one.before, one.after) for one in row.changes] == [
            ("髙橋", "鈴木"), ("タカハシ", ""), ("イチロウ", ""), ("本社 / 総務部; 支社", "支社"),
        ]  # fmt: skip

    def test_the_same_again_changes_nothing(self, importer, person, cast, tx):
        importer.all_of(csv_of(FULL))
        before = person("A1")
        checked = importer.start(csv_of(FULL)).check()
        assert (checked.counts["same"], checked.counts["change"]) == (1, 0)
        assert person("A1") == before

    def test_an_address_that_stays_keeps_what_is_known_of_it(self, importer, person, cast, tx):
        importer.all_of(csv_of(FULL))
        tx.scalar(select(ContactPoint).where(ContactPoint.value == "T@example.jp")).state = ContactState.WORKS
        importer.all_of(csv_of(("A1", "T@example.jp", "c@example.jp"), header=("社員番号", "メール1", "メール2")))
        assert [(one.value, one.state) for one in person("A1").contacts if one.kind == "mail"] == [
            ("T@example.jp", ContactState.WORKS),
            ("c@example.jp", ContactState.UNTRIED),
        ]

    def test_a_whole_name_without_a_space_does_not_part_anew(self, importer, person, cast, tx):
        importer.all_of(csv_of(FULL))
        assert importer.start(csv_of(("A1", "髙橋①郎"), header=("社員番号", "氏名"))).check().counts["same"] == 1

    def test_two_people_may_exchange_addresses(self, importer, person, cast, tx):
        header = ("社員番号", "姓", "メール1")
        importer.all_of(csv_of(("A1", "甲", "a@example.jp"), ("A2", "乙", "b@example.jp"), header=header))
        importer.all_of(csv_of(("A1", "甲", "b@example.jp"), ("A2", "乙", "a@example.jp"), header=header))
        assert (person("A1").mail1, person("A2").mail1) == ("b@example.jp", "a@example.jp")

    def test_an_address_is_not_free_while_the_row_that_gives_it_up_is_faulty(self, importer, person, cast, tx):
        header = ("社員番号", "姓", "メール1")
        importer.all_of(
            csv_of(
                ("A1", "甲", "a@example.jp"), ("A2", "乙", "b@example.jp"), ("A3", "丙", "c@example.jp"), header=header
            )
        )
        content = csv_of(
            ("A1", "=1", "x@example.jp"), ("A2", "乙", "a@example.jp"), ("A3", "丙", "b@example.jp"), header=header
        )
        importing = importer.start(content)
        assert importing.check().counts["error"] == 3
        assert [line for line, column, _ in importing.problems() if column == "メール1"] == [3, 4]

    def test_no_row_gives_up_what_somebody_registered_themselves(self, importer, person, cast, tx):
        other = make_person(tx, code="A2", mail="b@example.jp")
        tx.add(
            ContactPoint(
                person_id=other.id, kind="mail", value="p@example.jp", origin="person", slot=1, verified_at=tx.now
            )
        )
        header = ("社員番号", "姓", "メール1")
        importing = importer.start(csv_of(("A1", "甲", "p@example.jp"), ("A2", "乙", "c@example.jp"), header=header))
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "メール1")]

    def test_addresses_that_are_all_taken_are_gone_through_once(self, importer, cast, tx, monkeypatch):
        header = ("社員番号", "姓", "メール1")
        importer.all_of(csv_of(*((f"A{n}", "甲", f"a{n}@example.jp") for n in range(50)), header=header))
        monkeypatch.setattr(Draft, "__eq__", lambda *_: pytest.fail("rows are compared with one another"))
        importing = importer.start(csv_of(*((f"B{n}", "甲", f"a{n}@example.jp") for n in range(50)), header=header))
        assert importing.check().counts["error"] == 50

    def test_a_login_is_renamed_unless_its_account_holds_permissions(self, importer, person, cast, tx, administrator):
        header = ("社員番号", "ログインID")
        staff, boss = tx.get(Person, cast.staff.id).code, tx.get(Person, cast.manager.id).code
        importer.all_of(csv_of((staff, "renamed"), header=header))
        assert person(staff).login == "renamed"
        assert importer.start(csv_of((boss, "renamed2"), header=header)).check().counts["error"] == 1


class TestErrors:
    FAULTS = (
        ("社員番号", "=1+1"), ("社員番号", ""), ("社員番号", "1.2E+05"), ("社員番号", "A B"),
        ("姓", "=cmd|' /C calc'!A0"), ("姓", "@SUM(1)"), ("姓", "'=1"), ("姓", "あ" * 101), ("姓", "a\nb"),
        ("姓", "a\0b"), ("姓カナ", "漢字"), ("ログインID", "no spaces"), ("ログインID", "admin"), ("部署", "どこか"),
        ("部署", "課"), ("部署", "廃止部"), ("部署", "=本社"), ("部署", "本社;どこか"), ("地域", "府中市"),
        ("地域", "どこか"), ("地域", "横浜市"), ("地域", "9999999"), ("メール1", "x"), ("メール2", "taken@example.jp"),
        ("携帯電話", "03-1234-5678"), ("言語", "仏語"),
    )  # fmt: skip

    def test_a_cell_that_cannot_be_used_is_named_by_row_and_column(self, importer, person, cast, tx):
        make_person(tx, mail="taken@example.jp")
        for name in ("甲", "乙"):
            make_department(tx, "課", make_department(tx, name))
        make_department(tx, "廃止部").retired_at = tx.now
        rows = []
        for number, (column, cell) in enumerate(self.FAULTS):
            row = dict(zip(HEADER, (f"A{number}", "新", *[""] * 11), strict=True)) | {column: cell}
            rows.append(tuple(row.values()))
        importing = importer.start(csv_of(*rows, ("A99", "良")))
        checked = importing.check()
        assert (checked.counts["error"], checked.counts["add"]) == (len(rows), 1)
        found = importing.problems()
        assert [(line, column) for line, column, _ in found] == [
            (line, column) for line, (column, _) in enumerate(self.FAULTS, start=2)
        ]
        assert all(text for _, _, text in found)

    def test_ambiguous_names_list_the_candidates(self, importer, person, cast, tx):
        importing = importer.start(csv_of(("A1", "新", "府中市"), header=("社員番号", "姓", "地域")))
        importing.check()
        assert "東京都府中市 (1320600)" in importing.problems()[0][2]
        assert "広島県府中市 (3420800)" in importing.problems()[0][2]

    def test_what_stands_twice_is_named_in_both_rows(self, importer, person, cast, tx):
        header = ("社員番号", "姓", "メール1", "ログインID")
        rows = [
            ("A1", "甲", "a@example.jp", "aa"),
            ("A1", "乙", "b@example.jp", "bb"),
            ("A3", "丙", "a@example.jp", "bb"),
        ]
        importing = importer.start(csv_of(*rows, header=header))
        importing.check()
        found = [(line, column, "".join(filter(str.isdigit, text))) for line, column, text in importing.problems()]
        assert sorted(found) == [
            (2, "メール1", "4"), (2, "社員番号", "3"), (3, "ログインID", "4"), (3, "社員番号", "2"),
            (4, "メール1", "2"), (4, "ログインID", "3"),
        ]  # fmt: skip

    def test_small_and_capital_letters_and_widths_make_no_other_key(self, importer, person, cast, tx):
        header = ("社員番号", "姓", "メール1")
        importer.all_of(csv_of(("A1", "甲", "taro@example.jp"), header=header))
        rows = [
            ("a1", "乙", ""), ("B1", "丙", "Taro@example.jp"), ("C1", "丁", "x@example.jp"),
            ("ｃ１", "戊", "X@Example.jp"), ("D1", "己", "ok@example.jp"), ("A1", "甲", "TARO@example.jp"),
        ]  # fmt: skip
        importing = importer.start(csv_of(*rows, header=header))
        importing.check()
        assert {(line, column) for line, column, _ in importing.problems()} == {
            (2, "社員番号"), (3, "メール1"), (4, "メール1"), (4, "社員番号"), (5, "メール1"), (5, "社員番号"),
            (7, "メール1"),
        }  # fmt: skip

    def test_a_sentence_about_a_huge_cell_is_short(self, importer, cast):
        for at in range(len(HEADER)):
            row = ["A1", "甲", *[""] * (len(HEADER) - 2)]
            row[at] = "あ" * 100_000
            importing = importer.start(csv_of(tuple(row)))
            importing.check()
            assert importing.problems()
            assert all(len(said) < 300 for _line, _column, said in importing.problems()), HEADER[at]
            assert len(importing.detail().model_dump_json() + importing.rows()[0].model_dump_json()) < 5_000

    def test_the_same_address_twice_in_one_row_is_kept_once(self, importer, person, cast, tx):
        importer.all_of(
            csv_of(
                ("A1", "甲", "a@example.jp", "A@example.jp".lower()), header=("社員番号", "姓", "メール1", "メール2")
            )
        )
        assert (person("A1").mail1, person("A1").mail2) == ("a@example.jp", "")

    def test_ragged_rows_are_errors_of_the_row(self, importer, person, cast, tx):
        content = "社員番号,姓,名\nA1,甲\nA2,乙,二,余\nA3,丙,三,,\n\nA4,丁,四\n".encode()
        importing = importer.start(content)
        assert importing.check().counts == {"rows": 4, "add": 2, "change": 0, "same": 0, "error": 2, "departments": 0}
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, ""), (3, "")]
        assert importing.rows()[-1].line == 6

    def test_zeros_that_excel_took_away_are_noticed(self, importer, person, cast, tx):
        importer.all_of(csv_of(("00123", "甲"), header=("社員番号", "姓")))
        importing = importer.start(csv_of(("123", "甲"), ("124", "乙"), header=("社員番号", "姓")))
        assert importing.check().counts["error"] == 1
        assert "00123" in importing.problems()[0][2]

    def test_a_new_person_needs_a_name_and_a_retired_one_is_not_changed(self, importer, person, cast, tx):
        importer.all_of(csv_of(("A1", "甲"), header=("社員番号", "姓")))
        retire_people(tx, Several(person_ids=[tx.scalar(select(Person.id).where(Person.code == "A1"))]))
        importing = importer.start(csv_of(("A1", "乙"), ("A2", ""), header=("社員番号", "姓")))
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "社員番号"), (3, "姓")]

    def test_bad_rows_come_back_as_the_same_csv_with_a_reason(self, importer, person, cast, tx, administrator):
        rows = [("A1", "髙橋"), ("A2", "=cmd"), ("-A3", "丙, 三")]
        importing = importer.start(
            csv_of(*rows, header=("社員番号", "姓"), encoding="cp932"), actor=administrator.actor
        )
        importing.check()
        file = bad_csv(administrator, ImportAsk(id=importing.id))
        text = file.content.decode("cp932")
        assert (file.filename, file.rows) == ("名簿_理由.csv", 2)
        lines = text.split("\r\n")
        assert lines[0] == "社員番号,姓,理由"
        assert lines[1].startswith("A2,'=cmd,姓: ")
        assert lines[2].startswith('\'-A3,"丙, 三",社員番号: ')
        again = importer.start(file.content, actor=administrator.actor)
        assert again.check().counts["error"] == 2
        assert bad_csv(administrator, ImportAsk(id=again.id)).content == file.content

    def test_the_delimiter_and_the_encoding_of_excels_unicode_text_come_back(self, importer, person, cast, tx):
        content = "社員番号\t姓\r\nA1\t=1\r\n".encode("utf-16")
        importing = importer.start(content)
        importing.check()
        text = bad_csv(tx, ImportAsk(id=importing.id)).content.decode("utf-16")
        assert text.startswith("社員番号\t姓\t理由\r\nA1\t'=1\t姓: ")


class TestMapping:
    @pytest.mark.parametrize(
        "mapping",
        [
            {}, {"family_name": "姓"}, {"code": "ない"}, {"code": "社員番号", "colour": "姓"},
            {"code": "社員番号", "family_name": "社員番号"}, {"code": "社員番号", "name": "姓", "given_name": "名"},
        ],
    )  # fmt: skip
    def test_a_mapping_that_cannot_be_used_is_refused(self, importer, tx, mapping):
        importing = importer.start(csv_of(("A1", "甲", "一"), header=("社員番号", "姓", "名")))
        with pytest.raises(Invalid) as caught:
            map_import(tx, Mapping(id=importing.id, mapping=mapping))
        assert caught.value.fields


class TestReach:
    @pytest.fixture
    def planned(self, importer, limited):
        """Return what becomes of each row for somebody who reaches 本社 and all below."""
        actor = limited("people.upload", "people.map_import", "people.import_show", "people.import_rows").actor

        def plan(*rows, header=("社員番号", "姓", "部署")):
            importing = importer.start(csv_of(*rows, header=header), actor=actor)
            importing.check(create=True)
            return [(row.action, [problem.column for problem in row.problems]) for row in importing.rows()]

        return plan

    def test_new_people_and_their_departments_lie_within_it(self, planned):
        rows = [("A1", "甲", "本社 / 総務部"), ("A2", "乙", "支社"), ("A3", "丙", ""), ("A4", "丁", "本社 / 新設課"),
                ("A5", "戊", "支社 / 新設課"), ("A6", "己", "新設部")]  # fmt: skip
        assert [action for action, _ in planned(*rows)] == [
            RowAction.ADD, RowAction.ERROR, RowAction.ERROR, RowAction.ADD, RowAction.ERROR, RowAction.ERROR,
        ]  # fmt: skip

    def test_people_outside_are_not_touched(self, planned, cast):
        rows = [(cast.far.code, "改", "本社"), (cast.staff.code, "改", "本社 / 総務部")]
        assert planned(*rows) == [(RowAction.ERROR, ["社員番号"]), (RowAction.CHANGE, [])]

    def test_who_may_do_more_gets_no_new_mail_address(self, planned, cast):
        """Nor does somebody get the one that such a person would have to give up."""
        header = ("社員番号", "メール1")
        rows = [(cast.manager.code, "mine@example.jp"), (cast.staff.code, "new@example.jp"), (cast.manager.code, "")]
        assert planned(*rows[:2], header=header) == [(RowAction.ERROR, ["メール1"]), (RowAction.CHANGE, [])]
        assert planned(rows[2], header=header) == [(RowAction.SAME, [])]

    def test_nobody_is_moved_out_of_it(self, planned, cast):
        assert planned((cast.staff.code, "改", "支社")) == [(RowAction.ERROR, ["部署"])]
        assert planned((cast.staff.code, "改", "")) == [(RowAction.ERROR, ["部署"])]
        assert planned((cast.staff.code, "改"), header=("社員番号", "姓")) == [(RowAction.CHANGE, [])]


class TestExport:
    def test_an_unchanged_file_changes_nothing(self, importer, person, cast, tx, administrator):
        importer.all_of(
            csv_of(FULL, ("A2", "Smith", "Ann", "", "", "", "", "", "-odd@example.com", "", "", "+1 202-456-1414"))
        )
        file = export_people(administrator, ExportAsk())
        assert file.content.startswith(b"\xef\xbb\xbf")
        assert "'+1 202-456-1414" in file.content.decode("utf-8-sig")
        checked = importer.start(file.content, actor=administrator.actor).check()
        assert (checked.counts["same"], checked.counts["rows"]) == (7, 7)

    def test_nor_where_names_and_codes_are_odd(self, importer, cast, tx, administrator):
        make_person(tx, "'=1+1", "＝１", code="'-1")
        make_person(tx, "\ufa19谷", "葛\U000e0100城", code="E1")
        for code in ("x1", "X1"):  # forms tell them apart
            make_person(tx, "O'Neil", "''-x", code=code)
        checked = importer.start(export_people(administrator, ExportAsk()).content).check()
        assert (checked.counts["same"], checked.counts["rows"]) == (9, 9)

    def test_has_whom_the_actor_reaches_and_the_filter_means(self, limited, cast):
        assert export_people(limited("people.export"), ExportAsk()).rows == 3
        assert export_people(limited("people.export"), ExportAsk(department_id=cast.general_affairs.id)).rows == 1
