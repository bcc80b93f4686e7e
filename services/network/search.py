"""Who has registered what, person by person (連絡網一覧, D12, D15, X07)."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select, text, true
from sqlalchemy.orm import aliased

from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.network import ContactStanding
from data.models.people import Department, Membership, Person
from services.access import called, people_within
from services.network.notes import notes_of
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


class NetworkAsk(PageAsk):
    """Whom to look for; everything given must hold."""

    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    finding: Finding | None = field(N_("What is to be mended"), default=None)
    department_id: int | None = field(N_("Main department and all below"), default=None, of="people.department_choices")
    has: Registered | None = field(N_("Has registered"), default=None)
    lacks: Registered | None = field(N_("Has not registered"), default=None)


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


@query("network.search", N_("See who has registered what"))
def search_network(tx: Transaction, ask: NetworkAsk) -> Page[NetworkRow]:
    """Return a page of the active people within reach, by kana."""
    seen = people_within(search_network.reach(tx), tx.actor)
    statement = _row().where(*conditions(tx, ask), seen)
    orders = {"name": (ContactStanding.sort_key, ContactStanding.person_id)}
    page = fetch_page(tx, statement, ask, orders=orders, make=lambda row: row)
    notes = notes_of(tx, {row.id: row.facts for row in page.rows}, search_network.reach(tx))
    rows = [
        NetworkRow(
            id=row.id, version=row.version, code=row.code, name=f"{row.family_name} {row.given_name}".strip(),
            kana=f"{row.family_kana} {row.given_kana}".strip(), department=row.department or "",
            **notes[row.id]._asdict(),
        )
        for row in page.rows
    ]  # fmt: skip
    return Page(rows, page.next, page.previous, page.count, page.more)


def conditions(tx: Transaction, ask: NetworkAsk) -> list[ColumnElement[bool]]:
    """Return the conditions on ``contact_standing`` joined with ``person`` that a search means, without the reach."""
    found = called(ask.text)
    if ask.department_id is not None:
        found.append(Person.id.in_(_main_members(ask.department_id)))
    if ask.finding or ask.has or ask.lacks:
        found.append(_of_facts([facts for facts in tx.execute(DIFFERENT).scalars() if _wanted(ask, facts)]))
    return found


def _wanted(ask: NetworkAsk, facts: int) -> bool:
    return (
        (ask.finding is None or is_found(ask.finding, facts))
        and (ask.has is None or bool(facts & KINDS[ask.has]))
        and (ask.lacks is None or not facts & KINDS[ask.lacks])
    )


def _of_facts(wanted: list[int]) -> ColumnElement[bool]:
    # Written out: the database then knows how many have each, and reads by the names or by the facts accordingly.
    return ContactStanding.facts.in_([literal_column(str(one)) for one in wanted])


def _main_members(department_id: int) -> Select[int]:
    top = aliased(Department)
    below = select(Department.id).join(top, Department.path.startswith(top.path)).where(top.id == department_id)
    return select(Membership.person_id).where(Membership.main, Membership.department_id.in_(below))


@lru_cache(maxsize=1)
def _row() -> Select[Any]:
    main = select(Department.full_name).join(Membership).where(Membership.person_id == Person.id, Membership.main)
    return (
        select(
            Person.id, Person.version, Person.code, Person.family_name, Person.given_name, Person.family_kana,
            Person.given_kana, ContactStanding.facts, main.scalar_subquery().label("department"),
        )
        .select_from(ContactStanding)
        .join(Person, Person.id == ContactStanding.person_id)
        .where(true())
    )  # fmt: skip
