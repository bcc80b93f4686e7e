"""Which rules a telegram is for (電文の種類): those of earthquakes, of tsunamis, of special warnings, or none."""

from collections.abc import Callable
from dataclasses import dataclass

from data.models.safety import RuleKind
from services.safety.telegrams import InfoType, Kind, Status, Telegram, WhyNot
from services.safety.telegrams.kinds import EARTHQUAKE_TRIGGERS, TSUNAMI_TRIGGERS, WEATHER_TRIGGERS


@dataclass(frozen=True)
class Family:
    """One kind of rule: the telegrams that it acts on, and why it cannot act on one of them."""

    kind: RuleKind
    triggers: frozenset[Kind]
    why_not: Callable[[Telegram], WhyNot | None]

    def cancelled_by(self, telegram: Telegram) -> bool:
        """Tell whether a telegram of this family takes back, for real, what an earlier one said."""
        return telegram.status is Status.NORMAL and telegram.info_type is InfoType.CANCEL


FAMILIES = (
    Family(RuleKind.EARTHQUAKE, EARTHQUAKE_TRIGGERS, Telegram.why_not_earthquake),
    Family(RuleKind.TSUNAMI, TSUNAMI_TRIGGERS, Telegram.why_not_tsunami),
    Family(RuleKind.SPECIAL_WARNING, WEATHER_TRIGGERS, Telegram.why_not_special_warning),
)
ABOUT_TSUNAMI = TSUNAMI_TRIGGERS | {Kind.TSUNAMI_OFFSHORE}


def family_of(telegram: Telegram) -> Family | None:
    """Return the family of a telegram; None for kinds that no rule acts on."""
    return next((family for family in FAMILIES if telegram.telegram in family.triggers), None)


def case_kind(telegram: Telegram) -> RuleKind:
    """Return what the events of a telegram with EventIDs are: tsunamis, or earthquakes."""
    return RuleKind.TSUNAMI if telegram.telegram in ABOUT_TSUNAMI else RuleKind.EARTHQUAKE
