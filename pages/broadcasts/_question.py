"""One question in the builder of a form: its words, how it is answered, in English too, and of whom it is asked."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import streamlit as st

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import label_of, validated
from core.shown import labelled
from pages import kit
from services.broadcasts import FormRow, NewQuestion, OnlyIf, QuestionKind, QuestionRow

CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)
UNNAMED = "…"
SCALE = "1\n2\n3\n4\n5"
Entry = dict[str, Any]


def begun(form: FormRow | None) -> list[Entry]:
    """Return the questions of a form as the builder keeps them, or one empty question."""
    if form is None:
        return [blank()]
    entries = [_entry(question) for question in form.questions]
    for entry, question in zip(entries, form.questions, strict=True):
        if question.only_if is not None:  # by its mark, so that it stays right when questions move
            entry["after"] = entries[question.only_if.question - 1]["mark"]
            entry["with"] = list(question.only_if.options)
    return entries


def blank() -> Entry:
    """Return an empty question."""
    return {
        "mark": uuid4().hex, "kind": QuestionKind.CHOICE, "label": "", "required": True, "options": "", "unit": "",
        "label_en": "", "options_en": "", "unit_en": "", "after": None, "with": [],
    }  # fmt: skip


def copied(entry: Entry) -> Entry:
    """Return the same question once more, told apart by its words."""
    return {**entry, "mark": uuid4().hex, "label": f"{entry['label']} 2" if entry["label"] else ""}


def ask_question(entries: Sequence[Entry], at: int, *, english: bool) -> None:
    """Let one question be written."""
    entry = entries[at]
    mark = entry["mark"]
    words, kind, required = st.columns([4, 2, 1], vertical_alignment="bottom")
    entry["label"] = words.text_input(_required("label"), value=entry["label"], key=f"{mark}.label", max_chars=200)
    entry["kind"] = kind.selectbox(
        label_of(NewQuestion, "kind"), list(QuestionKind), index=list(QuestionKind).index(entry["kind"]),
        format_func=kit.said, key=f"{mark}.kind",
    )  # fmt: skip
    entry["required"] = required.checkbox(
        label_of(NewQuestion, "required"), value=entry["required"], key=f"{mark}.required"
    )
    if english:
        entry["label_en"] = st.text_input(
            label_of(NewQuestion, "label_en"), value=entry["label_en"], key=f"{mark}.label_en", max_chars=200
        )
    if entry["kind"] in CHOOSING:
        _options(entry, english=english)
    if entry["kind"] is QuestionKind.NUMBER:
        _unit(entry, english=english)
    _only_if(entries, at)


def checked(entries: Sequence[Entry], at: int, wrong: list[str]) -> NewQuestion | None:
    """Return a question as it is stored; what is wrong with it is added to ``wrong``, in sentences."""
    try:
        return validated(NewQuestion, _values(entries, at))
    except Invalid as error:
        wrong += [
            f"{numbered(at)}　{labelled(label_of(NewQuestion, field), sentence) if field else sentence}"
            for field, sentence in error.fields.items()
        ]
        return None


def numbered(at: int) -> str:
    """Return what the question in this place is called."""
    return _(N_("Question {number}"), number=at + 1)


def options_of(entry: Entry) -> list[str]:
    """Return the choices as far as they are written."""
    return [line.strip() for line in entry["options"].splitlines() if line.strip()] if entry["kind"] in CHOOSING else []


def _options(entry: Entry, *, english: bool) -> None:
    mark = entry["mark"]
    if not entry["options"] and st.button(
        _(N_("Scale from 1 to 5")), key=f"{mark}.scale", icon=":material/linear_scale:", type="tertiary"
    ):
        entry["options"] = SCALE
        st.session_state[f"{mark}.options"] = SCALE
    places = st.columns(2) if english else [st.container()]
    entry["options"] = places[0].text_area(
        _required("options"), value=entry["options"], key=f"{mark}.options",
        help=_(N_("One a line, in the order in which they are shown.")),
    )  # fmt: skip
    if english:
        entry["options_en"] = places[1].text_area(
            label_of(NewQuestion, "options_en"), value=entry["options_en"], key=f"{mark}.options_en",
            help=_(N_("In the same order, one a line.")),
        )  # fmt: skip


def _unit(entry: Entry, *, english: bool) -> None:
    mark = entry["mark"]
    with st.container(horizontal=True):
        entry["unit"] = st.text_input(
            label_of(NewQuestion, "unit"), value=entry["unit"], key=f"{mark}.unit", max_chars=20,
            help=_(N_("Stands behind the number.")), width=240,
        )  # fmt: skip
        if english:
            entry["unit_en"] = st.text_input(
                label_of(NewQuestion, "unit_en"), value=entry["unit_en"], key=f"{mark}.unit_en", max_chars=20, width=240
            )


def _only_if(entries: Sequence[Entry], at: int) -> None:
    entry, offers = entries[at], {one["mark"]: one for one in entries if options_of(one)}
    if entry["after"] not in offers:  # what it followed from is gone, or has no choices any more
        entry["after"] = None
    # A condition on what now comes later stays: saving says what is wrong with it.
    marks = [one["mark"] for one in entries[:at] if one["mark"] in offers]
    marks += [entry["after"]] if entry["after"] and entry["after"] not in marks else []
    if not marks:
        return
    which, what = st.columns(2)
    entry["after"] = which.selectbox(
        label_of(NewQuestion, "only_if"), [None, *marks], index=[None, *marks].index(entry["after"]),
        format_func=lambda one: offers[one]["label"] or UNNAMED if one else _(N_("Asked of everybody")),
        key=f"{entry['mark']}.after",
    )  # fmt: skip
    if entry["after"] is None:
        return
    options = options_of(offers[entry["after"]])
    entry["with"] = what.multiselect(
        _(N_("… was answered by one of")), options, default=[one for one in entry["with"] if one in options],
        key=f"{entry['mark']}.with.{entry['after']}", placeholder=_(N_("Choose")),
    )  # fmt: skip


def _values(entries: Sequence[Entry], at: int) -> dict[str, Any]:
    entry = entries[at]
    kind, english = entry["kind"], options_of({**entry, "options": entry["options_en"]})
    places = {one["mark"]: place for place, one in enumerate(entries, start=1)}
    number = kind is QuestionKind.NUMBER
    return {
        "kind": kind, "label": entry["label"], "required": entry["required"], "options": options_of(entry),
        "unit": entry["unit"] if number else "", "label_en": entry["label_en"], "options_en": english,
        "unit_en": entry["unit_en"] if number else "",
        "only_if": OnlyIf(question=places[entry["after"]], options=entry["with"]) if entry["after"] in places else None,
    }  # fmt: skip


def _entry(question: QuestionRow) -> Entry:
    values = question.model_dump(include={"kind", "label", "required", "unit", "label_en", "unit_en"})
    lines = {name: "\n".join(getattr(question, name)) for name in ("options", "options_en")}
    return {**blank(), **values, **lines}


def _required(name: str) -> str:
    return _(N_("{label} (required)"), label=label_of(NewQuestion, name))
