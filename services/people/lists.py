"""Lists of people put together by hand (宛先リスト)."""

from typing import Any

from sqlalchemy import Select, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_, _
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.people import Person, PersonList, PersonListMember
from services.access import people_within
from services.changes import Keeper, keeping
from services.people.kept import LISTS
from services.people.retire import Counted
from services.people.text import RequiredName
from services.people.within import ids_within


class ListsAsk(PageAsk):
    """Which lists."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    text: str = field(N_("Name"), default="", max_length=100)


class ListRow(Row):
    """A list; ``people`` counts the active ones within the reader's reach."""

    id: int
    name: str = field(N_("Name"))
    people: int = field(N_("Number of people"))
    version: int


class ListFields(Input):
    """A list to make (no number) or to rename."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: RequiredName = field(N_("Name"), max_length=100)


class ListAsk(Input):
    """Which list."""

    id: int = field(N_("List"), of="people.list_choices")


class ListMembers(Input):
    """People to put on a list, or to take off."""

    list_id: int = field(N_("List"), of="people.list_choices")
    person_ids: list[int] = field(N_("People"), min_length=1, max_length=1_000, hidden=True)


@query("people.lists", N_("See lists"))
def list_lists(tx: Transaction, ask: ListsAsk) -> Page[ListRow]:
    """Return a page of the lists (リスト) by name. Who is on one: ``people.search`` with ``list_id``."""
    people = (
        select(func.count())
        .select_from(PersonListMember)
        .join(Person, Person.id == PersonListMember.person_id)
        .where(PersonListMember.list_id == PersonList.id, Person.retired_at.is_(None))
        .where(people_within(list_lists.reach(tx), tx.actor))
        .scalar_subquery()
    )
    statement = select(PersonList.id, PersonList.name, PersonList.version, people.label("people"))
    if ask.id is not None:
        statement = statement.where(PersonList.id == ask.id)
    for word in ask.text.split():
        statement = statement.where(PersonList.name.icontains(word, autoescape=True))
    return fetch_page(tx, statement, ask, orders={"name": (PersonList.name,)}, make=_made)


_CHOICES = Prepared(select(PersonList.id.label("value"), PersonList.name.label("label")).order_by(PersonList.name))


@query("people.list_choices", N_("Choose lists"))
def list_choices(tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return every list for a form, by name."""
    return [Choice.model_validate(row) for row in tx.rows(_CHOICES)]


@operation("people.edit_list", N_("Make and rename lists"), touches="person_list")
def edit_list(tx: Transaction, ask: ListFields) -> ListRow:
    """Make a list, or rename one.

    Raises:
        Invalid: when another list has the name. Conflict: when somebody else renamed it meanwhile.
    """
    _check_name(tx, ask.name, ask.id)
    if ask.id is None:
        return _make(tx, ask.name)
    found = _list(tx, ask.id)
    if found.version != ask.version:
        raise Conflict(N_("Somebody else changed this list meanwhile. Open the page again and repeat your change."))
    tx.note(f"person_list:{found.id}", found.name, ask.name)
    with keeping(tx) as kept:
        kept.watch(LISTS, [found.id])
        found.name = ask.name
        found.version += 1
        tx.session.flush()
    return ListRow(id=found.id, name=found.name, people=0, version=found.version)


@operation("people.delete_list", N_("Delete lists"), touches="person_list")
def delete_list(tx: Transaction, ask: ListAsk) -> ListRow:
    """Delete a list; the people stay, and broadcasts that used it keep their recipients.

    Raises:
        NotFound: when there is none.
    """
    found = _list(tx, ask.id)
    tx.note(f"person_list:{found.id}", found.name, None)
    with keeping(tx) as kept:
        kept.watch(LISTS, [found.id])
        tx.session.delete(found)
        tx.session.flush()
    return ListRow(id=ask.id, name=found.name, people=0, version=found.version)


@operation("people.list_add", N_("Put people on a list"), touches="person_list")
def add_to_list(tx: Transaction, ask: ListMembers) -> Counted:
    """Put people on a list; who is on it already stays.

    Raises:
        NotFound: when the list does not exist, or one of the people is out of reach.
    """
    _list(tx, ask.list_id)
    people = ids_within(tx, add_to_list, ask.person_ids)
    new = select(literal(ask.list_id), Person.id).where(Person.id == func.any(people))
    statement = insert(PersonListMember).from_select(["list_id", "person_id"], new).on_conflict_do_nothing()
    with keeping(tx) as kept:
        kept.watch(LISTS, [ask.list_id])
        return Counted(count=len(tx.execute(statement.returning(PersonListMember.person_id)).all()))


@operation("people.list_remove", N_("Take people off a list"), touches="person_list")
def remove_from_list(tx: Transaction, ask: ListMembers) -> Counted:
    """Take people off a list.

    Raises:
        NotFound: when the list does not exist, or one of the people is out of reach.
    """
    _list(tx, ask.list_id)
    people = ids_within(tx, remove_from_list, ask.person_ids)
    statement = delete(PersonListMember).where(
        PersonListMember.list_id == ask.list_id, PersonListMember.person_id == func.any(people)
    )
    with keeping(tx) as kept:
        kept.watch(LISTS, [ask.list_id])
        return Counted(count=tx.changed_rows(statement))


def new_list(tx: Transaction, kept: Keeper, name: str, people: Select[int]) -> ListRow:
    """Make a list of these people, whose ids a statement returns, each once, within the caller's change-set.

    Raises:
        Invalid: when a list has the name.
    """
    _check_name(tx, name, None)
    made = PersonList(name=name, version=1)
    tx.add(made)
    members = people.add_columns(literal(made.id))
    statement = insert(PersonListMember).from_select(["person_id", "list_id"], members)
    count = len(tx.execute(statement.returning(PersonListMember.person_id)).all())
    kept.added(LISTS, [made.id])
    tx.note(f"person_list:{made.id}", None, {"name": name, "people": count})
    return ListRow(id=made.id, name=made.name, people=count, version=1)


def _check_name(tx: Transaction, name: str, list_id: int | None) -> None:
    taken = select(PersonList.id).where(PersonList.name == name, PersonList.id.is_distinct_from(list_id))
    if tx.scalar(taken):
        problem = N_("Another list has this name.")
        raise Invalid(problem, fields={"name": _(problem)})


def _make(tx: Transaction, name: str) -> ListRow:
    made = PersonList(name=name, version=1)
    with keeping(tx) as kept:
        tx.add(made)
        kept.added(LISTS, [made.id])
    return ListRow(id=made.id, name=made.name, people=0, version=1)


def _list(tx: Transaction, list_id: int) -> PersonList:
    found = tx.get(PersonList, list_id, lock=True)
    if found is None:
        raise NotFound(N_("This list does not exist any more."))
    return found


def _made(row: Any) -> ListRow:
    return ListRow.model_validate(row)
