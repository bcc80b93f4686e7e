"""How people are written, one or a hundred thousand: the same few set-based statements.

Callers hold the lock (``lock.alone``) and have checked everything; what the database refuses here is a fault.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, text

from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, Membership, PersonRegion
from services.access import open_accounts

BATCH = 10_000
"""Rows handed at once to statements that take each value as a parameter (PostgreSQL takes 65,535)."""


class PersonValues(NamedTuple):
    """What stands in the row of a person itself, in the writing that is kept."""

    code: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    language: str
    postal_code: str = ""
    address: str = ""


CHANGE = text("""
    UPDATE person SET
        code = new.code, family_name = new.family_name, given_name = new.given_name, family_kana = new.family_kana,
        given_kana = new.given_kana, language = new.language, postal_code = new.postal_code, address = new.address,
        version = version + 1, updated_at = :now
    FROM unnest(
        CAST(:ids AS bigint[]), CAST(:code AS text[]), CAST(:family_name AS text[]), CAST(:given_name AS text[]),
        CAST(:family_kana AS text[]), CAST(:given_kana AS text[]), CAST(:language AS text[]),
        CAST(:postal_code AS text[]), CAST(:address AS text[])
    ) AS new (id, code, family_name, given_name, family_kana, given_kana, language, postal_code, address)
    WHERE person.id = new.id
""")


SET_OWN = text("""
    UPDATE person SET own = new.own
    FROM unnest(CAST(:ids AS bigint[]), CAST(:own AS jsonb[])) AS new (id, own)
    WHERE person.id = new.id AND person.own <> new.own
""")
MERGE_OWN = text("""
    UPDATE person SET own = (own || CAST(:own AS jsonb)) - CAST(:emptied AS text[])
    WHERE id = ANY(CAST(:ids AS bigint[]))
""")
CLEAR_BESIDE = text("DELETE FROM person_own WHERE person_id = ANY(CAST(:ids AS bigint[]))")
# The value is looked at within the CASE only: another field of the row may hold no number at all.
# Its collation would be that of the code, which knows no small letters but those of ASCII.
SET_BESIDE = text("""
    INSERT INTO person_own (person_id, field_id, number, day, to_person_id, to_department_id, words)
    SELECT person.id, own_field.id,
        CASE own_field.kind WHEN 'number' THEN CAST(value AS numeric) END,
        CASE own_field.kind WHEN 'date' THEN CAST(value AS date) END,
        CASE own_field.kind WHEN 'person' THEN CAST(value AS bigint) END,
        CASE own_field.kind WHEN 'department' THEN CAST(value AS bigint) END,
        CASE own_field.kind WHEN 'text' THEN lower(normalize(value, NFKC) COLLATE "default") END
    FROM person
    CROSS JOIN own_field
    CROSS JOIN LATERAL (SELECT person.own ->> own_field.code AS value) AS held
    WHERE person.id = ANY(CAST(:ids AS bigint[])) AND person.own <> '{}' AND own_field.noun = 'person'
      AND own_field.kind IN ('number', 'date', 'person', 'department', 'text') AND held.value IS NOT NULL
""")


SEARCH_LATER = text("SELECT set_config('renraku.search', 'later', true)")
SEARCH_NOW = text("SELECT set_config('renraku.search', 'now', true), keep_person_search(CAST(:ids AS bigint[]))")


class Reachable(NamedTuple):
    """How a person is reached: mail addresses, and a mobile number or none."""

    mails: tuple[str, ...]
    mobile: str | None

    def points(self) -> list[tuple[str, str]]:
        """Return kind and value of each."""
        found = [(ContactKind.MAIL.value, mail) for mail in self.mails]
        return [*found, (ContactKind.MOBILE.value, self.mobile)] if self.mobile else found


def search_later(tx: Transaction) -> None:
    """Let what people are found by wait for ``search_now``: written once for each, not with every statement."""
    tx.execute(SEARCH_LATER)


def search_now(tx: Transaction, ids: Sequence[int]) -> None:
    """Keep what those are found by who were written since ``search_later``: all of them."""
    tx.execute(SEARCH_NOW, {"ids": ids})


def add_people(tx: Transaction, people: Sequence[PersonValues]) -> list[int]:
    """Store new people and return their ids, in order."""
    drawn = text("SELECT nextval(pg_get_serial_sequence('person', 'id')) FROM generate_series(1, :count)")
    ids = list(tx.execute(drawn, {"count": len(people)}).scalars())
    columns = ("id", *PersonValues._fields, "created_at", "updated_at")
    copy_rows(tx, "person", columns, (
        (key, *one, tx.now, tx.now) for key, one in zip(ids, people, strict=True)
    ))  # fmt: skip
    return ids


def change_people(tx: Transaction, people: Mapping[int, PersonValues]) -> None:
    """Store what people are called now; each counts as changed, so whoever has an older version open is told."""
    if not people:
        return
    columns = {name: [getattr(one, name) for one in people.values()] for name in PersonValues._fields}
    tx.execute(CHANGE, {"ids": list(people), "now": tx.now, **columns})
    tx.session.expire_all()


def set_departments(tx: Transaction, places: Mapping[int, Sequence[int]], *, fresh: bool = False) -> None:
    """Let people belong to exactly these departments, the first one being the main one; ``fresh``: they had none."""
    if not fresh:
        _clear(tx, Membership.person_id, list(places))
    copy_rows(tx, "membership", ("person_id", "department_id", "main"), (
        (person, department, at == 0) for person, ids in places.items() for at, department in enumerate(ids)
    ))  # fmt: skip


def set_regions(tx: Transaction, regions: Mapping[int, Sequence[str]], *, fresh: bool = False) -> None:
    """Let exactly these areas concern people; ``fresh``: they had none."""
    if not fresh:
        _clear(tx, PersonRegion.person_id, list(regions))
    rows = ((person, area) for person, codes in regions.items() for area in codes)
    copy_rows(tx, "person_region", ("person_id", "area_code"), rows)


def set_contacts(tx: Transaction, contacts: Mapping[int, Reachable], *, fresh: bool = False) -> None:
    """Let people be reached by exactly these addresses; one that stays keeps what is known of it (到達, 不達)."""
    wanted = [(person, kind, value) for person, reachable in contacts.items() for kind, value in reachable.points()]
    if not fresh:
        wanted = _without_known_contacts(tx, list(contacts), wanted)
    copy_rows(tx, "contact_point", ("person_id", "kind", "value"), wanted)


def set_own(tx: Transaction, own: Mapping[int, Mapping[str, Any]]) -> None:
    """Let people have exactly these values of own fields (独自項目), and beside them what is compared or led to."""
    if not own:
        return
    tx.session.flush()
    values = [json.dumps(one, ensure_ascii=False) for one in own.values()]
    tx.execute(SET_OWN, {"ids": list(own), "own": values})
    tx.execute(CLEAR_BESIDE, {"ids": list(own)})
    tx.execute(SET_BESIDE, {"ids": list(own)})
    tx.session.expire_all()


def set_own_of_all(tx: Transaction, ids: Sequence[int], values: Mapping[str, Any], emptied: Sequence[str]) -> None:
    """Let all of these people have these values of own fields, and none in those to be emptied."""
    if values or emptied:
        asked = {"ids": list(ids), "own": json.dumps(values, ensure_ascii=False), "emptied": list(emptied)}
        tx.execute(MERGE_OWN, asked)
        tx.execute(CLEAR_BESIDE, {"ids": list(ids)})
        tx.execute(SET_BESIDE, {"ids": list(ids)})


def set_logins(tx: Transaction, logins: Sequence[tuple[int, str]]) -> None:
    """Open accounts in state *invited*, or rename the accounts of those who have one."""
    for start in range(0, len(logins), BATCH):
        open_accounts(tx, logins[start : start + BATCH])


def copy_rows(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Send rows into a table by COPY, in the same transaction; table and columns are names of our own."""
    tx.session.flush()
    connection: Any = tx.session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _clear(tx: Transaction, person_id: Any, people: list[int]) -> None:
    table = person_id.class_
    statement = delete(table).where(person_id == func.any(people))
    tx.execute(statement.execution_options(synchronize_session=False))


def _without_known_contacts(
    tx: Transaction, people: list[int], wanted: list[tuple[int, str, str]]
) -> list[tuple[int, str, str]]:
    there = tx.execute(
        select(ContactPoint.id, ContactPoint.person_id, ContactPoint.kind, ContactPoint.value)
        .where(ContactPoint.person_id == func.any(people))
    ).all()  # fmt: skip
    known = {(row.person_id, row.kind.value, row.value) for row in there}
    keep = set(wanted)
    gone = [row.id for row in there if (row.person_id, row.kind.value, row.value) not in keep]
    if gone:
        tx.execute(delete(ContactPoint).where(ContactPoint.id == func.any(gone)))
    return [row for row in wanted if row not in known]
