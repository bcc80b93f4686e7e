"""Reading the bytes of a CSV: encodings, delimiters, headers, and what is no CSV at all."""

import io
import zipfile

import pytest

from core.errors import Invalid
from data.models.people import ImportKind
from services.people.imports.columns import guess
from services.people.imports.read import read_sheet as read_file

TEXT = '社員番号,姓,名\r\n001,髙橋,①郎\r\n002,"山田, 太郎","二\r\n行"\r\n'


def read_sheet(content):
    return read_file(io.BytesIO(content))


def cells(content):
    return [line.cells for line in read_sheet(content).lines]


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "named"),
        [
            ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp932", "cp932"), ("utf-16", "utf-16"),
            ("euc_jp", "euc_jp"), ("iso2022_jp", "iso2022_jp_2004"),
        ],
    )  # fmt: skip
    def test_are_recognised(self, encoding, named):
        text = TEXT if encoding not in {"euc_jp", "iso2022_jp"} else TEXT.replace("髙", "高").replace("①", "一")
        sheet = read_sheet(text.encode(encoding))
        assert (sheet.encoding, sheet.header) == (named, ["社員番号", "姓", "名"])
        assert sheet.lines[1].cells == ["002", "山田, 太郎", "二\r\n行"]

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16_without_a_mark(self, encoding):
        assert cells("code,name\r\n1,a\r\n2,山\r\n".encode(encoding)) == [["1", "a"], ["2", "山"]]

    def test_half_width_kana_of_cp932_stay_what_they_are(self):
        assert cells("社員番号,姓カナ\r\n1,ﾔﾏﾀﾞ\r\n".encode("cp932")) == [["1", "ﾔﾏﾀﾞ"]]

    def test_a_broken_one_is_refused_with_a_sentence(self):
        with pytest.raises(Invalid):
            read_sheet("社員番号,姓\n1,山".encode() + b"\xff\xfe\xfa\n")


class TestShapes:
    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_delimiters_are_recognised(self, delimiter):
        assert cells(f"a{delimiter}b\n1{delimiter}2\n".encode()) == [["1", "2"]]

    def test_the_hint_of_excel_is_read_and_counted(self):
        sheet = read_sheet(b"sep=;\r\na;b,c\r\n1;2\r\n")
        assert (sheet.delimiter, sheet.header, sheet.lines[0].number) == (";", ["a", "b,c"], 3)

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_of_every_system(self, end):
        assert cells(end.join(["a,b", "1,2", "3,4", ""]).encode()) == [["1", "2"], ["3", "4"]]

    def test_rows_are_numbered_as_in_a_spreadsheet(self):
        sheet = read_sheet(b'a,b\n1,"x\ny"\n,\n\n2,z\n')
        assert [(line.number, line.cells) for line in sheet.lines] == [(2, ["1", "x\ny"]), (5, ["2", "z"])]

    def test_empty_columns_at_the_end_do_not_count_and_one_within_gets_a_number(self):
        assert read_sheet(b"a,,b,,\n1,2,3,,\n").header == ["a", "(2)", "b"]


class TestRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\xef\xbb\xbf", b" \r\n ", b"a,b\n", b"a,b\n,\n\n", b"\n\n1,2\n", b"a,a\n1,2\n", b'a,b\n1,"x\n2,y\n',
            b'a,b\n"x"y,2\n', b'a,b\n1,"' + b"x" * 200_000, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
            b"\xff\xfea", b"\xef\xbb\xbfa,b\n\xff,1\n",
        ],
        ids=lambda content: repr(content[:12]),
    )  # fmt: skip
    def test_what_is_no_csv_gets_a_sentence(self, content):
        with pytest.raises(Invalid) as caught:
            read_sheet(content)
        assert caught.value.text

    def test_a_long_cell_is_no_matter_of_quotation_marks_alone(self):
        with pytest.raises(Invalid, match="1,048,576"):
            read_sheet(b'a,b\n1,"' + b"x" * 1_100_000 + b'"\n')

    @pytest.mark.parametrize("mark", ["\ufeff\ufeff", "\ufeff\ufeff\ufeff"])
    def test_a_byte_order_mark_may_stand_there_twice(self, mark):
        assert read_sheet(f"{mark}社員番号,姓\n1,甲\n".encode()).header == ["社員番号", "姓"]

    def test_a_workbook_renamed_is_told_apart(self):
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
        with pytest.raises(Invalid, match="Excel"):
            read_sheet(book.getvalue())

    def test_a_file_without_lines_is_not_read_as_one(self):
        with pytest.raises(Invalid, match="4,194,304"):
            read_sheet(b"x" * 5_000_000)


class TestGuess:
    @pytest.mark.parametrize(
        ("header", "fields"),
        [
            (("社員番号", "姓", "名"), ["code", "family_name", "given_name"]),
            (("ＩＤ", "氏　名", "ふりがな"), ["code", "name", "kana"]),
            (("Employee No.", "Last Name", "First_Name", "E-mail"), ["code", "family_name", "given_name", "mail1"]),
            (("従業員コード*", "所属部署（必須）", "携帯電話番号"), ["code", "departments", "mobile"]),
            (("色", "形"), []),
        ],
    )
    def test_takes_the_names_of_others(self, header, fields):
        mapping = guess(ImportKind.PEOPLE, header)
        assert sorted(mapping) == sorted(fields)

    def test_parts_of_a_name_go_before_the_whole(self):
        assert set(guess(ImportKind.PEOPLE, ("氏名", "姓", "名"))) == {"family_name", "given_name"}

    def test_a_column_is_taken_once(self):
        assert guess(ImportKind.PEOPLE, ("メール", "email")) == {"mail1": "メール"}
