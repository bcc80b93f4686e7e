"""Whatever a file holds: it never crashes, and what was imported comes back unchanged."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import csvout
from core.errors import Invalid
from services.people import export_people
from services.people.export import ExportAsk
from services.people.imports.read import read_sheet
from tests.services.people.importing import HEADER, csv_of

IN_ONE_SESSION = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="=+-@'")
NAMES = st.text(LETTERS, min_size=1, max_size=12)
KANA = st.lists(st.sampled_from(["ア", "ヴ", "ァ", "ッ", "ー", "・", "ﾀﾞ", "ｶ", "ﾊﾟ", "が", "ん"]), max_size=8).map(
    "".join
)
PLACES = ["本社", "本社 / 総務部", "支社", "本社>新設部", "ほか／課"]
ROW = st.tuples(
    st.from_regex(r"[A-Z][0-9]{1,8}", fullmatch=True),
    NAMES,
    st.one_of(st.just(""), NAMES),
    KANA,
    KANA,
    st.one_of(st.just(""), st.from_regex(r"[a-z][a-z0-9._@+-]{2,20}", fullmatch=True)),
    st.lists(st.sampled_from(PLACES), max_size=3).map("; ".join),
    st.lists(st.sampled_from(["13", "350", "千代田区", "0110100", "110100"]), max_size=3).map("、".join),
    st.one_of(st.just(""), st.from_regex(r"[a-z+=!-]{1,9}@[a-z]{2,9}\.jp", fullmatch=True)),
    st.one_of(st.just(""), st.from_regex(r"[A-Z]{3,9}@[A-Z]{2,9}\.jp", fullmatch=True)),
    st.just(""),
    st.sampled_from(["", "090-1234-5678", "08012345678", "+1 202-456-1414"]),
    st.sampled_from(["", "ja", "EN", "英語"]),
)
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\t\r"), min_size=1)
OWN = (0, 5, 8, 9)
"""Code, login and mail addresses belong to one person each; an empty one belongs to nobody."""


def own(at: int) -> Callable[[tuple[str, ...]], object]:
    return lambda row: row[at].lower() or id(row)


ROWS = st.lists(ROW, min_size=1, max_size=6, unique_by=tuple(own(at) for at in OWN))


class TestRoundTrip:
    @IN_ONE_SESSION
    @given(rows=ROWS)
    def test_what_was_imported_comes_back_unchanged(self, importer, tx, rows):
        round_trip(importer, tx, rows)


def round_trip(importer, tx, rows):
    """Import rows, then the same rows, then what the export makes of them."""
    with tx.session.begin_nested() as point:
        importer.all_of(csv_of(*rows), create=True)
        again = importer.start(csv_of(*rows)).check()
        assert again.counts["same"] == len(rows)
        exported = export_people(tx, ExportAsk())
        checked = importer.start(exported.content).check()
        assert (checked.counts["same"], checked.counts["error"]) == (exported.rows, 0)
        point.rollback()


class TestAnything:
    @given(st.binary(max_size=400))
    def test_random_bytes_are_read_or_refused_with_a_sentence(self, content):
        self.read(content)

    @given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "euc_jp"]))
    def test_random_text_is_read_or_refused_with_a_sentence(self, text, encoding):
        self.read(text.encode(encoding, "ignore"))

    @IN_ONE_SESSION
    @given(st.lists(st.lists(st.text(max_size=8), max_size=15), min_size=1, max_size=5))
    def test_random_cells_are_taken_or_named(self, importer, tx, rows):
        with tx.session.begin_nested() as point:
            text = io.StringIO(newline="")
            csv.writer(text).writerows([HEADER, *rows])
            try:
                importing = importer.start(text.getvalue().encode("utf-8", "replace"))
            except Invalid:
                refused = True
            else:
                refused = False
                counts = importing.check(create=True).counts
                assert counts["error"] == sum(bool(row.problems) for row in importing.rows())
                if counts["add"]:
                    importing.apply(good_rows_only=True)
            assert refused is not any(cell.strip() for row in rows for cell in row)
            point.rollback()

    @given(
        st.lists(
            st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n")), min_size=2, max_size=2),
            min_size=2,
        )
    )
    def test_what_is_written_is_read_without_formulas(self, rows):
        rows[0] = ["a", "b"]
        text = csvout.lines(rows)
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t")) for row in csv.reader(io.StringIO(text)) for cell in row
        )

    def read(self, content):
        try:
            sheet = read_sheet(io.BytesIO(content))
        except Invalid as refused:
            assert refused.text  # noqa: PT017 - either is right, and each is looked at
        else:
            assert sheet.header
            assert all(any(cell.strip() for cell in line.cells) for line in sheet.lines)


@pytest.mark.long
@pytest.mark.timeout(900)
class TestForLong:
    """The same with many more examples."""

    @settings(max_examples=1_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ROWS)
    def test_round_trip(self, importer, tx, rows):
        TestRoundTrip.test_what_was_imported_comes_back_unchanged.hypothesis.inner_test(
            TestRoundTrip(), importer, tx, rows
        )

    @settings(max_examples=50_000)
    @given(st.binary(max_size=2_000))
    def test_random_bytes(self, content):
        TestAnything().read(content)
