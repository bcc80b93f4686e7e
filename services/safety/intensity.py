"""JMA's scale of seismic intensity (震度階級): its order, how it is read from telegrams, how it is shown to people."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_, _


class Intensity(StrEnum):
    """A seismic intensity as telegrams write it, weakest first; 5 and 6 each have a lower (-) and an upper (+) half.

    Comparing goes by strength, also with the plain text of another intensity; text that is none raises ValueError.
    """

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE_LOWER = "5-"
    FIVE_UPPER = "5+"
    SIX_LOWER = "6-"
    SIX_UPPER = "6+"
    SEVEN = "7"

    @property
    def rank(self) -> int:
        """Return the place on the scale, 0 for the weakest; for sorting and colours, not a physical measure."""
        return _RANKS[self.value]

    @property
    def message(self) -> str:
        """Return what people read as a message id."""
        return _LABELS[self.value]

    @property
    def label(self) -> str:
        """Return what people read, in the current language: 震度5弱, “seismic intensity 5 lower”."""
        return _(self.message)

    def __lt__(self, other: str) -> bool:
        """Tell whether this is weaker than the other."""
        return self.rank < Intensity(other).rank

    def __le__(self, other: str) -> bool:
        """Tell whether this is as strong as the other or weaker."""
        return self.rank <= Intensity(other).rank

    def __gt__(self, other: str) -> bool:
        """Tell whether this is stronger than the other."""
        return self.rank > Intensity(other).rank

    def __ge__(self, other: str) -> bool:
        """Tell whether this is as strong as the other or stronger."""
        return self.rank >= Intensity(other).rank


_RANKS = {intensity.value: place for place, intensity in enumerate(Intensity)}
_LABELS = {
    "1": N_("seismic intensity 1"),
    "2": N_("seismic intensity 2"),
    "3": N_("seismic intensity 3"),
    "4": N_("seismic intensity 4"),
    "5-": N_("seismic intensity 5 lower"),
    "5+": N_("seismic intensity 5 upper"),
    "6-": N_("seismic intensity 6 lower"),
    "6+": N_("seismic intensity 6 upper"),
    "7": N_("seismic intensity 7"),
}
_WORDS = re.compile(r"(?:震度)?([1-7])([-+弱強])?(以上)?(未入電)?")
_HALVES = {"弱": "-", "強": "+"}


@dataclass(frozen=True, slots=True)
class Reading:
    """An intensity as a telegram gives it; not ``reported`` means “this or more, but no report came in” (未入電)."""

    intensity: Intensity
    reported: bool = True


def read(text: str) -> Reading | None:
    """Return what “5-”, “震度５弱” or “震度５弱以上未入電” says; None for anything else, such as 不明."""
    found = _WORDS.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    number, half, _or_more, missing = found.groups()
    value = number + _HALVES.get(half, half or "")
    return Reading(Intensity(value), reported=not missing) if value in _RANKS else None
