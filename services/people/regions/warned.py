"""Whose weather warnings hold in a region (警報の発表区域): wards of most large cities are no unit of their own."""

from core.i18n import N_, _, listed
from data.reference import areas

WHOLE = N_("Weather warnings are not issued for this ward alone: those for {unit} hold here.")
PARTS = N_("Weather warnings are issued for parts of it, {units}: which one holds depends on the place.")


def units_of(code: str) -> tuple[areas.WarningUnit, ...]:
    """Return the units whose warnings hold in a municipality that is none itself; none where it is one."""
    return areas.warning_units().get(code, ())


def warned(code: str) -> str:
    """Return what people must know about warnings in a region; nothing where they are issued for it as it stands."""
    units = [unit.name for unit in units_of(code)]
    if not units:
        return ""
    return _(WHOLE, unit=units[0]) if len(units) == 1 else _(PARTS, units=listed(units))
