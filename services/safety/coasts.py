"""Coasts (津波予報区と市区町村): which municipalities a tsunami concerns, and what an administrator corrected of it.

Nobody publishes that table: ours is in ``data/reference``. What is corrected here outlives every update of it.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.errors import NotFound, Refused
from core.i18n import N_, language
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.areas import Area, AreaKind, Coast, CoastOrigin, TsunamiArea
from data.reference import coasts as reference

MOST_AT_ONCE = 100
prefecture = aliased(Area, name="prefecture")
subdivision = aliased(Area, name="subdivision")


class CoastMark(StrEnum):
    """Who says it: our own table, or an administrator, who added it or took it away."""

    OURS = "ours"
    ADDED = "added"
    TAKEN_AWAY = "taken_away"


class CoastsAsk(PageAsk):
    """Which coasts: of a forecast area, of a prefecture, by what a municipality is called."""

    text: str = field(N_("Municipality or code"), default="", max_length=50)
    tsunami_area: int | None = field(N_("Tsunami forecast area"), default=None, of="safety.tsunami_area_choices")
    prefecture: int | None = field(N_("Prefecture"), default=None, of="people.prefecture_choices")
    mark: CoastMark | None = field(N_("Where it comes from"), default=None)


class CoastRow(Row):
    """A municipality on the coast of a forecast area, or one that was taken away from it."""

    id: str
    tsunami_code: str
    tsunami_area: str = field(N_("Tsunami forecast area"))
    municipality_code: str = field(N_("Code"))
    municipality: str = field(N_("Municipality"))
    prefecture: str = field(N_("Prefecture"))
    mark: CoastMark = field(N_("Where it comes from"))


class OnCoast(Input):
    """Municipalities, and the forecast area for tsunamis on whose coast they lie or do not lie."""

    tsunami_area: int = field(N_("Tsunami forecast area"), of="safety.tsunami_area_choices")
    municipalities: list[str] = field(
        N_("Municipalities"), of="people.area_choices", sought="people.region_of", min_length=1,
        max_length=MOST_AT_ONCE,
    )  # fmt: skip

    @property
    def code(self) -> str:
        """Return the code of the forecast area, as telegrams write it."""
        return str(self.tsunami_area)


def municipalities_on(areas: Collection[str]) -> Select[str]:
    """Return the codes of the municipalities on the coasts of these forecast areas for tsunamis, each once."""
    return select(Coast.municipality_code).where(Coast.tsunami_code.in_(areas), Coast.lies).distinct()


@query("safety.coasts", N_("See which municipalities lie on which coast"))
def list_coasts(tx: Transaction, ask: CoastsAsk) -> Page[CoastRow]:
    """Return a page of the municipalities by forecast area for tsunamis (津波予報区)."""
    statement = _coasts()
    if ask.text:
        names = (Area.name, Area.kana, Area.name_en, Area.code)
        statement = statement.where(or_(*[name.icontains(ask.text, autoescape=True) for name in names]))
    if ask.tsunami_area is not None:
        statement = statement.where(Coast.tsunami_code == str(ask.tsunami_area))
    if ask.prefecture is not None:
        statement = statement.where(Coast.municipality_code.startswith(f"{ask.prefecture:02}"))
    if ask.mark is not None:
        statement = statement.where(_mark() == ask.mark)
    orders = {
        "area": (Coast.tsunami_code, Coast.municipality_code),
        "municipality": (Coast.municipality_code, Coast.tsunami_code),
    }
    return fetch_page(tx, statement, ask, orders=orders, make=CoastRow.model_validate)


@query("safety.tsunami_area_choices", N_("Choose tsunami forecast areas"), own=True)
def tsunami_area_choices(_tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return the forecast areas for tsunamis for a form."""
    every, ja = reference.tsunami_areas().values(), language() == "ja"
    return [Choice(value=int(one.code), label=one.name if ja else one.name_en) for one in every]


@operation("safety.put_on_coast", N_("Correct which municipalities lie on which coast: add"), touches="coast")
def put_on_coast(tx: Transaction, ask: OnCoast) -> int:
    """Say that municipalities lie on the coast of a forecast area (津波予報区の修正); return how many are new there.

    Raises:
        NotFound: when there is no such area. Refused: when one of them is no municipality.
    """
    return _correct(tx, ask, lies=True)


@operation("safety.take_off_coast", N_("Correct which municipalities lie on which coast: take away"), touches="coast")
def take_off_coast(tx: Transaction, ask: OnCoast) -> int:
    """Say that municipalities do not lie on the coast of a forecast area; return how many did until now.

    Raises:
        NotFound: when there is no such area. Refused: when one of them is no municipality.
    """
    return _correct(tx, ask, lies=False)


def _correct(tx: Transaction, ask: OnCoast, *, lies: bool) -> int:
    _require_known(tx, ask)
    there = select(Coast.municipality_code).where(Coast.tsunami_code == ask.code, Coast.lies)
    before = set(tx.execute(there).scalars()) & set(ask.municipalities)
    changed = sorted(set(ask.municipalities) - before if lies else before)
    if changed:
        _keep(tx, ask.code, changed, lies=lies)
        tx.note(f"coast:{ask.code}", [] if lies else changed, changed if lies else [])
    return len(changed)


def _keep(tx: Transaction, area: str, places: Collection[str], *, lies: bool) -> None:
    """Keep what differs from our own table as a correction; what agrees with it again is ours again."""
    ours = {place for place in places if (area, place) in reference.coasts()}
    of_nobody = set() if lies else set(places) - ours
    if of_nobody:
        tx.execute(delete(Coast).where(Coast.tsunami_code == area, Coast.municipality_code.in_(of_nobody)))
    rows = [
        {"tsunami_code": area, "municipality_code": place, "lies": lies,
         "origin": CoastOrigin.OURS if (place in ours) is lies else CoastOrigin.CORRECTED}
        for place in places if place not in of_nobody
    ]  # fmt: skip
    if rows:
        put = insert(Coast)
        changed = {"origin": put.excluded.origin, "lies": put.excluded.lies}
        key = ["tsunami_code", "municipality_code"]
        tx.execute(put.on_conflict_do_update(index_elements=key, set_=changed), rows)


def _require_known(tx: Transaction, ask: OnCoast) -> None:
    if tx.scalar(select(TsunamiArea.code).where(TsunamiArea.code == ask.code)) is None:
        raise NotFound(N_("There is no such tsunami forecast area. Choose one from the list."))
    kinds = select(Area.code).where(Area.code.in_(ask.municipalities), Area.kind == AreaKind.MUNICIPALITY)
    if set(tx.execute(kinds).scalars()) != set(ask.municipalities):
        raise Refused(N_("Choose municipalities or wards, not prefectures or larger areas."))


def _coasts() -> Select[*tuple[Any, ...]]:
    ja = language() == "ja"
    return (
        select(
            (Coast.tsunami_code + "-" + Coast.municipality_code).label("id"),
            Coast.tsunami_code,
            (TsunamiArea.name if ja else TsunamiArea.name_en).label("tsunami_area"),
            Coast.municipality_code,
            (Area.name if ja else Area.name_en).label("municipality"),
            (prefecture.name if ja else prefecture.name_en).label("prefecture"),
            _mark().label("mark"),
        )
        .join(TsunamiArea, TsunamiArea.code == Coast.tsunami_code)
        .join(Area, Area.code == Coast.municipality_code)
        .join(subdivision, subdivision.code == Area.parent_code)
        .join(prefecture, prefecture.code == subdivision.parent_code)
    )


def _mark() -> Any:
    return case(
        (Coast.origin == CoastOrigin.OURS, CoastMark.OURS.value),
        (Coast.lies, CoastMark.ADDED.value),
        else_=CoastMark.TAKEN_AWAY.value,
    )
