"""The list of accounts with what they may do (access.accounts)."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, union

from core.actor import Reach
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import query
from core.paging import KeptList, Page, PageAsk, fetch_page
from core.text import sought
from core.transaction import Transaction
from core.words import named
from data.models.access import (
    Account,
    AccountStatus,
    PermissionAssignment,
    PermissionSet,
    ReachKind,
    SecondFactor,
    SignInSession,
)
from data.models.people import Department, Person
from services.access import tries
from services.access.called import called, is_called
from services.access.reach import people_of, people_within

named(AccountStatus, invited=N_("Invited"), active=N_("In use"), stopped=N_("Stopped"))
named(ReachKind, whole=N_("Whole organisation"), department=N_("Department and below"), self=N_("Own data only"))


class AccountsAsk(PageAsk):
    """Which accounts; everything given must hold."""

    text: str = field(N_("Name, kana, code or login name"), default="", max_length=100, personal=True)
    status: AccountStatus | None = field(N_("Status"), default=None)
    set_id: int | None = field(N_("Permission set"), default=None, of="access.set_choices")
    id: int | None = field(N_("Number"), default=None, hidden=True)


class AssignmentRow(Row):
    """A permission set that an account has, with its reach."""

    id: int
    set_id: int
    set_name: str
    reach: ReachKind
    department: str | None

    def __str__(self) -> str:
        """Return what stands in a file."""
        return self.set_name


class AccountRow(Row):
    """A line of the list of accounts. ``sessions`` counts browsers that are signed in."""

    id: int
    person_id: int
    name: str = field(N_("Name"))
    kana: str = field(N_("Kana"))
    code: str = field(N_("Code"))
    login: str = field(N_("Login name"))
    status: AccountStatus = field(N_("Status"))
    locked: bool = field(N_("Locked"))
    retired: bool = field(N_("Retired"))
    signed_in_at: datetime | None = field(N_("Last sign-in"))
    sessions: int
    second_factor: bool = field(N_("Two-step sign-in"))
    assignments: list[AssignmentRow] = field(N_("Permission sets"))


@query("access.accounts", N_("See accounts"))
def list_accounts(tx: Transaction, ask: AccountsAsk) -> Page[AccountRow]:
    """Return a page of the accounts of people within reach (アカウント一覧)."""
    kept = _list(ask.anywhere, list_accounts.reach(tx), tx.actor.person_id)
    orders = {"name": (Person.sort_key, Person.id), "login": (Account.login,)}
    return fetch_page(tx, kept, ask, orders=orders, make=_made, values={"now": tx.now})


@lru_cache(maxsize=64)
def _list(ask: AccountsAsk, reach: Reach, person_id: int | None) -> KeptList:
    statement = _rows(bindparam("now")).where(people_of(reach, person_id))
    for word in ask.text.split():
        statement = statement.where(_called(word))
    if ask.status is not None:
        statement = statement.where(Account.status == ask.status)
    if ask.set_id is not None:
        given = (PermissionAssignment.account_id == Account.id, PermissionAssignment.set_id == ask.set_id)
        statement = statement.where(exists().where(*given))
    if ask.id is not None:
        statement = statement.where(Account.id == ask.id)
    return KeptList(statement)


def _called(word: str) -> ColumnElement[bool]:
    named = is_called(word)
    half_width = sought(word).half_width
    if not half_width.isascii():
        return named
    # Two scans of one table each; an OR over both would join them first, row by row.
    login = Account.login.contains(half_width, autoescape=True)
    return Person.id.in_(union(select(Person.id).where(named), select(Account.person_id).where(login)))


class CandidatesAsk(Input):
    """Whom to look for."""

    text: str = field(N_("Name, kana or code"), min_length=1, max_length=100, personal=True)


class Candidate(Row):
    """What a form stores and what it shows."""

    value: int
    label: str


@query("access.candidates", N_("Find people without an account"))
def list_candidates(tx: Transaction, ask: CandidatesAsk) -> list[Candidate]:
    """Return up to 20 people within reach who have no account yet, by kana."""
    statement = (
        select(Person)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Account.id.is_(None), Person.retired_at.is_(None), people_within(list_candidates.reach(tx), tx.actor))
        .order_by(Person.sort_key, Person.id)
        .limit(20)
    )
    return [
        Candidate(value=found.id, label=f"{found.name} ({found.code})")
        for found in tx.execute(statement.where(*called(ask.text))).scalars()
    ]


def _rows(now: Any) -> Select[*tuple[Any, ...]]:
    assignments = (
        select(
            func.coalesce(
                func.jsonb_agg(
                    func.jsonb_build_object(
                        "id", PermissionAssignment.id, "set_id", PermissionSet.id, "set_name", PermissionSet.name,
                        "reach", PermissionAssignment.reach, "department", Department.full_name,
                    )
                ),
                func.jsonb_build_array(),
            )
        )
        .select_from(PermissionAssignment)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(PermissionAssignment.account_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )  # fmt: skip
    sessions = (
        select(func.count())
        .select_from(SignInSession)
        .where(
            SignInSession.account_id == Account.id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    factor = exists().where(SecondFactor.account_id == Account.id, SecondFactor.confirmed_at.is_not(None))
    return select(
        Account.id, Account.person_id, Account.login, Account.status, Account.signed_in_at, Person.code,
        Person.family_name, Person.given_name, Person.family_kana, Person.given_kana, Person.retired_at,
        tries.is_locked(now).label("locked"), factor.label("second_factor"), sessions.label("sessions"),
        assignments.label("assignments"),
    ).join(Person, Person.id == Account.person_id)  # fmt: skip


def _made(row: Any) -> AccountRow:
    return AccountRow(
        id=row.id,
        person_id=row.person_id,
        name=f"{row.family_name} {row.given_name}".strip(),
        kana=f"{row.family_kana} {row.given_kana}".strip(),
        code=row.code,
        login=row.login,
        status=row.status,
        locked=row.locked,
        retired=row.retired_at is not None,
        signed_in_at=row.signed_in_at,
        sessions=row.sessions,
        second_factor=row.second_factor,
        assignments=sorted(
            (AssignmentRow.model_validate(given) for given in row.assignments), key=lambda given: given.set_name
        ),
    )
