"""Who may do this (この操作ができる人, X06): from a permission to the people, through which set and how far."""

from typing import Any

from sqlalchemy import exists, or_, select

from core.actor import What
from core.i18n import N_
from core.inputs import Row, field
from core.operations import find, query
from core.paging import Page, PageAsk
from core.transaction import Transaction
from data.models.access import AccountStatus, PermissionGrant, PermissionSet, ReachKind
from services.access.explaining import reach_in_words
from services.access.having import Having, fetch_having
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
    if ask.set_id is not None:
        sets = [one for one in sets if one == ask.set_id]
    asked = Having(
        text=ask.text, reach=ask.reach, usable=True, sort=ask.sort, after=ask.after, before=ask.before, size=ask.size
    )
    page = fetch_having(tx, sets, asked, who_may.reach(tx))
    return Page([_row(row) for row in page.rows], page.next, page.previous, page.count, page.more)


def _row(row: Any) -> WhoMayRow:
    one = row.PermissionAssignment
    return WhoMayRow(
        id=one.id, account_id=one.account_id, name=row.Person.name,
        kana=f"{row.Person.family_kana} {row.Person.given_kana}".strip(), code=row.Person.code, set_name=row.set_name,
        reach=reach_in_words(one.reach, row.full_name), status=row.status,
    )  # fmt: skip
