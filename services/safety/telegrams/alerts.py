"""What is in force for a coast or a municipality (警報): the grades of a tsunami, the special warnings of weather.

Codes and names are JMA's code tables of July 2026, after the renewal of 28 May 2026.
"""

from enum import StrEnum

from core.i18n import N_, _

LIFTED = "解除"
LOWERED = "特別警報から"


class TsunamiGrade(StrEnum):
    """What holds for a stretch of coast (津波予報区), gravest first; LIFTED: it was graver, and that has ended."""

    MAJOR_WARNING = "major_warning"
    WARNING = "warning"
    ADVISORY = "advisory"
    SLIGHT = "slight"
    LIFTED = "lifted"

    @property
    def rank(self) -> int:
        """Return the place on the scale: 4 for the gravest, 0 for what has ended; for sorting and comparing."""
        return _RANKS[self.value]

    @property
    def message(self) -> str:
        """Return what people read as a message id."""
        return _GRADES[self.value]

    @property
    def label(self) -> str:
        """Return what people read, in the current language."""
        return _(self.message)


class SpecialWarning(StrEnum):
    """The kinds of special warning (特別警報) by JMA's code. Level 4 (危険警報: 43, 48, 49) is none of them."""

    SNOWSTORM = "32"
    HEAVY_RAIN = "33"
    STORM = "35"
    HEAVY_SNOW = "36"
    WAVES = "37"
    STORM_SURGE = "38"
    LANDSLIDE = "39"

    @property
    def message(self) -> str:
        """Return what people read as a message id."""
        return _SPECIAL[self.value]

    @property
    def label(self) -> str:
        """Return what people read, in the current language."""
        return _(self.message)


def in_force(status: str) -> bool:
    """Tell whether a special warning holds by the telegram's word for its state (発表, 継続, 解除, 特別警報から警報).

    A word that is not known means that it holds: JMA says only by these words that one has ended.
    """
    return status != LIFTED and not status.startswith(LOWERED)


_RANKS = {grade.value: 4 - place for place, grade in enumerate(TsunamiGrade)}
_GRADES = {
    "major_warning": N_("major tsunami warning"),
    "warning": N_("tsunami warning"),
    "advisory": N_("tsunami advisory"),
    "slight": N_("slight sea-level change"),
    "lifted": N_("tsunami warning lifted"),
}
_SPECIAL = {
    "32": N_("snowstorm special warning"),
    "33": N_("heavy rain special warning"),
    "35": N_("storm special warning"),
    "36": N_("heavy snow special warning"),
    "37": N_("high waves special warning"),
    "38": N_("storm surge special warning"),
    "39": N_("landslide special warning"),
}
