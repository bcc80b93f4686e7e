"""The builder of a question form: questions as they are being made, in the session, until they are saved."""

from typing import Any
from uuid import uuid4

import streamlit as st

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import label_of, validated
from core.shown import labelled
from pages import kit
from services.broadcasts import EditForm, FormRow, NewQuestion, QuestionKind, edit_form

CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)
Entry = dict[str, Any]


def build(form: FormRow | None) -> bool:
    """Let a form be made or changed; True in the run in which it was saved."""
    key = f"form-{form.id}-{form.version}" if form else "form-new"
    entries: list[Entry] = st.session_state.setdefault(f"{key}.questions", _begun(form))
    name = st.text_input(_required(EditForm, "name"), value=form.name if form else "", max_chars=80, key=f"{key}.name")
    introduction = st.text_area(
        label_of(EditForm, "introduction"), value=form.introduction if form else "", max_chars=2000,
        key=f"{key}.introduction", help=_(N_("Stands above the questions.")),
    )  # fmt: skip
    for at, entry in enumerate(list(entries)):
        with st.container(border=True):
            _question(entries, at, entry)
    if st.button(_(N_("Add a question")), key=f"{key}.add", icon=":material/add:"):
        entries.append(_blank())
        st.rerun()
    if not st.button(_(N_("Save")), key=f"{key}.save", type="primary"):
        return False
    return _save(key, form, name, introduction, entries)


def _question(entries: list[Entry], at: int, entry: Entry) -> None:
    mark = entry["mark"]
    heading, buttons = st.columns([2, 3], vertical_alignment="center")
    heading.markdown(f"**{_numbered(at)}**")
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button(_(N_("Up")), key=f"{mark}.up", icon=":material/arrow_upward:", disabled=at == 0):
            _swap(entries, at, at - 1)
        if st.button(
            _(N_("Down")), key=f"{mark}.down", icon=":material/arrow_downward:", disabled=at == len(entries) - 1
        ):
            _swap(entries, at, at + 1)
        if st.button(_(N_("Remove")), key=f"{mark}.remove", icon=":material/delete:", disabled=len(entries) == 1):
            entries.pop(at)
            st.rerun()
    words, kind, required = st.columns([4, 2, 1], vertical_alignment="bottom")
    entry["label"] = words.text_input(
        _required(NewQuestion, "label"), value=entry["label"], key=f"{mark}.label", max_chars=200
    )
    entry["kind"] = kind.selectbox(
        label_of(NewQuestion, "kind"), list(QuestionKind), index=list(QuestionKind).index(entry["kind"]),
        format_func=kit.said, key=f"{mark}.kind",
    )  # fmt: skip
    entry["required"] = required.checkbox(
        label_of(NewQuestion, "required"), value=entry["required"], key=f"{mark}.required"
    )
    if entry["kind"] in CHOOSING:
        entry["options"] = st.text_area(
            _required(NewQuestion, "options"), value=entry["options"], key=f"{mark}.options",
            help=_(N_("One a line, in the order in which they are shown.")),
        )  # fmt: skip
    if entry["kind"] is QuestionKind.NUMBER:
        entry["unit"] = st.text_input(
            label_of(NewQuestion, "unit"), value=entry["unit"], key=f"{mark}.unit", max_chars=20,
            help=_(N_("Stands behind the number.")), width=240,
        )  # fmt: skip


def _numbered(at: int) -> str:
    return _(N_("Question {number}"), number=at + 1)


def _swap(entries: list[Entry], at: int, to: int) -> None:
    entries[at], entries[to] = entries[to], entries[at]
    st.rerun()


def _save(key: str, form: FormRow | None, name: str, introduction: str, entries: list[Entry]) -> bool:
    wrong: list[str] = []
    questions = [question for at, entry in enumerate(entries) if (question := _checked(entry, at, wrong))]
    try:
        entered = validated(EditForm, {
            "id": form.id if form else None, "version": form.version if form else None,
            "name": name, "introduction": introduction, "questions": questions,
        })  # fmt: skip
    except Invalid as error:
        of_form = {field: sentence for field, sentence in error.fields.items() if field != "questions" or not wrong}
        wrong = [labelled(label_of(EditForm, field), sentence) for field, sentence in of_form.items()] + wrong
    if wrong:
        st.error("  \n".join(map(kit.literal, wrong)), icon=":material/error:")
        return False
    if kit.do(edit_form, entered) is None:
        return False
    del st.session_state[f"{key}.questions"]
    return True


def _checked(entry: Entry, at: int, wrong: list[str]) -> NewQuestion | None:
    try:
        return validated(NewQuestion, _values(entry))
    except Invalid as error:
        wrong += [
            f"{_numbered(at)}　{labelled(label_of(NewQuestion, field), sentence) if field else sentence}"
            for field, sentence in error.fields.items()
        ]
        return None


def _values(entry: Entry) -> dict[str, Any]:
    kind = entry["kind"]
    return {
        "kind": kind,
        "label": entry["label"],
        "required": entry["required"],
        "options": entry["options"].splitlines() if kind in CHOOSING else [],
        "unit": entry["unit"] if kind is QuestionKind.NUMBER else "",
    }


def _begun(form: FormRow | None) -> list[Entry]:
    if form is None:
        return [_blank()]
    return [
        {
            "mark": uuid4().hex, "kind": question.kind, "label": question.label, "required": question.required,
            "options": "\n".join(question.options), "unit": question.unit,
        }
        for question in form.questions
    ]  # fmt: skip


def _blank() -> Entry:
    return {
        "mark": uuid4().hex, "kind": QuestionKind.CHOICE, "label": "", "required": True, "options": "", "unit": "",
    }  # fmt: skip


def _required(model: type, name: str) -> str:
    return _(N_("{label} (required)"), label=label_of(model, name))
