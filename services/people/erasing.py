"""Erasing who people were (個人情報の消去): the row stays, for answers and deliveries that refer to it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.people import (
    ContactPoint,
    Membership,
    PeopleImport,
    PeopleImportPart,
    PeopleImportRow,
    Person,
    PersonListMember,
    PersonOwn,
    PersonRegion,
)
from services.events import PeopleErased
from services.people.retained import empty_imports

ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be", "euc_jp", "iso2022_jp")
"""All that an import reads."""

SWITCHES = re.compile(rb"\x1b[$(]+[@-Z]")
"""Between kinds of letters in ISO-2022-JP: what stands before a name, and so whether there is one, is not known."""
BELONGINGS = (ContactPoint, Membership, PersonOwn, PersonRegion, PersonListMember)


@listens(PeopleErased)
def erase_people(tx: Transaction, erased: PeopleErased) -> None:
    """Take all that tells who these people were, and the uploaded files in which they stand."""
    mine = func.any(list(erased.ids))
    for model in BELONGINGS:
        run(tx, delete(model).where(model.person_id == mine))
    run(
        tx,
        update(Person)
        .where(Person.id == mine)
        .values(
            code="erased-" + cast(Person.id, String), family_name=erased.name, given_name="", family_kana="",
            given_kana="", postal_code="", address="", own={}, erased_at=tx.now, updated_at=tx.now,
            version=Person.version + 1,
        ),
    )  # fmt: skip
    if erased.words and (found := _imports_that_name(tx, erased.words)):
        empty_imports(tx, found)


def _imports_that_name(tx: Transaction, words: tuple[str, ...]) -> list[int]:
    rows = (PeopleImportRow.cells, PeopleImportRow.values, PeopleImportRow.errors)
    listed = select(PeopleImportRow.import_id).where(or_(*[mentions(column, words) for column in rows])).distinct()
    written = [one.hex() for word in words for one in _in_files(word)]
    files = select(PeopleImport.id).where(
        or_(
            mentions(PeopleImport.sample, words),
            mentions(PeopleImport.message, words),
            *_hold(PeopleImport.content, written),
        )
    )
    return sorted({*tx.execute(listed).scalars(), *tx.execute(files).scalars(), *_parts_that_name(tx, written)})


def _in_files(word: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        # Where a letter is not known the word stands in no file; without that letter it might mean somebody else.
        with suppress(UnicodeEncodeError):
            yield SWITCHES.sub(b"", word.encode(encoding))


def _parts_that_name(tx: Transaction, written: list[str]) -> list[int]:
    # A word may begin in one part and end in the next.
    following = aliased(PeopleImportPart)
    beginning = func.substring(following.content, 1, max(map(len, written)) // 2)
    with_it = PeopleImportPart.content.op("||")(func.coalesce(beginning, b""))
    after = (following.import_id == PeopleImportPart.import_id, following.number == PeopleImportPart.number + 1)
    found = select(PeopleImportPart.import_id).outerjoin(following, and_(*after)).where(or_(*_hold(with_it, written)))
    return list(tx.execute(found.distinct()).scalars())


def _hold(content: Any, written: list[str]) -> list[ColumnElement[bool]]:
    return [func.strpos(func.encode(content, "hex"), one) > 0 for one in sorted(set(written))]
