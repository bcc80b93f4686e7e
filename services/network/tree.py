"""The contact network by department (連絡網, D12): counts and rates of each with all below it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from core.i18n import N_
from core.inputs import Nothing, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.network import Fact
from data.models.people import Department
from services.access import TREE_ORDER, departments_within
from services.network.counting import WHOLE, Facts, counts_of, tops_of
from services.network.search import waiting_count
from services.network.words import ANYTHING, MENDED, Finding, is_found


class Network(Row):
    """How many people have what; who has two of something counts once."""

    people: int = field(N_("Number of people"))
    registered: int = field(N_("Registered something"))
    nothing: int = field(N_("Nothing registered"))
    verified: int = field(N_("Something verified"))
    company_mail: int = field(N_("Company mail"))
    private_mail: int = field(N_("Private mail"))
    mobile: int = field(N_("Mobile"))
    app: int = field(N_("App"))
    line: int = field(N_("LINE"))
    failing: int = field(N_("A contact fails"))
    missed: int = field(N_("Missed in the last test"))
    disputed: int = field(N_("Said to be wrong"))
    number_missing: int = field(N_("No mobile number"))
    number_malformed: int = field(N_("Malformed mobile number"))
    number_duplicate: int = field(N_("Duplicate mobile number"))
    number_shared: int = field(N_("Shared on purpose"))
    wrong: int = field(N_("Something registered is wrong"))
    to_mend: int = field(N_("Anything to mend"))


class NetworkOf(Network):
    """The counts of all within reach; ``counted_at`` None: just now."""

    counted_at: datetime | None


class NetworkNow(NetworkOf):
    """The same, with how many gave something and have not confirmed it; that is always of this moment, and capped."""

    waiting: int = field(N_("Gave something, not confirmed"))


class TreeAsk(PageAsk):
    """Which departments."""

    text: str = field(N_("Name or code"), default="", max_length=100)


class TreeRow(Network):
    """A department with all below it."""

    id: int
    name: str = field(N_("Name"))
    full_name: str = field(N_("Whole name"))
    depth: int


@query("network.counts", N_("See the counts of the contact network"))
def network_counts(tx: Transaction, _ask: Nothing) -> NetworkNow:
    """Return how many people within reach have registered what, each in the main department."""
    reach = network_counts.reach(tx)
    return NetworkNow(**_network_of(tx, tops_of(reach)).model_dump(), waiting=waiting_count(tx, reach))


def whole_network(tx: Transaction) -> NetworkOf:
    """Return how many people of the whole organisation have registered what."""
    return _network_of(tx, [WHOLE])


@query("network.tree", N_("See the contact network by department"))
def network_tree(tx: Transaction, ask: TreeAsk) -> Page[TreeRow]:
    """Return a page of the departments in use within reach, each directly below the one it belongs to."""
    reach = network_tree.reach(tx)
    statement = select(Department.id, Department.name, Department.full_name, Department.depth).where(
        Department.retired_at.is_(None), departments_within(reach)
    )
    for word in ask.text.split():
        named = Department.full_name.icontains(word, autoescape=True)
        statement = statement.where(named | Department.code.icontains(word, autoescape=True))
    page = fetch_page(tx, statement, ask, orders={"tree": TREE_ORDER}, make=lambda row: row)
    people = counts_of(tx, [row.id for row in page.rows]).people
    return replace(page, rows=[
        TreeRow(
            **counted(people.get(row.id, {})).model_dump(), id=row.id, name=row.name, full_name=row.full_name,
            depth=row.depth,
        )
        for row in page.rows
    ])  # fmt: skip


def _network_of(tx: Transaction, department_ids: list[int]) -> NetworkOf:
    counts = counts_of(tx, department_ids)
    people: Counter[int] = Counter()
    for facts in counts.people.values():
        people.update(facts)
    return NetworkOf(**counted(people).model_dump(), counted_at=counts.counted_at)


def counted(people: Facts) -> Network:
    """Return the counts that these people with their facts make."""

    def having(fact: Fact) -> int:
        return sum(count for facts, count in people.items() if facts & fact)

    findings = {one.value: sum(count for facts, count in people.items() if is_found(one, facts)) for one in Finding}
    named = {name: count for name, count in findings.items() if name in Network.model_fields}
    return Network(
        people=sum(people.values()), registered=having(ANYTHING), verified=having(Fact.VERIFIED),
        company_mail=having(Fact.COMPANY_MAIL), private_mail=having(Fact.PRIVATE_MAIL), mobile=having(Fact.MOBILE),
        app=having(Fact.APP), line=having(Fact.LINE), wrong=having(MENDED), **named,
    )  # fmt: skip
