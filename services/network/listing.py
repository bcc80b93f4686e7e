"""From a list of the contact network to what is done about it: a recipient list to remind, a file to mend."""

from sqlalchemy import Select, func, select

from core.actor import Reach, What
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.people import Person
from services.access import people_within
from services.changes import keeping
from services.network.search import NetworkAsk, found_people
from services.people import ListRow, RequiredName, new_list, people_file
from services.people.csv_file import CsvFile

MOST = 20_000
"""People on one list made here: a list keeps its history as a whole."""


class ListOf(Input):
    """Who shall be on a new list: those that were picked, or all that a search finds."""

    name: RequiredName = field(N_("Name of the list"), max_length=100)
    person_ids: list[int] = field(N_("People"), default=[], max_length=1_000, hidden=True)
    found: NetworkAsk | None = field(N_("All that this search finds"), default=None, hidden=True)


@operation(
    "network.to_list", N_("Make a recipient list from the contact network"), does=What.BULK, touches="person_list"
)
def to_list(tx: Transaction, ask: ListOf) -> ListRow:
    """Put people on a new recipient list, to whom a broadcast can go then (登録のお願い).

    Raises:
        Invalid: when a list has the name. Refused: when it would be nobody, or too many people.
    """
    people = _chosen(tx, ask, to_list.reach(tx))
    count = tx.count(people.limit(MOST + 1))
    if not count:
        raise Refused(N_("Nobody is found. Choose people or change the filters."))
    if count > MOST:
        raise Refused(N_("These are more than {most} people. Choose a department or another filter."), most=f"{MOST:,}")
    with keeping(tx) as kept:
        return new_list(tx, kept, ask.name, people)


@query("network.export", N_("Export people of the contact network as a CSV"), does=What.EXPORT)
def export_network(tx: Transaction, ask: NetworkAsk) -> CsvFile:
    """Return the people whom a search finds in the layout of the import: mend them in Excel and import the file."""
    reach = export_network.reach(tx)
    return people_file(tx, [Person.id.in_(found_people(tx, ask, reach))], reach)


def _chosen(tx: Transaction, ask: ListOf, reach: Reach) -> Select[int]:
    if ask.found is not None:
        return found_people(tx, ask.found, reach)
    chosen = (Person.id == func.any(ask.person_ids), Person.retired_at.is_(None))
    return select(Person.id).where(*chosen, people_within(reach, tx.actor))
