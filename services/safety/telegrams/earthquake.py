"""The body of an earthquake telegram: hypocentres, and the intensity observed in each area and municipality.

「震度５弱以上未入電」 at a municipality or station means that 5 lower or more is likely there, but no report came in:
such a place is *possible*, also where JMA gives no intensity for it at all, or a weaker one so far.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.safety.intensity import Intensity, Reading, read
from services.safety.telegrams.document import aware_moment, children, find, text
from services.safety.telegrams.model import Hypocentre

SHOWN = 80


@dataclass(slots=True)
class Observed:
    """What a telegram reports about intensity: codes by place, places without a report, and values not understood."""

    max_intensity: Intensity | None = None
    areas: dict[str, Intensity] = field(default_factory=dict)
    municipalities: dict[str, Intensity] = field(default_factory=dict)
    possible_areas: list[str] = field(default_factory=list)
    municipalities_maybe: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """One Area or City: its strongest report, and the intensity that is possible without a report."""

    reported: Intensity | None
    possible: Intensity | None

    @property
    def only_possible(self) -> bool:
        return self.possible is not None and (self.reported is None or self.reported < self.possible)


def read_hypocentres(body: Element) -> list[Hypocentre]:
    """Return each earthquake that the telegram speaks of; what it leaves open is None."""
    return [_hypocentre(earthquake) for earthquake in children(body, "Earthquake")]


def read_observed(body: Element) -> Observed:
    """Return the observed intensities; empty where the body has none (a distant quake, a cancel, a forecast)."""
    observed = Observed()
    observation = find(body, "Intensity", "Observation")
    if observation is None:
        return observed
    for prefecture in children(observation, "Pref"):
        for area in children(prefecture, "Area"):
            _read_area(observed, area)
    whole = _place(observed, observation, ())
    observed.max_intensity = _strongest([whole.reported, *observed.areas.values(), *observed.municipalities.values()])
    return observed


def _hypocentre(earthquake: Element) -> Hypocentre:
    area = find(earthquake, "Hypocenter", "Area")
    magnitude = find(earthquake, "Magnitude")
    described = magnitude.get("description", "") if magnitude is not None else ""
    return Hypocentre(
        name=text(area, "Name") or None,
        code=text(area, "Code") or None,
        origin_time=aware_moment(text(earthquake, "OriginTime")),
        magnitude=unicodedata.normalize("NFKC", described).strip() or None,
    )


def _read_area(observed: Observed, area: Element) -> None:
    cities = [_read_city(observed, city) for city in children(area, "City")]
    _noted(_place(observed, area, cities), text(area, "Code"), observed.areas, observed.possible_areas)


def _read_city(observed: Observed, city: Element) -> _Place:
    stations = [_read_station(observed, station) for station in children(city, "IntensityStation")]
    place = _place(observed, city, stations)
    return _noted(place, text(city, "Code"), observed.municipalities, observed.municipalities_maybe)


def _read_station(observed: Observed, station: Element) -> _Place:
    reading = _reading(observed, station, "Int")
    if reading is None:
        return _Place(None, None)
    return _Place(reading.intensity, None) if reading.reported else _Place(None, reading.intensity)


def _place(observed: Observed, element: Element, parts: Sequence[_Place]) -> _Place:
    """Read MaxInt and Condition of an element; what MaxInt leaves open is taken from its parts."""
    max_int, condition = _reading(observed, element, "MaxInt"), _reading(observed, element, "Condition")
    reported = max_int.intensity if max_int and max_int.reported else None
    unreported = [reading.intensity for reading in (max_int, condition) if reading and not reading.reported]
    return _Place(
        reported=reported or _strongest(part.reported for part in parts),
        possible=_strongest([*unreported, *(part.possible for part in parts)]),
    )


def _reading(observed: Observed, element: Element, name: str) -> Reading | None:
    """Read an intensity; one that is there but not understood is noted for people to look at."""
    found = text(element, name)
    reading = read(found)
    if found and reading is None:
        observed.unreadable.append(f"{text(element, 'Code')} {name}: {found}"[:SHOWN].strip())
    return reading


def _noted(place: _Place, code: str, found: dict[str, Intensity], possible: list[str]) -> _Place:
    """Note a place under its code; where a code comes twice the stronger report stays."""
    if code and place.reported:
        found[code] = max(found.get(code, place.reported), place.reported)
    if code and place.only_possible and code not in possible:
        possible.append(code)
    return place


def _strongest(intensities: Iterable[Intensity | None]) -> Intensity | None:
    return max((intensity for intensity in intensities if intensity), default=None)
