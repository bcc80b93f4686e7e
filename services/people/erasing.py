"""Erasing who people were (個人情報の消去): the row stays, for answers and deliveries that refer to it."""

from sqlalchemy import String, cast, delete, func, or_, select, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.people import (
    ContactPoint,
    Membership,
    PeopleImport,
    PeopleImportRow,
    Person,
    PersonListMember,
    PersonOwn,
    PersonRegion,
)
from services.events import PeopleErased
from services.people.retained import empty_imports

ENCODINGS = ("utf-8", "cp932", "utf-16-le")
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
    written = {word.encode(encoding, "ignore") for word in words for encoding in ENCODINGS}
    files = select(PeopleImport.id).where(
        or_(
            mentions(PeopleImport.sample, words),
            mentions(PeopleImport.message, words),
            *[func.strpos(func.encode(PeopleImport.content, "hex"), one.hex()) > 0 for one in sorted(written) if one],
        )
    )
    return sorted({*tx.execute(listed).scalars(), *tx.execute(files).scalars()})
