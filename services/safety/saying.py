"""What values of this room are called for people (言い方): thresholds, moments, kinds of special warning."""

from datetime import datetime
from typing import Any

from core.clock import jst
from core.i18n import N_, _, listed
from services.safety.intensity import Intensity
from services.safety.telegrams import SpecialWarning, TsunamiGrade

SPECIAL = "special_warning"
"""Stands for the threshold of rules for special warnings, which all have the same."""


def threshold_label(value: str | float) -> str:
    """Return the threshold of a rule in the current language: an intensity, a grade, metres, or alert level 5."""
    if isinstance(value, int | float):
        return _(N_("tsunami of {metres:g} m"), metres=value)
    if value == SPECIAL:
        return _(N_("special warning (alert level 5)"))
    return TsunamiGrade(value).label if value in set(TsunamiGrade) else Intensity(value).label


def said_value(name: str, value: Any) -> Any:
    """Return a value that was kept with a message as people read it in the current language."""
    match name:
        case "threshold" | "intensity":
            return threshold_label(value)
        case "until":
            return said_time(datetime.fromisoformat(value))
        case "warnings":
            return listed(SpecialWarning(code).label for code in value)
        case _:
            return value


def said_time(moment: datetime) -> str:
    """Return a moment of today to the second: waits are short."""
    return f"{jst(moment):%H:%M:%S}"
