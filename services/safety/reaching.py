"""What of a telegram reaches a rule (しきい値): areas with how strongly, as telegrams write it.

Of an earthquake the value is an intensity, of a tsunami its grade or the metres that were measured, of a special
warning its code. ``strength`` makes them comparable within one rule.
"""

from collections.abc import Mapping
from typing import Any

from data.models.safety import Rule, RuleKind
from services.safety.intensity import Intensity
from services.safety.saying import SPECIAL
from services.safety.telegrams import Kind, Telegram, TsunamiGrade

Hits = dict[str, Any]


def acts_on(rule: Rule, telegram: Telegram) -> bool:
    """Tell whether a rule goes by this kind of telegram: of a tsunami by its grades (VTSE41) or its heights (VTSE51).

    The information with the heights repeats the grades; those are no new warnings.
    """
    if rule.kind is not RuleKind.TSUNAMI:
        return True
    return telegram.telegram is (Kind.TSUNAMI_WARNING if rule.height is None else Kind.TSUNAMI_INFORMATION)


def reached(rule: Rule, telegram: Telegram) -> Hits:
    """Return the areas of an earthquake or the coasts of a tsunami that reach the rule by this telegram."""
    if rule.threshold is not None:
        return {code: found.value for code, found in telegram.areas_at_least(Intensity(rule.threshold)).items()}
    if rule.height is not None:
        return dict(telegram.observed_at_least(rule.height))
    if rule.grade is not None:
        return {code: grade.value for code, grade in telegram.tsunami_at_least(TsunamiGrade(rule.grade)).items()}
    return {}


def threshold_of(rule: Rule) -> str | float:
    """Return from what on a rule acts, as decisions keep it: an intensity, a grade, metres, or special warnings."""
    return rule.threshold or rule.grade or rule.height or SPECIAL


def strength(kind: RuleKind, value: Any) -> float:
    """Return how strong a value is beside others of the same kind of rule; special warnings are all alike."""
    if kind is RuleKind.EARTHQUAKE:
        return float(Intensity(value).rank)
    if kind is RuleKind.TSUNAMI:
        return float(value) if isinstance(value, int | float) else float(TsunamiGrade(value).rank)
    return 1.0


def strongest(kind: RuleKind, hits: Mapping[str, Any]) -> Any:
    """Return the strongest value of some areas."""
    return max(hits.values(), key=lambda value: strength(kind, value))


def merged(kind: RuleKind, before: Mapping[str, Any], now: Mapping[str, Any]) -> Hits:
    """Return the areas of both, each with the stronger value."""
    found = dict(before)
    for code, value in now.items():
        if code not in found or strength(kind, value) > strength(kind, found[code]):
            found[code] = value
    return found


def minutes(rule: Rule, hits: Mapping[str, Any]) -> int:
    """Return how long a first report waits for its confirmation under a rule: by the strongest intensity."""
    return int(rule.waits.get(strongest(rule.kind, hits), 0)) if rule.waits else 0
