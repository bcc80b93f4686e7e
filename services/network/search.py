"""Who has registered what, person by person (連絡網一覧, D12, D15, X07)."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, bindparam, literal_column, select, text
from sqlalchemy.orm import aliased

from core.actor import Reach
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import COUNT_CAP, KeptList, Key, Page, PageAsk, capped_count, fetch_page
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.network import ContactStanding
from data.models.people import Department, Membership, Person
from data.models.people_search import PersonSearch
from data.models.registration import ContactClaim
from services.access import has_letters, lies_below, search_within
from services.network.notes import notes_of
from services.network.waiting import moment_of, waiting_of, waiting_people
from services.network.words import KINDS, Finding, Registered, is_found

DIFFERENT = text("""
    WITH RECURSIVE different AS (
        (SELECT facts FROM contact_standing ORDER BY facts LIMIT 1)
        UNION ALL
        SELECT (SELECT facts FROM contact_standing AS next WHERE next.facts > different.facts ORDER BY facts LIMIT 1)
        FROM different WHERE different.facts IS NOT NULL
    )
    SELECT facts FROM different WHERE facts IS NOT NULL
""")


EVERYBODY = COUNT_CAP + 1
"""More than are ever counted."""


class NetworkAsk(PageAsk):
    """Whom to look for; everything given must hold."""

    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    finding: Finding | None = field(N_("What is to be mended"), default=None)
    department_id: int | None = field(N_("Main department and all below"), default=None, of="people.department_choices")
    has: Registered | None = field(N_("Has registered"), default=None)
    lacks: Registered | None = field(N_("Has not registered"), default=None)
    waiting: bool | None = field(
        N_("Gave something, not confirmed"),
        default=None,
        help=N_("What is not confirmed within 24 hours has to be given again."),
    )


class NetworkRow(Row):
    """Somebody, with what is registered and what is wrong with it; ``mobile`` and ``mails`` are the office's."""

    id: int
    version: int
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    kana: str = field(N_("Kana"))
    department: str = field(N_("Department"))
    registered: list[str] = field(N_("Registered"))
    mobile: str = field(N_("Mobile number"))
    mails: list[str] = field(N_("Mail addresses"))
    notes: list[str] = field(N_("To mend"))
    test: str = field(N_("Last test"))
    waiting: list[str] = field(N_("Waits for confirmation"))


@query("network.search", N_("See who has registered what"))
def search_network(tx: Transaction, ask: NetworkAsk) -> Page[NetworkRow]:
    """Return a page of the active people within reach, by kana."""
    reach = search_network.reach(tx)
    kept = _list(ask.anywhere, _groups(tx, ask), reach, tx.actor.person_id)
    page = fetch_page(
        tx, kept.of, ask, orders={"name": kept.order}, make=lambda row: row.person_id, values=_values(tx, ask)
    )
    facts = {row.person_id: row.facts for row in tx.rows(_facts(), ids=page.rows)}
    # Somebody may leave between the statements, or be so new that nothing is known yet.
    found = [person_id for person_id in page.rows if person_id in facts]
    people, waiting = {row.id: row for row in tx.rows(_people(), ids=found)}, waiting_of(tx, found)
    notes = notes_of(tx, {person_id: facts[person_id] for person_id in found if person_id in people}, reach)
    rows = [
        NetworkRow(
            id=row.id, version=row.version, code=row.code, name=f"{row.family_name} {row.given_name}".strip(),
            kana=f"{row.family_kana} {row.given_kana}".strip(), department=row.department or "",
            waiting=waiting.get(row.id, []), **notes[row.id]._asdict(),
        )
        for row in (people[person_id] for person_id in found if person_id in people)
    ]  # fmt: skip
    return Page(rows, page.next, page.previous, page.count, page.more)


def found_people(tx: Transaction, ask: NetworkAsk, reach: Reach) -> Select[int]:
    """Return the ids of those whom a search finds within a reach."""
    (found,) = _list(ask.anywhere, _groups(tx, ask), reach, tx.actor.person_id).of.parts
    known = select(ContactStanding.person_id)
    return known.where(ContactStanding.person_id.in_(found)).params(_values(tx, ask))


def waiting_count(tx: Transaction, reach: Reach) -> int:
    """Count those within a reach who gave something and have not confirmed it; more than ``COUNT_CAP`` are not told."""
    ask = NetworkAsk(waiting=True)
    return capped_count(tx, _list(ask, None, reach, tx.actor.person_id).of, _values(tx, ask))


class Listed(NamedTuple):
    """A list of people and the columns by which it is ordered."""

    of: KeptList
    order: tuple[Key, Key]


@lru_cache(maxsize=64)  # whoever pages through a list asks the same each time
def _list(ask: NetworkAsk, groups: tuple[int, ...] | None, reach: Reach, person_id: int | None) -> Listed:
    # Who is called the same stands together: along the order half of the organisation would be read.
    how: Any = {"plan_anew": True, "gather_up_to": EVERYBODY if ask.text else COUNT_CAP}
    seen = select(PersonSearch.person_id).where(
        search_within(reach, person_id), *[has_letters(word) for word in ask.text.split()]
    )
    if groups is None and ask.waiting is None and (ask.text or ask.department_id is not None or not reach.whole):
        # Nothing is asked for but what people are found by, and that is in one table for all of it.
        mainly = () if ask.department_id is None else _mainly_below(ask.department_id)
        found = seen.where(PersonSearch.active, *mainly)
        return Listed(KeptList(found, **how), (PersonSearch.sort_key, PersonSearch.person_id))
    statement = select(ContactStanding.person_id)
    if groups is not None:
        # Written out: the database then knows how many have each, and reads along the names or the groups accordingly.
        statement = statement.where(ContactStanding.facts.in_([literal_column(str(one)) for one in groups]))
    if ask.department_id is not None:
        members = select(Membership.person_id).where(Membership.main)
        members = members.where(Membership.department_id.in_(_below(ask.department_id)))
        statement = statement.where(ContactStanding.person_id.in_(members))
    if ask.waiting is not None:
        given = waiting_people().where(ContactClaim.person_id == ContactStanding.person_id).exists()
        statement = statement.where(given if ask.waiting else ~given)
    if ask.text or not reach.whole:
        statement = statement.where(ContactStanding.person_id.in_(seen))
    return Listed(KeptList(statement, **how), (ContactStanding.sort_key, ContactStanding.person_id))


def _groups(tx: Transaction, ask: NetworkAsk) -> tuple[int, ...] | None:
    if not (ask.finding or ask.has or ask.lacks):
        return None
    return tuple(facts for facts in tx.execute(DIFFERENT).scalars() if _wanted(ask, facts))


def _wanted(ask: NetworkAsk, facts: int) -> bool:
    return (
        (ask.finding is None or is_found(ask.finding, facts))
        and (ask.has is None or bool(facts & KINDS[ask.has]))
        and (ask.lacks is None or not facts & KINDS[ask.lacks])
    )


def _values(tx: Transaction, ask: NetworkAsk) -> dict[str, Any]:
    return {} if ask.waiting is None else moment_of(tx)


def _mainly_below(department_id: int) -> tuple[ColumnElement[bool], ...]:
    main = select(Membership.department_id).where(Membership.person_id == PersonSearch.person_id, Membership.main)
    # Of those who belong there in whatever way each is looked up, as far as one has to go to fill a page. Without the
    # comparison PostgreSQL would make it a join, for which all of them are looked up.
    mainly = main.scalar_subquery().in_(_below(department_id)).is_(True)
    return PersonSearch.within.contains([department_id]), mainly


def _below(department_id: int) -> Select[int]:
    top = aliased(Department)
    return select(Department.id).join(top, lies_below(top)).where(top.id == department_id)


@lru_cache(maxsize=1)
def _facts() -> Prepared:
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    known = select(ContactStanding.person_id, ContactStanding.facts)
    return Prepared(known.where(ContactStanding.person_id == any_(ids)))


@lru_cache(maxsize=1)
def _people() -> Prepared:
    main = select(Department.full_name).join(Membership).where(Membership.person_id == Person.id, Membership.main)
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    return Prepared(
        select(
            Person.id, Person.version, Person.code, Person.family_name, Person.given_name, Person.family_kana,
            Person.given_kana, main.scalar_subquery().label("department"),
        ).where(Person.id == any_(ids))
    )  # fmt: skip
