"""Uploaded files in which somebody stands who is erased; everything else is tried in the room of privacy."""

import pytest
from sqlalchemy import select

from data.models.people import PeopleImport
from services.events import PeopleErased
from tests.services.people.importing import csv_of

OTHERS = [(f"A{n}", "見本") for n in range(9)]


def erased(tx, word):
    """Erase somebody of this name; say whether the upload is gone."""
    tx.tell(PeopleErased((), (), (), (word,), "消去済み"))
    return tx.scalar(select(PeopleImport.id)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-be", "euc_jp", "iso2022_jp"])
def test_a_file_goes_whatever_it_is_written_in(importer, cast, tx, encoding):
    importer.start(csv_of(*OTHERS, ("B", "様 鈴木一郎 様"), header=("社員番号", "姓"), encoding=encoding))
    assert not erased(tx, "鈴木次郎")
    assert erased(tx, "鈴木一郎")


def test_a_file_of_somebody_else_stays(importer, cast, tx):
    importer.start(csv_of(*OTHERS, ("B", "田太郎"), header=("社員番号", "姓"), encoding="cp932"))
    assert not erased(tx, "𠮷田太郎")
