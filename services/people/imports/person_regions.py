"""Which regions concern people (所属地域, D06), as a file: a region a row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, language
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.areas import Area
from data.models.people import Person, PersonRegion
from services.access import people_within
from services.changes import Keeper
from services.people.fields import MOST_REGIONS
from services.people.imports.holders import Holder
from services.people.imports.nouns import Blame, Noun, doing, touch
from services.people.imports.places import Places
from services.people.imports.regions import find_region
from services.people.kept import PEOPLE
from services.people.regions.names import full_name
from services.people.store import set_regions


class Regions(Noun):
    """Regions of people, in the order of their codes."""

    field = "region"
    most = MOST_REGIONS

    def __init__(self, tx: Transaction, reach: Reach, places: Places) -> None:
        """Keep how far it goes; departments do not matter here."""
        del places
        self._tx = tx
        self.reaches = (reach,)
        self.readers = {"region": lambda cell: find_region(cell) if cell.strip() else None, "doing": doing}

    def now(self, people: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the codes of the regions of people."""
        found: dict[int, list[str]] = {}
        rows = self._tx.execute(
            select(PersonRegion.person_id, PersonRegion.area_code)
            .where(PersonRegion.person_id == func.any(list(people)))
        )  # fmt: skip
        for person, code in rows:
            found.setdefault(person, []).append(code)
        return {person: tuple(sorted(codes)) for person, codes in found.items()}

    def ordered(self, holder: Holder, wanted: Sequence[str], blame: Blame) -> tuple[str, ...]:
        """Return the codes in order."""
        del holder, blame
        return tuple(sorted(wanted))

    def check(self, holders: Sequence[Holder], blame: Blame) -> None:
        """Find nothing: whoever reaches a person says which regions concern them."""

    def said(self, thing: str) -> str:
        """Return the name of a region with its prefecture."""
        return full_name(thing)

    def write(self, tx: Transaction, kept: Keeper, people: Mapping[int, tuple[Any, Any]]) -> None:
        """Let these regions concern people."""
        kept.watch(PEOPLE, list(people))
        touch(tx, list(people))
        set_regions(tx, {person: after for person, (_now, after) in people.items()})


class PersonRegionRow(Row):
    """A region that concerns a person, as the import of regions takes it."""

    code: str = field(N_("Employee number"))
    name: str = field(N_("Name"))
    region: str = field(N_("Region code"))
    region_name: str = field(N_("Name of the region"))


@query("people.person_regions", N_("See the regions of people"))
def list_person_regions(tx: Transaction, ask: PageAsk) -> Page[PersonRegionRow]:
    """Return a page of the regions of active people within reach (所属地域一覧), all of a person's together."""
    area = Area.name if language() == "ja" else Area.name_en
    statement = (
        select(Person.code, Person.family_name, Person.given_name, PersonRegion.area_code, area.label("area"))
        .join(PersonRegion, PersonRegion.person_id == Person.id)
        .join(Area, Area.code == PersonRegion.area_code)
        .where(Person.retired_at.is_(None), people_within(list_person_regions.reach(tx), tx.actor))
    )
    return fetch_page(tx, statement, ask, orders={"code": (Person.code, PersonRegion.area_code)}, make=_made)


def _made(row: Any) -> PersonRegionRow:
    name = f"{row.family_name} {row.given_name}".strip()
    return PersonRegionRow(code=row.code, name=name, region=row.area_code, region_name=row.area)
