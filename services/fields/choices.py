"""The choices of an own field as lines that people edit: ``value | 日本語 | English``; one word alone is all three."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from core.i18n import N_
from core.inputs import WrongValue
from core.text import shown
from services.fields.definitions import OwnChoice

MOST = 200
LONGEST = 100
PARTS = re.compile(r"[|｜]")
PARTING_INSIDE = N_("“{line}” holds a ; or 、. Files use these between several choices.")
PARTS_OF_A_LINE = 3
PARTING = ";；、"


def read_choices(lines: Sequence[str]) -> list[OwnChoice]:
    """Return the choices that lines say.

    Raises:
        WrongValue: when a line cannot be read, or two choices could be taken for each other.
    """
    choices = [_read(line) for line in lines if line.strip()]
    if len(choices) > MOST:
        raise WrongValue(N_("Enter at most {most} choices."), most=MOST)
    seen: set[str] = set()
    for one in choices:
        words = {word for word in (one.value, one.ja, one.en) if word}
        if twice := sorted(words & seen):
            raise WrongValue(N_("“{choice}” stands in two lines. Each choice needs words of its own."), choice=twice[0])
        seen |= words
    return choices


def write_choices(choices: Sequence[OwnChoice]) -> list[str]:
    """Return the lines of the choices that are offered."""
    return [_written(one) for one in choices if not one.gone]


def kept(choices: Sequence[OwnChoice], before: Sequence[OwnChoice], used: Collection[str]) -> list[dict[str, Any]]:
    """Return what is stored: the choices, and after them those taken out that some record still has."""
    now = {one.value for one in choices}
    gone = [one.model_copy(update={"gone": True}) for one in before if one.value not in now and one.value in used]
    return [one.model_dump() for one in (*choices, *gone)]


def _read(line: str) -> OwnChoice:
    parts = [part.strip() for part in PARTS.split(line)]
    if len(parts) > PARTS_OF_A_LINE or not parts[0]:
        raise WrongValue(N_("“{line}” cannot be read. Write: value | Japanese | English"), line=line[:LONGEST])
    for part in parts:
        if any(letter in PARTING for letter in part):
            raise WrongValue(PARTING_INSIDE, line=line[:LONGEST])
        shown(part, LONGEST)
    value, ja, en = (*parts, "", "")[:PARTS_OF_A_LINE]
    return OwnChoice(value=value, ja=ja or value, en=en)


def _written(one: OwnChoice) -> str:
    if one.en:
        return f"{one.value} | {one.ja} | {one.en}"
    return one.value if one.ja == one.value else f"{one.value} | {one.ja}"
