"""What a form remembers between runs, and what it is about: the record, and the version of it that is on the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.kit.widgets import Asked, held, seed
from services.desk import DraftRow

STATE = "kit.form."
MINE, THEIRS = "mine", "theirs"
Values = dict[str, Any]


@dataclass
class Difference:
    """A field that somebody else changed while it was being changed here. ``chosen``: whose value is to be saved."""

    before: Any
    theirs: Any
    mine: Any
    chosen: str | None = None

    @property
    def value(self) -> Any:
        """Return what stands in the field; theirs until somebody has chosen."""
        return self.mine if self.chosen == MINE else self.theirs


@dataclass
class FormState:
    """What a form remembers between runs: which copy of its widgets is on the page, and what was wrong."""

    generation: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    sent: tuple[Any, datetime] | None = None
    slots: dict[str, DeltaGenerator] = field(default_factory=dict)
    stem: str = ""
    """The form and the record that it is about, whatever its version."""
    version: int | None = None
    title: str = ""
    initial: Values = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    fresh: bool = False
    """Nothing was typed yet: what the widgets hold is where typing begins."""
    pressed: bool = False
    offer: DraftRow | None = None
    drafted: Values = field(default_factory=dict)
    differences: dict[str, Difference] = field(default_factory=dict)
    looked_up: Values = field(default_factory=dict)
    filled_in: Values = field(default_factory=dict)
    """What other fields were filled with by one that ``fills`` them, by their names."""


def state_of(key: str) -> FormState:
    """Return what the form of this key remembers."""
    state: FormState = st.session_state.setdefault(f"{STATE}{key}", FormState())
    return state


def widgets_of(key: str, state: FormState, names: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of a form's widgets by field."""
    return {name: f"{key}.{state.generation}.{name}" for name in names}


def earlier_copy(key: str, state: FormState, fields: Mapping[str, Asked]) -> tuple[FormState, Values] | None:
    """Return the form of the same record that stood here until this run, in another version, and what it holds."""
    for name, other in _others(key):
        widgets = widgets_of(name, other, fields)
        if other.stem == state.stem and any(widget in st.session_state for widget in widgets.values()):
            del st.session_state[f"{STATE}{name}"]
            found = {n: held(fields[n], st.session_state[w]) for n, w in widgets.items() if w in st.session_state}
            other.pressed |= st.session_state.get(f"{name}.{other.generation}.submit") is True
            return other, {**other.initial, **found}
    return None


def _others(key: str) -> Iterator[tuple[str, FormState]]:
    for name, other in list(st.session_state.items()):
        if str(name).startswith(STATE) and str(name) != f"{STATE}{key}" and isinstance(other, FormState):
            yield str(name).removeprefix(STATE), other


def differences(before: Values, theirs: Values, mine: Values) -> dict[str, Difference]:
    """Return where mine is not theirs; a field that only one of both has changed is theirs or mine without asking."""
    found = {name: Difference(before.get(name), theirs[name], mine[name]) for name in theirs if name in mine}
    found = {name: one for name, one in found.items() if one.mine != one.theirs}
    for one in found.values():
        if one.mine == one.before:
            one.chosen = THEIRS
        elif one.theirs == one.before:
            one.chosen = MINE
    return found if any(one.mine != one.before for one in found.values()) else {}


def put_all(fields: Mapping[str, Asked], widgets: Mapping[str, str], values: Values) -> None:
    """Put values into the widgets of a form that are about to be drawn."""
    for name, value in values.items():
        if name in fields:
            seed(fields[name], widgets[name], value)
