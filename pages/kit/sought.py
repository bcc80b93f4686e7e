"""Choices that are found by what is typed, where a list of all would be too long: a region by its address."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from core.errors import Invalid
from core.i18n import language
from core.inputs import validated
from core.operations import Query, find
from core.shown import literal
from pages.kit import edge
from pages.kit.widgets import Asked


@dataclass
class Offer:
    """What was found for what was typed last: the choices, what to do, and what was chosen already then."""

    found: dict[str, str] = field(default_factory=dict)
    sentence: str = ""
    beside: list[str] = field(default_factory=list)


def settled(asked: Asked, widget: str) -> Asked:
    """Return a field with its choices: what is chosen, and what may be meant by what was typed.

    Typed text that means one choice becomes that one; any other is taken out again, and what it may mean is offered.
    Call it before the widget is drawn.
    """
    if not asked.sought:
        return asked
    held = st.session_state.get(widget)
    values: list[str] = list(held or []) if asked.many else [held] if held else []
    names = names_of(asked, values)
    chosen, offer = [value for value in values if value in names], _offer(widget)
    for typed in (value for value in values if value not in names):
        answer = _ask(asked, text=typed)
        if answer is None:
            continue
        if answer.meant:
            chosen.append(answer.meant)
        else:
            offer.found = {one.value: one.label for one in answer.found}
            offer.sentence, offer.beside = answer.sentence, list(chosen)
    if chosen != values:
        chosen = list(dict.fromkeys(chosen))
        st.session_state[widget] = chosen if asked.many else (chosen[0] if chosen else None)
        names = names_of(asked, chosen)
    if offer.sentence and chosen != offer.beside:
        offer.found, offer.sentence = {}, ""
    return replace(asked, choices={**names, **offer.found})


def say_found(asked: Asked, widget: str) -> None:
    """Say below the widget what to do about what was typed."""
    if asked.sought and (sentence := _offer(widget).sentence):
        st.caption(f":material/help: {literal(sentence)}")


def names_of(asked: Asked, values: Sequence[Any]) -> dict[Any, str]:
    """Return what those of these values are called that are choices."""
    known: dict[str, str] = st.session_state.setdefault(f"sought.{asked.sought}.{language()}", {})
    missing = [value for value in values if value and value not in known]
    if missing:
        answer = _ask(asked, values=missing)
        known |= {one.value: one.label for one in answer.known} if answer else {}
    return {value: known[value] for value in values if value in known}


def with_names(asked: Asked, values: Sequence[Any]) -> Asked:
    """Return a field with the names of what it holds, to be said in words."""
    every = [one for value in values for one in (value or [] if asked.many else [value])]
    return replace(asked, choices=names_of(asked, every)) if asked.sought else asked


def _offer(widget: str) -> Offer:
    found: Offer = st.session_state.setdefault(f"sought.{widget}", Offer())
    return found


def _ask(asked: Asked, **question: Any) -> Any:
    """Ask the query; None: it takes no such text, which may come from an address or be very long."""
    process: Query[Any, Any] = find(asked.sought or "")  # type: ignore[assignment]  # what is only looked up
    try:
        return edge.ask(process, validated(process.asks, question))
    except Invalid:
        return None
