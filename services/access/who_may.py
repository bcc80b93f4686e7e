"""Who may do this (この操作ができる人, X06): from a permission to the people, through which set and how far."""

from typing import Any

from sqlalchemy import exists, or_, select

from core.actor import What
from core.i18n import N_
from core.inputs import Row, field
from core.operations import find, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Department, Person
from services.access.called import called
from services.access.explaining import reach_in_words
from services.access.reach import people_ids_within
from services.access.shipped import ADMINISTRATOR


class WhoMayAsk(PageAsk):
    """Who may do what with which process; everything given must hold."""

    process: str = field(N_("Process"), max_length=100, hidden=True)
    what: What = field(N_("What"), hidden=True)
    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    set_id: int | None = field(N_("Permission set"), default=None, of="access.set_choices")
    reach: ReachKind | None = field(N_("Reach"), default=None)


class WhoMayRow(Row):
    """Somebody who may, through one set with one reach: several lines where several sets would do."""

    id: int
    account_id: int
    name: str = field(N_("Name"))
    kana: str = field(N_("Kana"))
    code: str = field(N_("Code"))
    set_name: str = field(N_("Permission set"))
    reach: str = field(N_("Reach"))
    status: AccountStatus = field(N_("Status"))


@query("access.who_may", N_("See who may do something"))
def who_may(tx: Transaction, ask: WhoMayAsk) -> Page[WhoMayRow]:
    """Return a page of the people within reach who may, with their accounts that are not stopped, by kana.

    Raises:
        NotFound: when there is no such process.
    """
    process = find(ask.process)
    # Looked up first: with their numbers the database sees whether few or nearly all people have one of them.
    granted = exists().where(
        PermissionGrant.set_id == PermissionSet.id,
        PermissionGrant.process == process.name,
        PermissionGrant.what == ask.what,
    )
    which = select(PermissionSet.id).where(or_(PermissionSet.shipped == ADMINISTRATOR, granted))
    sets = sorted(tx.execute(which).scalars())
    statement = (
        select(PermissionAssignment.id, PermissionAssignment.account_id, PermissionAssignment.reach, Account.status,
               PermissionSet.name.label("set_name"), Department.full_name, Person)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Department, Department.id == PermissionAssignment.department_id)
        .where(
            PermissionAssignment.set_id.in_(sets), Account.status != AccountStatus.STOPPED,
            *called(ask.text),
        )
    )  # fmt: skip
    reach = who_may.reach(tx)
    if not reach.whole:  # from the people within reach on, however many have one of the sets elsewhere
        statement = statement.where(Person.id.in_(people_ids_within(reach, tx.actor)))
    if ask.set_id is not None:
        statement = statement.where(PermissionAssignment.set_id == ask.set_id)
    if ask.reach is not None:
        statement = statement.where(PermissionAssignment.reach == ask.reach)
    orders = {
        "name": (Person.sort_key, Person.id, PermissionAssignment.id),
        "code": (Person.code, PermissionAssignment.id),
    }
    return fetch_page(tx, statement, ask, orders=orders, make=_row)


def _row(row: Any) -> WhoMayRow:
    return WhoMayRow(
        id=row.id, account_id=row.account_id, name=row.Person.name,
        kana=f"{row.Person.family_kana} {row.Person.given_kana}".strip(), code=row.Person.code, set_name=row.set_name,
        reach=reach_in_words(row.reach, row.full_name), status=row.status,
    )  # fmt: skip
