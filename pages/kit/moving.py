"""Words in saved views that mean something else each time: “today”, “today-7”, “me”. They are worked out on opening."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from pydantic import BaseModel

from core import clock
from core.actor import Actor
from core.i18n import N_, _
from core.inputs import label_of, marks
from pages.kit.widgets import plain

ME = "me"
TODAY = re.compile(r"today(?:([+-])(\d{1,4}))?")
DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|\d{4}-(0[13-9]|1[0-2])-(29|30)|\d{4}-(0[13578]|1[02])-31")
Address = dict[str, list[str]]


def worked_out(model: type[BaseModel], address: Mapping[str, list[str]], actor: Actor) -> Address:
    """Return a view's values with its words as they are now, for this person; what comes to nothing is left out."""
    values = {name: [_now(model, name, value, actor) for value in values] for name, values in address.items()}
    return {name: kept for name, found in values.items() if (kept := [value for value in found if value])}


def word_for(model: type[BaseModel], name: str, values: list[str], actor: Actor) -> str | None:
    """Return the word that means this value of a filter now; None: it has none."""
    if len(values) != 1:
        return None
    if _is_day(model, name):
        if not DAY.fullmatch(values[0]):
            return None
        away = (date.fromisoformat(values[0]) - clock.today()).days
        return f"today{away:+d}" if away else "today"
    return ME if _mine(model, name, actor) == values[0] else None


def said(model: type[BaseModel], name: str, word: str) -> str:
    """Say what a word would mean, as a question's text."""
    label = label_of(model, name)
    if word == ME:
        return _(N_("“{label}” means whoever opens the view"), label=label)
    away = _away(word)
    if not away:
        return _(N_("“{label}” is the day on which the view is opened"), label=label)
    sentence = (
        N_("“{label}” is {days} days before the view is opened") if away < 0
        else N_("“{label}” is {days} days after the view is opened")
    )  # fmt: skip
    return _(sentence, label=label, days=abs(away))


def _now(model: type[BaseModel], name: str, value: str, actor: Actor) -> str:
    if name not in model.model_fields:
        return value
    if value == ME and marks(model, name).get("me"):
        return _mine(model, name, actor)
    if _is_day(model, name) and TODAY.fullmatch(value):
        return (clock.today() + timedelta(days=_away(value))).isoformat()
    return value


def _away(word: str) -> int:
    found = TODAY.fullmatch(word)
    sign, days = found.groups() if found else (None, None)
    return int(f"{sign}{days}") if days else 0


def _is_day(model: type[BaseModel], name: str) -> bool:
    return name in model.model_fields and plain(model.model_fields[name].annotation)[0] is date


def _mine(model: type[BaseModel], name: str, actor: Actor) -> str:
    whose = marks(model, name).get("me") if name in model.model_fields else None
    number = {"person": actor.person_id, "account": actor.account_id}.get(str(whose))
    return str(number) if number is not None else ""
