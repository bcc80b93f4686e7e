"""Saved views of lists (保存した表示): filters, order and columns under a name, for oneself or for everybody."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import find, operation, query
from core.prepared import Prepared
from core.transaction import Transaction
from data.models import desk
from services.desk.whose import own_account_id

MOST = 50
"""Views of one list that one account may keep."""

LONGEST = 20_000
"""Letters of one view's address."""

GONE = N_("This view does not exist any more.")
Address = dict[str, list[str]]


class ViewsAsk(Input):
    """Of which list: the name of its query, and ``@`` its key on the page where it has one."""

    listing: str = field(N_("List"), max_length=200, hidden=True)


class ViewRow(Row):
    """A view that the asker may open. ``changeable``: they may rename, replace and delete it as well."""

    id: int
    name: str
    address: Address
    version: int
    mine: bool
    shared: bool
    usual: bool
    changeable: bool


class SavedView(Input):
    """A view as it shall be; without a number it is a new one."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    version: int = field(N_("Version"), default=0, hidden=True)
    listing: str = field(N_("List"), max_length=200, hidden=True)
    name: str = field(N_("Name of the view"), min_length=1, max_length=60)
    address: Address = field(N_("Filters, order and columns"), default={}, hidden=True)


class WhichView(Input):
    """One view."""

    id: int = field(N_("View"), hidden=True)


class SharedView(WhichView):
    """A view, and whether everybody who may see its list shall have it."""

    shared: bool = field(N_("Shared with everybody who may see this list"), hidden=True)


class UsualChoice(Input):
    """The view in which a list shall open; none means the whole list."""

    listing: str = field(N_("List"), max_length=200, hidden=True)
    id: int | None = field(N_("View"), default=None, hidden=True)


_SAVED, _USUAL = desk.SavedView.__table__.c, desk.UsualView.__table__.c
_MINE: ColumnElement[int] = bindparam("account")
_VIEWS = Prepared(
    select(*_SAVED, _USUAL.view_id)
    .outerjoin(desk.UsualView.__table__, (_USUAL.view_id == _SAVED.id) & (_USUAL.account_id == _MINE))
    .where(_SAVED.listing == bindparam("listing"), or_(_SAVED.account_id == _MINE, _SAVED.shared))
    .order_by(_SAVED.shared, _SAVED.name, _SAVED.id)
)


@query("desk.views", N_("See the own and the shared views of a list"), own=True)
def views(tx: Transaction, ask: ViewsAsk) -> list[ViewRow]:
    """Return the own and the shared views of a list by name; of a list that one may not see there are none."""
    if not _visible(tx, ask.listing):
        return []
    account_id = own_account_id(tx)
    rows = tx.rows(_VIEWS, account=account_id, listing=ask.listing)
    return [_made(tx, row, usual=row.view_id is not None) for row in rows]


@operation("desk.save_view", N_("Save views of lists for oneself"), touches="saved_view", own=True)
def save_view(tx: Transaction, ask: SavedView) -> ViewRow:
    """Keep what a list shows under a name, or rename and replace a view.

    Raises:
        NotFound: when there is no such view, or it is not theirs to change.
        Conflict: when it was changed elsewhere meanwhile.
        Invalid: when the own views have the name already, or it is too long.
        Refused: when there are too many.
    """
    account_id = own_account_id(tx)
    if sum(len(name) + sum(map(len, values)) for name, values in ask.address.items()) > LONGEST:
        raise Invalid(N_("This view holds too much to be kept. Use fewer filters."))
    if ask.id is None:
        _check_room(tx, account_id, ask.listing)
        saved = desk.SavedView(
            account_id=account_id, listing=ask.listing, name=ask.name, shared=False, address=ask.address,
            updated_at=tx.now,
        )  # fmt: skip
        _check_name(tx, saved, ask.name)
        tx.add(saved)
    else:
        saved = _changeable(tx, ask.id)
        if saved.version != ask.version:
            raise Conflict(N_("This view was changed elsewhere meanwhile. Look at it again, then repeat your change."))
        _check_name(tx, saved, ask.name)
        tx.note(f"saved_view:{saved.id}", [saved.name, saved.address], [ask.name, ask.address])
        saved.name, saved.address, saved.version, saved.updated_at = ask.name, ask.address, saved.version + 1, tx.now
        tx.session.flush()
    return _made(tx, saved, usual=False)


@operation("desk.share_view", N_("Share views of lists with everybody"), touches="saved_view")
def share_view(tx: Transaction, ask: SharedView) -> ViewRow:
    """Show a view to everybody who may see its list, or keep it to its owner again.

    Raises:
        NotFound: when there is no such view, or it is another one's and not shared.
    """
    saved = _changeable(tx, ask.id)
    tx.note(f"saved_view:{saved.id}", saved.shared, ask.shared)
    saved.shared, saved.version, saved.updated_at = ask.shared, saved.version + 1, tx.now
    if not ask.shared:
        others = desk.UsualView.account_id != saved.account_id
        tx.execute(delete(desk.UsualView).where(desk.UsualView.view_id == saved.id, others))
    tx.session.flush()
    return _made(tx, saved, usual=False)


@operation("desk.delete_view", N_("Delete views of lists"), touches="saved_view", own=True)
def delete_view(tx: Transaction, ask: WhichView) -> None:
    """Delete an own view, or a shared one with the permission for it.

    Raises:
        NotFound: when there is no such view, or it is not theirs to change.
    """
    saved = _changeable(tx, ask.id)
    tx.note(f"saved_view:{saved.id}", [saved.name, saved.address], None)
    tx.session.delete(saved)


@operation("desk.choose_usual", N_("Choose how a list opens for oneself"), touches="usual_view", own=True)
def choose_usual(tx: Transaction, ask: UsualChoice) -> None:
    """Let a list open in a view from now on, or as a whole.

    Raises:
        NotFound: when there is no such view of this list for them.
    """
    account_id = own_account_id(tx)
    if ask.id is None:
        of_list = (desk.UsualView.account_id == account_id, desk.UsualView.listing == ask.listing)
        tx.execute(delete(desk.UsualView).where(*of_list))
        return
    saved = tx.get(desk.SavedView, ask.id)
    if saved is None or saved.listing != ask.listing or not (saved.shared or saved.account_id == account_id):
        raise NotFound(GONE)
    chosen = insert(desk.UsualView).values(account_id=account_id, listing=ask.listing, view_id=saved.id)
    tx.execute(chosen.on_conflict_do_update(index_elements=["account_id", "listing"], set_={"view_id": saved.id}))


def _visible(tx: Transaction, listing: str) -> bool:
    try:
        return find(listing.partition("@")[0]).allowed(tx.actor)
    except NotFound:
        return False


def _may_change(tx: Transaction, saved: Any) -> bool:
    if saved.shared:
        return tx.actor.may(share_view.name, share_view.what)
    return bool(saved.account_id == tx.actor.account_id)


def _changeable(tx: Transaction, view_id: int) -> desk.SavedView:
    saved = tx.get(desk.SavedView, view_id, lock=True)
    if saved is None or not _may_change(tx, saved):
        raise NotFound(GONE)
    return saved


def _check_name(tx: Transaction, saved: desk.SavedView, name: str) -> None:
    same = (desk.SavedView.account_id == saved.account_id, desk.SavedView.listing == saved.listing)
    other = select(desk.SavedView.id).where(*same, desk.SavedView.name == name)
    if (taken := tx.scalar(other)) is not None and taken != saved.id:
        problem = N_("There is a view of this name already. Take another name, or open that view and replace it.")
        raise Invalid(problem, fields={"name": _(problem)})


def _check_room(tx: Transaction, account_id: int, listing: str) -> None:
    of_list = (desk.SavedView.account_id == account_id, desk.SavedView.listing == listing)
    if tx.scalar(select(func.count()).select_from(desk.SavedView).where(*of_list)) >= MOST:
        raise Refused(N_("You have {count} views of this list. Delete one that you do not need."), count=MOST)


def _made(tx: Transaction, saved: Any, *, usual: bool) -> ViewRow:
    return ViewRow(
        id=saved.id, name=saved.name, address=saved.address, version=saved.version,
        mine=saved.account_id == tx.actor.account_id, shared=saved.shared, usual=usual,
        changeable=_may_change(tx, saved),
    )  # fmt: skip
