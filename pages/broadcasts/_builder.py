"""The builder of a question form: questions as they are being made, in the session, until they are saved."""

from typing import Any

import streamlit as st

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import label_of, validated
from core.shown import labelled
from pages import kit
from pages.broadcasts._question import Entry, ask_question, begun, blank, checked, copied, numbered
from pages.broadcasts._trying import as_on_a_phone
from services.broadcasts import EditForm, FormRow, QuestionRow, edit_form

LANGUAGES = {"ja": "日本語", "en": "English"}
JAPANESE = "ja"


def build(form: FormRow | None) -> bool:
    """Let a form be made or changed; True in the run in which it was saved."""
    key = f"form-{form.id}-{form.version}" if form else "form-new"
    entries: list[Entry] = st.session_state.setdefault(f"{key}.questions", begun(form))
    words = _words(key, form, entries)
    for at, entry in enumerate(list(entries)):
        with st.container(border=True):
            _moving(entries, at, entry)
            ask_question(entries, at, english=words["english"])
    with st.container(horizontal=True, gap="small"):
        if st.button(_(N_("Add a question")), key=f"{key}.add", icon=":material/add:"):
            entries.append(blank())
            st.rerun()
        looks = st.toggle(_(N_("Look at it as on a phone")), key=f"{key}.looks")
    if looks:
        _look(key, words, entries)
    if not st.button(_(N_("Save")), key=f"{key}.save", type="primary"):
        return False
    return _save(key, form, words, entries)


def _words(key: str, form: FormRow | None, entries: list[Entry]) -> dict[str, Any]:
    label = _(N_("{label} (required)"), label=label_of(EditForm, "name"))
    name = st.text_input(label, value=form.name if form else "", max_chars=80, key=f"{key}.name")
    introduction = _introduction(key, "introduction", form, _(N_("Stands above the questions.")))
    has_english = bool(form and (form.introduction_en or any(one["label_en"] for one in entries)))
    english = st.toggle(
        _(N_("In English too")), value=has_english, key=f"{key}.english",
        help=_(N_("People whose language is English are asked in English. Answers are counted together.")),
    )  # fmt: skip
    before = form.introduction_en if form else ""
    introduction_en = _introduction(key, "introduction_en", form) if english else before
    return {"name": name, "introduction": introduction, "introduction_en": introduction_en, "english": english}


def _introduction(key: str, field: str, form: FormRow | None, hint: str | None = None) -> str:
    value = getattr(form, field) if form else ""
    return st.text_area(label_of(EditForm, field), value=value, max_chars=2000, key=f"{key}.{field}", help=hint)


def _moving(entries: list[Entry], at: int, entry: Entry) -> None:
    mark = entry["mark"]
    heading, buttons = st.columns([2, 3], vertical_alignment="center")
    heading.markdown(f"**{numbered(at)}**")
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button(_(N_("Up")), key=f"{mark}.up", icon=":material/arrow_upward:", disabled=at == 0):
            _swap(entries, at, at - 1)
        if st.button(
            _(N_("Down")), key=f"{mark}.down", icon=":material/arrow_downward:", disabled=at == len(entries) - 1
        ):
            _swap(entries, at, at + 1)
        if st.button(_(N_("Duplicate")), key=f"{mark}.copy", icon=":material/content_copy:"):
            entries.insert(at + 1, copied(entry))
            st.rerun()
        if st.button(_(N_("Remove")), key=f"{mark}.remove", icon=":material/delete:", disabled=len(entries) == 1):
            entries.pop(at)
            for other in entries:
                other["after"] = None if other["after"] == mark else other["after"]
            st.rerun()


def _swap(entries: list[Entry], at: int, to: int) -> None:
    entries[at], entries[to] = entries[to], entries[at]
    st.rerun()


def _look(key: str, words: dict[str, Any], entries: list[Entry]) -> None:
    entered = _entered(None, words, entries)
    if entered is None:
        return
    questions = [QuestionRow(id=at, **one.model_dump()) for at, one in enumerate(entered.questions, start=1)]
    language = JAPANESE
    if words["english"]:
        language = st.segmented_control(
            _(N_("Language")), list(LANGUAGES), default=JAPANESE, format_func=LANGUAGES.__getitem__,
            key=f"{key}.language", required=True,
        )  # fmt: skip
    introduction = entered.introduction_en or entered.introduction if language != JAPANESE else entered.introduction
    as_on_a_phone(introduction, questions, f"{key}.phone", language=language, title=entered.name)


def _entered(form: FormRow | None, words: dict[str, Any], entries: list[Entry]) -> EditForm | None:
    wrong: list[str] = []
    questions = [question for at in range(len(entries)) if (question := checked(entries, at, wrong))]
    try:
        entered = validated(EditForm, {
            "id": form.id if form else None, "version": form.version if form else None, "questions": questions,
            **{name: words[name] for name in ("name", "introduction", "introduction_en")},
        })  # fmt: skip
    except Invalid as error:
        of_form = {field: sentence for field, sentence in error.fields.items() if field != "questions" or not wrong}
        wrong = [labelled(label_of(EditForm, field), sentence) for field, sentence in of_form.items()] + wrong
    if wrong:
        st.error("  \n".join(map(kit.literal, wrong)), icon=":material/error:")
        return None
    return entered


def _save(key: str, form: FormRow | None, words: dict[str, Any], entries: list[Entry]) -> bool:
    entered = _entered(form, words, entries)
    if entered is None or kit.do(edit_form, entered) is None:
        return False
    del st.session_state[f"{key}.questions"]
    return True
