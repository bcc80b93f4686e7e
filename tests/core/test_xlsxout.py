"""Workbooks (core/xlsxout.py): what kind each cell has, and that memory does not grow with the rows."""

import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core import xlsxout
from core.settings import ROOT


def read(header, rows):
    file = io.BytesIO()
    xlsxout.write(file, header, rows)
    return load_workbook(file)


class TestCells:
    """Values as a spreadsheet understands them."""

    def test_numbers_days_and_moments_are_such(self):
        moment = datetime(2026, 4, 1, 15, 30, tzinfo=UTC)
        sheet = read(["a"] * 5, [[7, 2.5, Decimal("1.25"), date(2026, 4, 1), moment]]).active
        values = [cell.value for cell in sheet[2]]
        assert values == [7, 2.5, 1.25, datetime(2026, 4, 1), datetime(2026, 4, 2, 0, 30)], "moments are Japan's"  # noqa: DTZ001
        assert [cell.number_format for cell in sheet[2]][3:] == ["yyyy/mm/dd", "yyyy/mm/dd hh:mm"]

    def test_other_values_are_the_words_that_people_read(self):
        assert list(read(["a"] * 4, [[True, ["x", "y"], None, ""]]).active.values)[1] == ("はい", "x、y", None, None)

    def test_a_long_number_keeps_its_digits_as_text(self):
        assert read(["a"], [[12345678901234567]]).active["A2"].value == "12345678901234567"

    @pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@x", "\t=1", "http://x.jp", "0123", "\x07bell", "_x0041_"])
    def test_a_text_stays_the_text_that_it_is(self, text):
        cell = read(["a"], [[text]]).active["A2"]
        assert cell.data_type == "s"
        assert cell.value.replace("_x0007_", "\x07").replace("_x005F_", "_") == text
        assert not cell.hyperlink

    def test_an_empty_list_has_its_headings(self):
        assert list(read(["番号", "氏名"], []).active.values) == [("番号", "氏名")]

    def test_more_rows_than_a_sheet_takes_go_on_to_the_next(self, monkeypatch):
        monkeypatch.setattr(xlsxout, "ROWS_A_SHEET", 60)
        book = read(["n"], ([n] for n in range(130)))
        assert [sheet.max_row for sheet in book] == [61, 61, 11]
        assert [value for sheet in book for (value,) in list(sheet.values)[1:]] == list(range(130))


GROWING = """
import resource, sys, tempfile
from core import xlsxout
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def rows(n): return ([i, "山田 太郎", "ヤマダ タロウ", "本社 / 営業部", "090-1234-5678"] for i in range(n))
with tempfile.TemporaryFile() as f: xlsxout.write(f, list("abcde"), rows(2_000))
before = peak()
with tempfile.TemporaryFile() as f: xlsxout.write(f, list("abcde"), rows(40_000))
print(peak() - before)
"""


def test_memory_does_not_grow_with_the_rows():
    grown = subprocess.run([sys.executable, "-c", GROWING], cwd=ROOT, capture_output=True, check=True, text=True)
    assert int(grown.stdout) < 4_000, "kB more at the peak for 38,000 rows more"
