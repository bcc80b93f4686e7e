"""Applications as people read them: the office's inbox, and one's own."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.actor import Reach
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Nothing, Row, field
from core.operations import query
from core.paging import COUNT_CAP, KeptList, Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.applications import ApplicationState, ProfileApplication
from data.models.people import Department, Membership, Person
from services.applications.applying import OPEN
from services.applications.fields import Difference, applicable_fields, differences, words_of
from services.applications.within import applied_within
from services.fields import OwnFieldRow
from services.people import amendable
from services.people.amending import OWN, standing


class InboxAsk(PageAsk):
    """Which applications."""

    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    state: ApplicationState | None = field(N_("State"), default=ApplicationState.WAITING)


class ApplicationRow(Row):
    """An application with what it wants; ``mine``: the reader's own, about which somebody else decides."""

    id: int
    version: int
    person_id: int
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    department: str = field(N_("Department"))
    state: ApplicationState = field(N_("State"))
    applied_at: datetime = field(N_("Applied at"))
    note: str = field(N_("Note to the office"))
    reason: str = field(N_("Reason"))
    decided_at: datetime | None = field(N_("Decided at"))
    decided_by: str = field(N_("Decided by"))
    mine: bool
    changes: list[Difference]

    @property
    def changed(self) -> bool:
        """Say whether somebody changed one of the fields after it was applied for."""
        return any(one.changed for one in self.changes)


class OwnProfile(Row):
    """What is kept about the reader that can be applied for, their open application, and what became of the last."""

    values: dict[str, Any]
    own: dict[str, Any]
    fields: list[OwnFieldRow]
    open: ApplicationRow | None
    wanted: dict[str, Any]
    latest: list[ApplicationRow]


LATEST = 5


@query("applications.inbox", N_("See applications"))
def inbox(tx: Transaction, ask: InboxAsk) -> Page[ApplicationRow]:
    """Return a page of the applications of people within reach (申請一覧), those that wait longest first."""
    kept = _list(ask.anywhere, inbox.reach(tx), tx.actor.person_id)
    orders = {"applied_at": (ProfileApplication.applied_at, ProfileApplication.id)}
    page = fetch_page(tx, kept, ask, orders=orders, make=lambda row: row.id)
    rows = select(ProfileApplication, Person).join(Person, Person.id == ProfileApplication.person_id)
    rows = rows.where(ProfileApplication.id == func.any(page.rows))
    found = {row.ProfileApplication.id: (row.ProfileApplication, row.Person) for row in tx.execute(rows)}
    # One may be taken back between the two statements.
    shown = [found[one] for one in page.rows if one in found]
    return Page(_rows(tx, shown), page.next, page.previous, page.count, page.more)


@lru_cache(maxsize=64)  # whoever pages through a list asks the same each time
def _list(ask: InboxAsk, reach: Reach, person_id: int | None) -> KeptList:
    statement = select(ProfileApplication.id).where(*applied_within(reach, person_id, ask.text))
    if ask.state is not None:
        statement = statement.where(ProfileApplication.state == ask.state)
    return KeptList(statement, plan_anew=True, gather_up_to=COUNT_CAP + 1 if ask.text else COUNT_CAP)


@query("applications.mine", N_("See one's own data and applications"), own=True)
def mine(tx: Transaction, _ask: Nothing) -> OwnProfile:
    """Return what is kept about the reader, and what they have applied for.

    Raises:
        NotFound: when the reader is nobody who is kept.
    """
    person = tx.get(Person, tx.actor.person_id) if tx.actor.person_id is not None else None
    if person is None:
        raise NotFound(N_("Only people with an account of their own apply for changes."))
    values = standing(amendable(tx, [person.id])[person.id])
    fields = applicable_fields(tx)
    latest = tx.execute(
        select(ProfileApplication)
        .where(ProfileApplication.person_id == person.id)
        .order_by(ProfileApplication.id.desc())
        .limit(LATEST)
    ).scalars()
    applications = list(latest)
    rows = _rows(tx, [(row, person) for row in applications])
    return OwnProfile(
        values={name: value for name, value in values.items() if not name.startswith(OWN)},
        own={one.code: values[f"{OWN}{one.code}"] for one in fields if f"{OWN}{one.code}" in values},
        fields=fields,
        open=next((row for row in rows if row.state in OPEN), None),
        wanted=next((row.wanted for row in applications if row.state in OPEN), {}),
        latest=[row for row in rows if row.state not in OPEN],
    )


def _rows(tx: Transaction, found: list[tuple[ProfileApplication, Person]]) -> list[ApplicationRow]:
    people = amendable(tx, {row.person_id for row, _person in found if row.state in OPEN})
    words = words_of(tx, [values for row, _person in found for values in (row.wanted, row.before)])
    places = _departments(tx, [person.id for _row, person in found])
    deciders = _deciders(tx, [row.decided_by for row, _person in found if row.decided_by is not None])
    return [
        ApplicationRow(
            id=row.id, version=row.version, person_id=person.id, code=person.code, name=person.name,
            department=places.get(person.id, ""), state=row.state, applied_at=row.applied_at, note=row.note,
            reason=row.reason, decided_at=row.decided_at, decided_by=deciders.get(row.decided_by or 0, ""),
            mine=person.id == tx.actor.person_id,
            changes=differences(row, standing(people[person.id]) if row.state in OPEN else None, words),
        )
        for row, person in found
    ]  # fmt: skip


def _departments(tx: Transaction, ids: list[int]) -> dict[int, str]:
    main = select(Membership.person_id, Department.full_name).join(Department).where(Membership.main)
    return {row[0]: row[1] for row in tx.execute(main.where(Membership.person_id == func.any(ids)))}


def _deciders(tx: Transaction, account_ids: list[int]) -> dict[int, str]:
    who = aliased(Person)
    found = select(Account.id, who).join(who, who.id == Account.person_id).where(Account.id == func.any(account_ids))
    return {row[0]: row[1].name for row in tx.execute(found)} if account_ids else {}
