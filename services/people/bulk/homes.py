"""Taking the regions of many people from their addresses (住所からの所属地域の一括登録, D06).

What is sure is taken, what is not is chosen one by one, and nothing is guessed. Who has the region of their address
already, or a 細分区域 or prefecture around it, is left as they are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, text

from core.actor import What
from core.errors import Conflict, Invalid, Refused
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import COUNT_CAP, capped_count
from core.transaction import Transaction
from data.models.people import Person, PersonRegion
from services.access import people_within
from services.people.bulk.asks import Chosen
from services.people.bulk.plan import STALE, wanted_people
from services.people.fields import MOST_REGIONS
from services.people.homes import shown_postal_code
from services.people.regions.finding import Certainty, Finding, find_address
from services.people.regions.names import rows, said
from services.people.regions.offers import OfferedRegion, offered

TAKE = "people.take_home_regions"
LOOKED_AT = 1_000
"""Of so many people the preview tells what would become of each; of more, a job does what is sure."""

SHOWN = 50
BATCH = 20_000
SURE, OPEN, NOT_FOUND, THERE, FULL = "sure", "open", "not_found", "there", "full"
NOT_OFFERED = N_("This is none of the regions in which the address may lie. Look at the preview again.")
ADD = text("""
    INSERT INTO person_region (person_id, area_code, label)
    SELECT person_id, area_code, 'home'
    FROM unnest(CAST(:people AS bigint[]), CAST(:areas AS text[])) AS new (person_id, area_code)
    ON CONFLICT DO NOTHING
""")
TOUCHED = text("""
    UPDATE person SET version = version + 1, updated_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))
""")


class HomeRegions(Chosen):
    """Whose regions are taken from their addresses; ``chosen`` says by person which one, where it is not clear."""

    chosen: dict[int, str] = field(N_("Chosen regions"), default={}, max_length=LOOKED_AT, hidden=True)


class OpenHome(Row):
    """Somebody whose address does not say one region: the regions in which it may lie, none where nothing is found."""

    id: int
    code: str
    name: str
    address: str
    found: list[OfferedRegion]


class SureHome(Row):
    """Somebody whose address says one region."""

    id: int
    code: str
    name: str
    address: str
    region: str


class HomePreview(Row):
    """What would become of those chosen who have an address.

    Of many only some were ``looked_at``, and ``people`` stops at 10,000; the three lists hold the first ones of each.
    """

    people: int
    looked_at: int
    sure: int
    open: int
    not_found: int
    there: int
    full: int
    sure_ones: list[SureHome]
    open_ones: list[OpenHome]
    lost_ones: list[OpenHome]


class Home(NamedTuple):
    """Somebody with an address, the regions that they have, and what the address says."""

    row: Any
    found: Finding
    verdict: str


@query("people.preview_home_regions", N_("See which regions addresses say"))
def preview_home_regions(tx: Transaction, ask: HomeRegions) -> HomePreview:
    """Return what taking the regions of these people from their addresses would do; nothing is changed.

    Raises:
        NotAllowed: when the actor may not take them. Refused: when nobody is chosen.
    """
    tx.actor.require(TAKE, What.BULK)
    wanted = _with_address(tx, ask)
    homes = list(_homes(tx, wanted, most=LOOKED_AT))
    few = len(homes) < LOOKED_AT
    counts = Counter(home.verdict for home in homes)
    people = len(homes) if few else min(COUNT_CAP, capped_count(tx, select(Person.id).where(*wanted)))
    return HomePreview(
        people=people, looked_at=len(homes), **{name: counts[name] for name in (SURE, OPEN, NOT_FOUND, THERE, FULL)},
        sure_ones=[_sure(home) for home in _first(homes, SURE)],
        open_ones=[_open(home) for home in _first(homes, OPEN)],
        lost_ones=[_open(home) for home in _first(homes, NOT_FOUND)],
    )  # fmt: skip


def count_with_address(tx: Transaction, ask: Chosen) -> int:
    """Return how many of those chosen have an address, up to one more than are looked at while one waits."""
    few = select(Person.id).where(*_with_address(tx, ask)).limit(LOOKED_AT + 1).subquery()
    return int(tx.scalar(select(func.count()).select_from(few)))


def taken(tx: Transaction, ask: HomeRegions) -> dict[int, str]:
    """Return the region that each person gets: what the address says, or what was chosen where it leaves that open.

    Raises:
        Refused: when nobody gets one. Conflict: when it is another number than the preview said.
        Invalid: when a region was chosen that the address does not allow.
    """
    regions: dict[int, str] = {}
    for home in _homes(tx, _with_address(tx, ask)):
        if home.verdict == SURE:
            regions[home.row.id] = home.found.codes[0]
        elif home.verdict == OPEN and (code := ask.chosen.get(home.row.id)):
            if code not in home.found.codes:
                raise Invalid(NOT_OFFERED)
            regions[home.row.id] = code
    if ask.expected is not None and len(regions) != ask.expected:
        raise Conflict(STALE, count=f"{len(regions):,}")
    if not regions:
        raise Refused(N_("Nobody would change."))
    return regions


def write(tx: Transaction, regions: Mapping[int, str]) -> None:
    """Give these people these regions as their homes."""
    tx.execute(ADD, {"people": list(regions), "areas": list(regions.values())})
    tx.execute(TOUCHED, {"ids": list(regions), "now": tx.now})
    tx.session.expire_all()


def _with_address(tx: Transaction, ask: Chosen) -> list[ColumnElement[bool]]:
    reach = tx.actor.reach(TAKE, What.BULK)
    some = or_(Person.address != "", Person.postal_code != "")
    return [*wanted_people(tx, ask), people_within(reach, tx.actor), Person.retired_at.is_(None), some]


def _homes(tx: Transaction, wanted: Sequence[ColumnElement[bool]], most: int | None = None) -> Iterator[Home]:
    """Go through people by number: a million addresses are never in memory at once."""
    regions = select(func.array_agg(PersonRegion.area_code)).where(PersonRegion.person_id == Person.id)
    statement = select(
        Person.id, Person.code, Person.family_name, Person.given_name, Person.postal_code, Person.address,
        regions.scalar_subquery().label("regions"),
    ).where(*wanted).order_by(Person.id).limit(min(BATCH, most or BATCH))  # fmt: skip
    last = 0
    while found := tx.execute(statement.where(Person.id > last)).all():
        yield from map(_home, found)
        last = found[-1].id
        if most is not None or len(found) < BATCH:
            return


def _home(row: Any) -> Home:
    found, here = find_address(row.postal_code, row.address), set(row.regions or ())
    if any(here.intersection(_around(code)) for code in found.codes):
        return Home(row, found, THERE)
    if not found.codes:
        return Home(row, found, NOT_FOUND)
    if len(here) >= MOST_REGIONS:
        return Home(row, found, FULL)
    return Home(row, found, SURE if found.certainty is Certainty.SURE else OPEN)


def _around(code: str) -> Iterator[str]:
    at: str | None = code
    while at:
        yield at
        at = rows()[at].parent


def _first(homes: Sequence[Home], verdict: str) -> list[Home]:
    return [home for home in homes if home.verdict == verdict][:SHOWN]


def _facts(row: Any) -> dict[str, Any]:
    address = f"{shown_postal_code(row.postal_code)} {row.address}".strip()
    name = f"{row.family_name} {row.given_name}".strip()
    return {"id": row.id, "code": row.code, "name": name, "address": address}


def _sure(home: Home) -> SureHome:
    return SureHome(**_facts(home.row), region=said(home.found.codes[0]))


def _open(home: Home) -> OpenHome:
    return OpenHome(**_facts(home.row), found=[offered(code) for code in home.found.codes])
