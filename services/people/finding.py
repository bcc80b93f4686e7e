"""People, departments and lists by the letters that are being typed (検索, Ctrl+K).

A person is found by the beginning of the name, of the given name, of the kana of both, of the code or of a mail
address: each has an index of its own, so it takes a few milliseconds with a million people, where the search for any
part of a name reads them all.
"""

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, or_, select, union_all

from core.actor import Reach
from core.finding import MOST, Found, finds
from core.i18n import N_
from core.text import sought
from core.transaction import Transaction
from data.models.people import STARTS, ContactOrigin, ContactPoint, Department, Membership, Person, PersonList
from services.access import departments_within, people_ids_within, people_within
from services.people.departments import list_departments
from services.people.lists import list_lists
from services.people.search import search_people

OFFICE = ContactPoint.origin == ContactOrigin.OFFICE
"""Nobody finds out by typing whose a private address is."""

LOOKED_AT = 1_000
REACHED_AT_MOST = 3_000
"""With more people within reach and a name of which there are thousands, more letters have to be typed to find all."""


@finds(search_people, N_("People"))
def people_starting_with(tx: Transaction, reach: Reach, text: str) -> list[Found]:
    """Return people within reach who are called like this, by kana; those who left are found in the list of people."""
    typed = "".join(text.split())
    found = _first(typed, MOST) if reach.whole else _ids_within(tx, reach, typed)
    main = select(Department.full_name).join(Membership).where(Membership.person_id == Person.id, Membership.main)
    statement = (
        select(Person.id, Person.code, Person.family_name, Person.given_name, main.scalar_subquery().label("main"))
        .where(Person.id.in_(found))
        .order_by(Person.sort_key, Person.id)
        .limit(MOST)
    )
    return [
        Found(
            text=f"{row.family_name} {row.given_name}".strip(), detail="　".join(filter(None, (row.code, row.main))),
            page="people/person.py", values={"id": row.id},
        )
        for row in tx.execute(statement)
    ]  # fmt: skip


def _ids_within(tx: Transaction, reach: Reach, typed: str) -> list[int]:
    """Return ids of people within a limited reach: looked for among the first who are called like this.

    Where that leaves too few, and more are called like this, the people within reach are looked through instead.
    """
    first = _first(typed, LOOKED_AT).cte("first").prefix_with("MATERIALIZED")
    within = select(Person.id).where(Person.id.in_(select(first.c.id)), people_within(reach, tx.actor)).limit(MOST)
    found = set(tx.execute(within).scalars())
    if len(found) < MOST and tx.scalar(_is_cut(typed)):
        near = people_ids_within(reach, tx.actor).limit(REACHED_AT_MOST).cte("near").prefix_with("MATERIALIZED")
        called = or_(*[_starts(words, start) for words, start in _beginnings(typed)])
        there = select(Person.id).where(Person.id.in_(select(near.c.id)), Person.retired_at.is_(None), called)
        found |= set(tx.execute(there.limit(MOST)).scalars())
    return list(found)


def _first(typed: str, most: int) -> Select[int]:
    # Each in the order of its own index and no further than needed: a common name costs what a rare one costs.
    parts = [_called(words, start).limit(most) for words, start in _beginnings(typed)]
    address = sought(typed).half_width
    if address.isascii():
        mails = select(Person.id).join(ContactPoint, ContactPoint.person_id == Person.id)
        mails = mails.where(_starts("value", address), Person.retired_at.is_(None), OFFICE)
        parts.append(mails.order_by(_along("value")).limit(most))
    return select(union_all(*[part.subquery().select() for part in parts]).subquery().c.id)


def _is_cut(typed: str) -> Select[bool]:
    return select(
        or_(
            *[
                exists(_called(words, start).offset(LOOKED_AT).limit(1).subquery().select())
                for words, start in _beginnings(typed)
            ]
        )
    )


def _beginnings(typed: str) -> list[tuple[str, str]]:
    """Return what is indexed with the letters that it would begin with."""
    forms = sought(typed)
    kept = {"kana": forms.katakana, "given_kana": forms.katakana, "code": forms.half_width}
    return [(words, kept.get(name, forms.typed)) for name, words in STARTS.items()]


def _called(words: str, start: str) -> Select[int]:
    called = select(Person.id).where(_starts(words, start), Person.retired_at.is_(None))
    return called.order_by(_along(words))


def _starts(words: str, start: str) -> ColumnElement[bool]:
    indexed: ColumnElement[str] = literal_column(f"lower({words})")
    return indexed.startswith(start, autoescape=True)


def _along(words: str) -> ColumnElement[str]:
    """Return the order of an index for beginnings, which is not that of the collation."""
    return literal_column(f"lower({words}) USING ~<~")


@finds(list_departments, N_("Departments"))
def departments_named(tx: Transaction, reach: Reach, text: str) -> list[Found]:
    """Return departments in use within reach with all these words in the whole name or the code."""
    statement = select(Department.id, Department.name, Department.full_name).where(
        Department.retired_at.is_(None), departments_within(reach)
    )
    for word in text.split():
        named = Department.full_name.icontains(word, autoescape=True)
        statement = statement.where(or_(named, Department.code.icontains(word, autoescape=True)))
    rows = tx.execute(statement.order_by(func.length(Department.full_name), Department.full_name).limit(MOST))
    return [
        Found(text=row.name, detail=row.full_name, page="people/department.py", values={"id": row.id}) for row in rows
    ]


@finds(list_lists, N_("Recipient lists"))
def lists_named(tx: Transaction, _reach: Reach, text: str) -> list[Found]:
    """Return lists with these words in the name."""
    statement = select(PersonList.id, PersonList.name)
    for word in text.split():
        statement = statement.where(PersonList.name.icontains(word, autoescape=True))
    rows = tx.execute(statement.order_by(PersonList.name).limit(MOST))
    return [Found(text=row.name, page="people/recipients.py", values={"id": row.id}) for row in rows]
