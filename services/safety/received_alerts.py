"""What a telegram says of coasts and of special warnings, with the names of the places (津波・特別警報の表示)."""

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import select

from core.i18n import N_, _, language, listed
from core.inputs import Row
from core.transaction import Transaction
from data.models.areas import Area, TsunamiArea
from data.reference import areas
from services.safety.telegrams import SpecialWarning, Telegram, TsunamiGrade, in_force

NOT_IN_TABLES = N_("Area {code} (not in the tables)")


class CoastShown(Row):
    """A coast (津波予報区): its grade, whether this very telegram issued or raised it, and the height measured there.

    ``observing``: a tsunami has come and its height is still being observed (観測中).
    """

    code: str
    name: str
    grade: TsunamiGrade | None
    raised: bool
    metres: float | None
    observing: bool


class TideShown(Row):
    """What a tide gauge has measured: the highest so far in metres, and JMA's words beside it."""

    name: str
    coast: str
    metres: float | None
    words: str


class WarnedShown(Row):
    """A municipality, or unit of warnings, with a special warning, and JMA's word for its state (発表, 継続, 解除)."""

    code: str
    name: str
    kind: SpecialWarning
    status: str
    in_force: bool


def gravest(tsunami: Mapping[str, str], special_warnings: Mapping[str, Mapping[str, str]]) -> str:
    """Return the gravest that a telegram speaks of, in words; empty for one of neither tsunamis nor weather."""
    grades = [TsunamiGrade(grade) for grade in tsunami.values()]
    if grades:
        return max(grades, key=lambda grade: grade.rank).label
    held: dict[str, bool] = {}
    for kinds in special_warnings.values():
        for kind, status in kinds.items():
            held[kind] = held.get(kind, False) or in_force(status)
    ended = N_("{warning} lifted")
    return listed(
        SpecialWarning(kind).label if holds else _(ended, warning=SpecialWarning(kind).label)
        for kind, holds in sorted(held.items(), key=lambda one: (not one[1], one[0]))
    )


def coasts_of(tx: Transaction, telegram: Telegram) -> list[CoastShown]:
    """Return the coasts of a telegram, the gravest first."""
    codes = list(dict.fromkeys([*telegram.tsunami, *telegram.tsunami_observed]))
    names = _coast_names(tx, codes)
    raised = set(telegram.tsunami_raised)
    found = [
        CoastShown(
            code=code, name=names[code], grade=telegram.tsunami.get(code), raised=code in raised,
            metres=telegram.tsunami_observed.get(code),
            observing=code in telegram.tsunami_observed and telegram.tsunami_observed[code] is None,
        )
        for code in codes
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-(one.grade.rank if one.grade else -1), -(one.metres or 0), one.code))


def stations_of(tx: Transaction, telegram: Telegram) -> list[TideShown]:
    """Return what the tide gauges measured, the highest first."""
    names = _coast_names(tx, {one.area_code for one in telegram.tide_stations})
    found = [
        TideShown(
            name=one.name or one.code, coast=names[one.area_code], metres=one.metres,
            words=listed(word for word in (one.condition, one.note) if word),
        )
        for one in telegram.tide_stations
    ]  # fmt: skip
    return sorted(found, key=lambda one: -(one.metres if one.metres is not None else -1))


def warned_of(tx: Transaction, telegram: Telegram) -> list[WarnedShown]:
    """Return the special warnings of a telegram by kind, those in force first."""
    name = Area.name if language() == "ja" else Area.name_en
    codes = list(telegram.special_warnings)
    names = _units() | dict(tx.execute(select(Area.code, name).where(Area.code.in_(codes))).all())
    found = [
        WarnedShown(
            code=code, name=names.get(code) or _(NOT_IN_TABLES, code=code), kind=SpecialWarning(kind), status=status,
            in_force=in_force(status),
        )
        for code, kinds in telegram.special_warnings.items()
        for kind, status in kinds.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.in_force, one.kind.value, one.code))


def _coast_names(tx: Transaction, codes: Iterable[str]) -> dict[str, str]:
    name = TsunamiArea.name if language() == "ja" else TsunamiArea.name_en
    wanted = list(codes)
    known = dict(tx.execute(select(TsunamiArea.code, name).where(TsunamiArea.code.in_(wanted))).all())
    return {code: known.get(code) or _(NOT_IN_TABLES, code=code) for code in wanted}


@cache
def _units() -> dict[str, str]:
    """Return the Japanese names of the units of warnings that are no municipality: whole cities, parts of some."""
    return {unit.code: unit.name for units in areas.warning_units().values() for unit in units}
