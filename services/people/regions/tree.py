"""The regions of Japan with how many people have each (地域一覧, D06): prefecture → 細分区域 → municipality."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Select,
    String,
    case,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    true,
    union_all,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.actor import Actor
from core.database import transaction
from core.i18n import N_, language
from core.inputs import Choice, Nothing, Row, field
from core.jobs import job
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.areas import Area, AreaKind, RegionTotal
from data.models.people import Person, PersonRegion
from data.models.people_search import PersonSearch
from data.reference import areas
from services.access import search_within
from services.people.regions.finding import find
from services.people.regions.warned import units_of

LARGE = 20_000
"""Regions of people beyond which nobody waits for the count: a job counts them every ten minutes."""

above, top = aliased(Area, name="above"), aliased(Area, name="top")
PREFECTURE = func.coalesce(top.code, above.code, Area.code)
PLACE = case(
    (top.code.is_not(None), top.code + above.code + Area.code),
    (above.code.is_not(None), above.code + Area.code),
    else_=Area.code,
)
"""The code with those above it in front: in its order the tree is read."""


class RegionsAsk(PageAsk):
    """Which regions: all of one prefecture, or what a text finds; with neither the prefectures."""

    text: str = field(N_("Name, address, postal code or code"), default="", max_length=100)
    prefecture: int | None = field(N_("Prefecture"), default=None, of="people.prefecture_choices")
    with_people: bool = field(N_("Only those with people"), default=False)


class RegionLine(Row):
    """A line of the tree. ``people`` have it or one in it, each counted once; None: not counted yet."""

    code: str = field(N_("Code"))
    name: str = field(N_("Region"))
    depth: int
    people: int | None = field(N_("Number of people"))
    units: list[str] = field(N_("Weather warnings of"))
    """Whose warnings hold where none are issued for it as it stands."""


@query("people.regions", N_("See regions and how many people have each"))
def list_regions(tx: Transaction, ask: RegionsAsk) -> Page[RegionLine]:
    """Return a page of the regions (地域一覧), each below the one that it lies in, with the people within reach."""
    counted, complete = _counted(tx)
    statement = _lines(counted)
    if ask.text.strip():
        codes = list(find(ask.text).codes)
        statement = statement.where(Area.code.in_(codes))
    elif ask.prefecture is not None:
        statement = statement.where(literal(f"{ask.prefecture:02}") == PREFECTURE)
    elif not ask.with_people:
        statement = statement.where(Area.kind == AreaKind.PREFECTURE)
    if ask.with_people:
        statement = statement.where(counted.c.people > 0)
    nobody = 0 if complete else None
    return fetch_page(tx, statement, ask, orders={"tree": (PLACE,)}, make=lambda row: _made(row, nobody))


@query("people.prefecture_choices", N_("Choose prefectures"), own=True)
def prefecture_choices(tx: Transaction, ask: Nothing) -> list[Choice]:  # noqa: ARG001 - every query gets a transaction
    """Return the prefectures for a form."""
    every, ja = areas.prefectures().values(), language() == "ja"
    return [Choice(value=int(one.code), label=one.name if ja else one.name_en) for one in every]


@job("people.count_regions", periodic="*/10 * * * *")
def count_regularly() -> None:
    """Remember in a large organisation how many people have each region."""
    with transaction(Actor.system("people.count_regions")) as tx:
        if _is_large(tx):
            keep_totals(tx)


def keep_totals(tx: Transaction) -> None:
    """Count the people of every region and remember it."""
    tx.execute(delete(RegionTotal))
    live = _count().subquery()
    rows = select(live.c.code, live.c.people, literal(tx.now))
    tx.execute(insert(RegionTotal).from_select(["area_code", "people", "counted_at"], rows))


def _counted(tx: Transaction) -> tuple[Any, bool]:
    """Return the counts, and whether there are any: in a large organisation the job has to come first."""
    reach = list_regions.reach(tx)
    if not reach.whole:
        within = select(PersonSearch.person_id).where(PersonSearch.active, search_within(reach, tx.actor.person_id))
        return _once(tx, _count_within(within)), True
    if _is_large(tx):
        kept = select(RegionTotal.area_code.label("code"), RegionTotal.people).subquery()
        return kept, tx.scalar(select(RegionTotal.area_code).limit(1)) is not None
    return _once(tx, _count()), True


def _once(tx: Transaction, count: Select[Any]) -> Any:
    # Looked at from the number of lines and from the page of them, both, it would be counted twice.
    rows = tx.execute(count).all()
    codes, people = ([row.code for row in rows], [row.people for row in rows])
    held = func.unnest(literal(codes, ARRAY(String)), literal(people, ARRAY(BigInteger)))
    return held.table_valued(column("code", String), column("people", BigInteger), name="counted").render_derived()


def _count() -> Select[Any]:
    """Return how many people have each region or one in it, each person once, at every level."""
    gone = select(Person.id).where(Person.retired_at.is_not(None))
    held = select(PersonRegion.area_code, PersonRegion.person_id).where(PersonRegion.person_id.not_in(gone)).cte("held")
    return _each_once(held)


def _count_within(within: Select[int]) -> Select[Any]:
    """Return the same for some people.

    Who has one region has one at each level: they are counted by it, and only the others are told apart.
    """
    who = within.subquery("who")
    theirs = (
        select(func.min(PersonRegion.area_code).label("area_code"), (func.count() > 1).label("several"))
        .where(PersonRegion.person_id == who.c.person_id)
        .lateral("theirs")
    )
    found = select(who.c.person_id, theirs.c.area_code, theirs.c.several).join_from(who, theirs, true())
    held = found.where(theirs.c.area_code.is_not(None)).cte("held").prefix_with("MATERIALIZED")
    one = select(held.c.area_code, func.count().label("people")).where(~held.c.several).group_by(held.c.area_code)
    of_several = (
        select(PersonRegion.area_code, PersonRegion.person_id)
        .join(held, held.c.person_id == PersonRegion.person_id)
        .where(held.c.several)
    )
    alone = _at_each_level(one.cte("alone"), "people")
    every = union_all(*alone, _each_once(of_several.cte("of_several"))).subquery()
    people = cast(func.sum(every.c.people), BigInteger)
    return select(every.c.code, people.label("people")).group_by(every.c.code)


def _each_once(held: CTE) -> Select[Any]:
    levels = _at_each_level(held, "person_id")
    # Made unique by hash: to sort for count(DISTINCT …) takes several times as long.
    every = levels[0].union(*levels[1:]).subquery()
    return select(every.c.code, func.count().label("people")).group_by(every.c.code)


def _at_each_level(held: CTE, name: str) -> list[Select[Any]]:
    return [
        select(level.label("code"), held.c[name])
        .select_from(held)
        .join(Area, Area.code == held.c.area_code)
        .outerjoin(above, above.code == Area.parent_code)
        .outerjoin(top, top.code == above.parent_code)
        .where(level.is_not(None))
        for level in (Area.code, above.code, top.code)
    ]


def _lines(counted: Any) -> Select[Any]:
    name = Area.name if language() == "ja" else Area.name_en
    return (
        select(Area.code, name.label("name"), Area.kind, counted.c.people)
        .outerjoin(above, above.code == Area.parent_code)
        .outerjoin(top, top.code == above.parent_code)
        .outerjoin(counted, counted.c.code == Area.code)
    )


def _is_large(tx: Transaction) -> bool:
    some = select(PersonRegion.person_id).limit(LARGE + 1).subquery()
    return bool(tx.scalar(select(func.count()).select_from(some)) > LARGE)


def _made(row: Any, nobody: int | None) -> RegionLine:
    depth, units = list(AreaKind).index(row.kind), [unit.name for unit in units_of(row.code)]
    return RegionLine(code=row.code, name=row.name, depth=depth, people=row.people or nobody, units=units)
