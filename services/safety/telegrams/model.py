"""A telegram of the Japan Meteorological Agency, read (電文): what it is, whom it concerns, and what it may start."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from core.i18n import N_, _
from services.safety.intensity import Intensity
from services.safety.telegrams.alerts import TsunamiGrade, in_force
from services.safety.telegrams.kinds import (
    EARTHQUAKE_FORECASTS,
    EARTHQUAKE_TRIGGERS,
    TSUNAMI_TRIGGERS,
    WEATHER_TRIGGERS,
    Kind,
)

UNREPORTED_AT_LEAST = Intensity.FIVE_LOWER


class Status(StrEnum):
    """Control/Status (運用種別): only a normal one (通常) may send anything; 訓練 is a drill, 試験 a test."""

    NORMAL = "normal"
    DRILL = "drill"
    TEST = "test"


class InfoType(StrEnum):
    """Head/InfoType (情報形態): 発表, 訂正 (replaces what went before), 取消 (was wrong; it has no content)."""

    ISSUE = "issue"
    CORRECTION = "correction"
    CANCEL = "cancel"


class WhyNot(StrEnum):
    """Why a telegram cannot start a broadcast by a rule for earthquakes, tsunamis or weather, whatever the rule."""

    DRILL = "drill"
    TEST = "test"
    FORECAST = "forecast"
    OTHER_KIND = "other_kind"
    UNKNOWN_KIND = "unknown_kind"
    CANCEL = "cancel"
    DISTANT = "distant"
    NO_INTENSITY = "no_intensity"
    NO_TSUNAMI = "no_tsunami"
    NO_SPECIAL_WARNING = "no_special_warning"

    @property
    def message(self) -> str:
        """Return the reason as a message id, to be kept and translated when it is shown."""
        return _SENTENCES[self.value]

    @property
    def sentence(self) -> str:
        """Return the reason for people, in the current language."""
        return _(self.message)


_SENTENCES = {
    "drill": N_("This is a drill telegram (訓練). Drills send nothing."),
    "test": N_("This is a test telegram (試験). Tests send nothing."),
    "forecast": N_("This is an earthquake early warning: a forecast, not an observation. Forecasts send nothing."),
    "other_kind": N_("Telegrams of this kind do not report observed intensities for a rule to act on."),
    "unknown_kind": N_("This kind of JMA telegram is not known here. It was kept, and nothing was sent."),
    "cancel": N_("This telegram cancels an earlier one (取消). A cancel sends nothing."),
    "distant": N_("This earthquake was abroad (遠地地震). Distant earthquakes send nothing."),
    "no_intensity": N_("The telegram reports no seismic intensity for any area."),
    "no_tsunami": N_("The telegram names no coast with a tsunami warning, advisory or observed height."),
    "no_special_warning": N_("No special warning (特別警報) is in force in any municipality by this telegram."),
}


class Hypocentre(BaseModel):
    """Where an earthquake was (震源): JMA's name and code of the place, its time, and its magnitude as JMA words it."""

    model_config = ConfigDict(frozen=True)

    name: str | None
    code: str | None
    origin_time: AwareDatetime | None
    magnitude: str | None


class TideStation(BaseModel):
    """What a tide gauge (潮位観測点) has measured: the highest so far in metres, None while it is being observed.

    ``note`` is how it goes on (上昇中), ``condition`` JMA's word beside it (観測中, 微弱, 重要); both may be empty.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    area_code: str
    metres: float | None
    note: str
    condition: str


class Telegram(BaseModel):
    """One telegram. Codes are JMA's: areas (細分区域) have three digits, municipalities seven; unknown codes are kept.

    Times are aware, in JMA's own offset (+09:00). ``event_ids`` is empty for weather, and may hold several; ``serial``
    and ``target_time`` may be absent. ``areas`` and ``municipalities`` hold what was observed. Places where 5 lower or
    more is likely but no report came in (震度５弱以上未入電) stand in ``possible_areas`` and ``municipalities_maybe``,
    with the weaker intensity reported so far, if any, in the tables as well. ``unreadable`` has values not understood.

    ``tsunami`` has the grade of each coast (津波予報区, three digits too); ``tsunami_raised`` those coasts for which
    this very telegram issues or raises it. ``tsunami_observed`` is the highest of the coast's gauges in metres, None
    while observed. ``special_warnings`` has for each municipality or unit of warnings (市町村等) the kinds of special
    warning with the telegram's word for their state: also those that it ends, so ask ``in_force``. ``unknown_kinds``
    are codes of warnings that our tables do not have, with JMA's name: people must look, they send nothing.
    """

    model_config = ConfigDict(frozen=True)

    telegram: Kind
    status: Status
    info_type: InfoType
    event_ids: list[str]
    serial: str | None
    title: str
    head_title: str
    headline: str
    office: str
    report_time: AwareDatetime
    target_time: AwareDatetime | None
    text: str
    distant: bool
    hypocentres: list[Hypocentre]
    max_intensity: Intensity | None
    areas: dict[str, Intensity]
    municipalities: dict[str, Intensity]
    possible_areas: list[str]
    municipalities_maybe: list[str]
    unreadable: list[str]
    tsunami: dict[str, TsunamiGrade] = {}
    tsunami_raised: list[str] = []
    tsunami_observed: dict[str, float | None] = {}
    tide_stations: list[TideStation] = []
    special_warnings: dict[str, dict[str, str]] = {}
    unknown_kinds: dict[str, str] = {}

    @property
    def origin_time(self) -> datetime | None:
        """Return when the (first) earthquake happened, if the telegram says so."""
        return self.hypocentres[0].origin_time if self.hypocentres else None

    def why_not_earthquake(self) -> WhyNot | None:
        """Return why no earthquake rule can act on this telegram, or None if one may."""
        if why_not := self._why_not(EARTHQUAKE_TRIGGERS):
            return why_not
        if self.distant:
            return WhyNot.DISTANT
        return None if self.areas or self.possible_areas else WhyNot.NO_INTENSITY

    def why_not_tsunami(self) -> WhyNot | None:
        """Return why no tsunami rule can act on this telegram, or None if one may."""
        return self._why_not(TSUNAMI_TRIGGERS) or (None if self.tsunami or self.tsunami_observed else WhyNot.NO_TSUNAMI)

    def why_not_special_warning(self) -> WhyNot | None:
        """Return why no rule for special warnings can act on this telegram, or None if one may."""
        return self._why_not(WEATHER_TRIGGERS) or (None if self.special_in_force() else WhyNot.NO_SPECIAL_WARNING)

    @property
    def cancels_earthquake(self) -> bool:
        """Tell whether this takes back, for real, what an earlier telegram of the same event said about intensities."""
        return self._cancels(EARTHQUAKE_TRIGGERS)

    @property
    def cancels_tsunami(self) -> bool:
        """Tell whether this takes back, for real, what an earlier telegram of the same event said about a tsunami."""
        return self._cancels(TSUNAMI_TRIGGERS)

    def areas_at_least(self, threshold: Intensity) -> dict[str, Intensity]:
        """Return the areas of that intensity or more; possible ones count as 5 lower, the least they would be."""
        least = UNREPORTED_AT_LEAST
        likely = self.areas | {code: max(self.areas.get(code, least), least) for code in self.possible_areas}
        return {code: intensity for code, intensity in likely.items() if intensity >= threshold}

    def tsunami_at_least(self, grade: TsunamiGrade) -> dict[str, TsunamiGrade]:
        """Return the coasts for which that grade or a graver one is in force, newly or still."""
        return {code: held for code, held in self.tsunami.items() if held.rank >= grade.rank}

    def observed_at_least(self, metres: float) -> dict[str, float]:
        """Return the coasts where a tsunami of that height or more was measured."""
        measured = ((code, height) for code, height in self.tsunami_observed.items() if height is not None)
        return {code: height for code, height in measured if height >= metres}

    def special_in_force(self) -> dict[str, list[str]]:
        """Return the kinds of special warning that are in force, by municipality or unit of warnings."""
        held = {
            code: [kind for kind, status in kinds.items() if in_force(status)]
            for code, kinds in self.special_warnings.items()
        }
        return {code: kinds for code, kinds in held.items() if kinds}

    def _why_not(self, triggers: Collection[Kind]) -> WhyNot | None:
        if self.status is not Status.NORMAL:
            return WhyNot.DRILL if self.status is Status.DRILL else WhyNot.TEST
        if self.telegram not in triggers:
            return self._why_not_kind()
        return WhyNot.CANCEL if self.info_type is InfoType.CANCEL else None

    def _cancels(self, triggers: Collection[Kind]) -> bool:
        is_trigger = self.telegram in triggers
        return self.status is Status.NORMAL and is_trigger and self.info_type is InfoType.CANCEL

    def _why_not_kind(self) -> WhyNot:
        if self.telegram is Kind.UNKNOWN:
            return WhyNot.UNKNOWN_KIND
        return WhyNot.FORECAST if self.telegram in EARTHQUAKE_FORECASTS else WhyNot.OTHER_KIND
