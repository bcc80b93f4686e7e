"""The regions of one person: why each concerns them, who added it, and changing them (所属地域, D06)."""

from sqlalchemy import delete, func, select, text

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.people import Person, PersonRegion, RegionLabel
from services.changes import keeping
from services.people.fields import MOST_REGIONS
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.regions.finding import find_address
from services.people.regions.names import said
from services.people.regions.offers import OfferedRegion, offered
from services.people.regions.rule import may_add
from services.people.rules import check_areas
from services.people.within import person_within

MOST_OWN = 5
"""So many regions may somebody add themselves."""

TOO_MANY = N_("One person has at most {most} regions.")
TOO_MANY_OWN = N_("You may add at most {most} regions yourself.")
NOT_YOURS = N_("The office set this region. Ask it if it is wrong.")
PUT = text("""
    INSERT INTO person_region (person_id, area_code, label, own)
    SELECT CAST(:person_id AS bigint), area_code, label, CAST(:own AS boolean)
    FROM unnest(CAST(:areas AS text[]), CAST(:labels AS text[])) AS new (area_code, label)
    ON CONFLICT (person_id, area_code) DO UPDATE SET label = excluded.label
""")
TOUCHED = text("UPDATE person SET version = version + 1, updated_at = :now WHERE id = :id")


class RegionPut(Input):
    """A region that concerns somebody, and why."""

    area_code: str = field(N_("Region"), max_length=7, of="people.area_choices", sought="people.region_of")
    label: RegionLabel | None = field(N_("Kind of region"), default=None)


class OwnRegions(Input):
    """Regions that somebody adds for themselves or labels anew, and those to be taken away."""

    put: list[RegionPut] = field(N_("Add or label"), default=[], max_length=MOST_REGIONS, hidden=True)
    remove: list[str] = field(N_("Regions to take away"), default=[], max_length=MOST_REGIONS, hidden=True)


class ChangedRegions(OwnRegions):
    """The same for a person."""

    person_id: int = field(N_("Person"), hidden=True)


class WhoseRegions(Input):
    """Whose regions."""

    person_id: int = field(N_("Person"), hidden=True)


class RegionRow(Row):
    """A region of a person: its name with the prefecture, why, who added it, and what to know about warnings there."""

    code: str
    name: str
    label: RegionLabel | None
    own: bool
    warned: str


class FromAddress(Row):
    """What the person's own address says: the region, those that it may be, or none."""

    address: str
    found: list[OfferedRegion]
    sure: bool


class PersonRegions(Row):
    """The regions of a person, and what their address says where it is not among them yet."""

    rows: list[RegionRow]
    at_home: FromAddress
    may_change: bool


@query("people.regions_of", N_("See the regions of a person"))
def regions_of(tx: Transaction, ask: WhoseRegions) -> PersonRegions:
    """Return the regions of a person (所属地域), and the one in which the address lies.

    Raises:
        NotFound: when the person does not exist or is out of reach.
    """
    person = person_within(tx, regions_of, ask.person_id)
    return _shown(tx, person, may_change=change_regions.allowed(tx.actor))


@operation("people.change_regions", N_("Change the regions of a person"), touches="person")
def change_regions(tx: Transaction, ask: ChangedRegions) -> PersonRegions:
    """Add regions to a person, say why they concern them, or take them away (所属地域の登録・変更).

    Raises:
        NotFound: when the person does not exist or is out of reach. Refused: when it would be too many.
        Invalid: when a region does not exist.
    """
    alone(tx)
    person = person_within(tx, change_regions, ask.person_id, lock=True)
    if person.erased_at is not None:
        raise Refused(N_("This person was erased: nobody knows any more who it was. Add the person anew."))
    _check(tx, person, ask, own=False)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        _write(tx, person, ask, own=False)
    return _shown(tx, person, may_change=True)


@query("people.own_regions", N_("See the own regions"), own=True)
def own_regions(tx: Transaction, _ask: Nothing) -> PersonRegions:
    """Return the own regions, and whether one may add others."""
    return _shown(tx, _myself(tx), may_change=may_add(tx))


@operation("people.change_own_regions", N_("Change the own regions"), touches="person", own=True)
def change_own_regions(tx: Transaction, ask: OwnRegions) -> PersonRegions:
    """Add regions for oneself or take such ones away again; what the office set stays (本人による所属地域の追加).

    Raises:
        Refused: when people may not, when it would be too many, or when the office set it.
        Invalid: when a region does not exist.
    """
    alone(tx)
    if not may_add(tx):
        raise Refused(N_("Regions are set by the office. Ask it to change yours."))
    person = _myself(tx)
    _check(tx, person, ask, own=True)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        _write(tx, person, ask, own=True)
    return _shown(tx, person, may_change=True)


def _check(tx: Transaction, person: Person, ask: OwnRegions, *, own: bool) -> None:
    put, before = {one.area_code for one in ask.put}, _rows(tx, person.id)
    check_areas(tx, put)
    if own and any(code in before and not before[code].own for code in (*put, *ask.remove)):
        raise Refused(NOT_YOURS)
    after = (before.keys() - set(ask.remove)) | put
    if len(after) > max(MOST_REGIONS, len(before)):
        raise Refused(TOO_MANY, most=MOST_REGIONS)
    mine = [code for code in after if code not in before or before[code].own]
    if own and put and len(mine) > MOST_OWN:
        raise Refused(TOO_MANY_OWN, most=MOST_OWN)


def _write(tx: Transaction, person: Person, ask: OwnRegions, *, own: bool) -> None:
    labels = {one.area_code: one.label for one in ask.put}
    if ask.remove:
        mine = delete(PersonRegion).where(PersonRegion.person_id == person.id)
        tx.execute(mine.where(PersonRegion.area_code == func.any(list(ask.remove))))
    if labels:
        words = [label.value if label else None for label in labels.values()]
        tx.execute(PUT, {"person_id": person.id, "areas": list(labels), "own": own, "labels": words})
    tx.execute(TOUCHED, {"id": person.id, "now": tx.now})
    tx.session.expire_all()
    tx.note(f"person:{person.id}", None, ["area_codes"])


def _shown(tx: Transaction, person: Person, *, may_change: bool) -> PersonRegions:
    here = _rows(tx, person.id)
    found = find_address(person.postal_code, person.address)
    codes = [] if here.keys() & set(found.codes) else list(found.codes)
    return PersonRegions(
        rows=[
            RegionRow(code=code, name=said(code), label=row.label, own=row.own, warned=offered(code).warned)
            for code, row in sorted(here.items())
        ],
        at_home=FromAddress(
            address=person.address, found=[offered(code) for code in codes], sure=bool(codes) and found.sure is not None
        ),
        may_change=may_change,
    )  # fmt: skip


def _rows(tx: Transaction, person_id: int) -> dict[str, PersonRegion]:
    found = select(PersonRegion).where(PersonRegion.person_id == person_id).execution_options(populate_existing=True)
    return {row.area_code: row for row in tx.execute(found).scalars()}


def _myself(tx: Transaction) -> Person:
    person = tx.get(Person, tx.actor.person_id) if tx.actor.person_id is not None else None
    if person is None:
        raise NotFound(N_("Only somebody in the register of people can do this."))
    return person
