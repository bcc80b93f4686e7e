"""What is typed into a form is kept in PostgreSQL at every field that is left, and offered again later.

Kept are the fields that differ from the record, never secrets. It costs one small write for each field that a person
changes, and one look when a form is opened.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
from pydantic_core import to_jsonable_python

from core.i18n import N_, _
from core.shown import moment
from pages.kit import edge, guard
from pages.kit.form_state import FormState, Values, differences, put_all
from pages.kit.style import HEADING
from pages.kit.widgets import Asked
from services import desk

LONGEST_TITLE = 200


def find_draft(state: FormState, fields: Mapping[str, Asked]) -> None:
    """Look whether something was typed in this form before; what is the same as the record by now is no offer."""
    actor = guard.current_actor()
    if actor is None or actor.account_id is None or actor.looker or not any(map(_is_kept, fields.values())):
        return
    found = edge.ask(desk.draft, desk.WhichDraft(form=state.stem))
    if found is None:
        return
    typed = _thawed(found.values, fields)
    if any(state.initial[name] != value for name, value in typed.items()):
        state.offer = found
    else:
        forget_draft(state, there=True)


def offer_draft(state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str]) -> None:
    """Say what was typed before and let it be taken up again or discarded; until then it stays as it is."""
    if state.offer is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        sentence = N_("There is something that you typed here on {moment} and did not save.")
        st.markdown(f":material/edit_note: {_(sentence, moment=moment(state.offer.updated_at))}", width="stretch")
        st.button(
            _(N_("Go on with it")), key=f"{widgets_key(widgets)}.resume", type="primary",
            on_click=_resume, args=(state, fields, widgets),
        )  # fmt: skip
        st.button(_(N_("Discard")), key=f"{widgets_key(widgets)}.discard", on_click=_discard, args=(state,))


def widgets_key(widgets: Mapping[str, str]) -> str:
    """Return what the keys of a form's widgets begin with."""
    return next(iter(widgets.values())).rpartition(".")[0]


def keep_draft(state: FormState, fields: Mapping[str, Asked], values: Values | None = None) -> None:
    """Keep what stands in the form now, if that is something else than what was kept last."""
    values = state.values if values is None else values
    typed = {
        name: value for name, value in values.items()
        if name in fields and _is_kept(fields[name]) and value != state.initial.get(name)
    }  # fmt: skip
    actor = guard.current_actor()
    if state.offer is not None or typed == state.drafted or actor is None or actor.looker:
        return
    kept = {
        "form": state.stem, "version": state.version, "title": _title(state), "place": _place(),
        "values": to_jsonable_python(typed),
        "before": to_jsonable_python({name: state.initial.get(name) for name in typed}),
    }  # fmt: skip
    # What cannot be stored (an invisible letter) is said by the form itself when it is sent.
    if edge.do(desk.keep_draft, kept, on_error=lambda _error: None):
        state.drafted = typed


def forget_draft(state: FormState, *, there: bool = False) -> None:
    """Remove what was kept: it was saved."""
    if state.drafted or there:
        edge.do(desk.discard_draft, desk.WhichDraft(form=state.stem))
    state.drafted, state.offer = {}, None


def _resume(state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str]) -> None:
    offered, state.offer = state.offer, None
    if offered is None:
        return
    typed, before = _thawed(offered.values, fields), _thawed(offered.before, fields)
    state.drafted = typed
    if offered.version == state.version:
        put_all(fields, widgets, typed)
        return
    state.differences = differences(before, {name: state.initial[name] for name in typed}, typed)
    put_all(fields, widgets, {name: one.value for name, one in state.differences.items()})


def _discard(state: FormState) -> None:
    forget_draft(state, there=True)


def _is_kept(asked: Asked) -> bool:
    return not asked.secret


def _thawed(values: Mapping[str, Any], fields: Mapping[str, Asked]) -> Values:
    return {name: _value(fields[name], value) for name, value in values.items() if name in fields}


def _value(asked: Asked, value: Any) -> Any:
    if asked.choices is not None and not asked.sought:
        known = {to_jsonable_python(choice): choice for choice in asked.choices}
        return [known[one] for one in value or [] if one in known] if asked.many else known.get(value)
    if isinstance(value, str) and asked.kind in {date, datetime}:
        return asked.kind.fromisoformat(value)
    return value


def _title(state: FormState) -> str:
    heading = st.session_state.get(HEADING, "")
    return " – ".join(part for part in (heading, state.title) if part)[:LONGEST_TITLE]


def _place() -> str:
    shown = {name: st.query_params.get_all(name) for name in st.query_params}
    here = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return f"{here}?{urlencode(shown, doseq=True)}" if here else ""
