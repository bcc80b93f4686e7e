"""Text and questions of a broadcast as they are sent, in each language in which there are any."""

import streamlit as st

from core.i18n import N_, _, using_language
from core.shown import labelled
from pages import kit
from services.broadcasts import BroadcastRow, QuestionRow, condition

LANGUAGES = {"ja": "日本語", "en": "English"}


def preview(row: BroadcastRow) -> None:
    """Show text and questions of a broadcast."""
    english = bool(row.subject_en or row.body_en or row.introduction_en or any(one.label_en for one in _asked(row)))
    for language in ("ja", "en") if english else ("ja",):
        if english:
            st.markdown(f"**{LANGUAGES[language]}**")
        _preview_in(row, language)


def _asked(row: BroadcastRow) -> list[QuestionRow]:
    return [QuestionRow.model_validate(question) for question in row.questions]


def _preview_in(row: BroadcastRow, language: str) -> None:
    english = language == "en"
    subject, word = _(N_("Subject")), _(N_("Required"))
    st.markdown(labelled(f"**{subject}**", kit.literal(row.subject_en if english and row.subject_en else row.subject)))
    st.code(row.body_en if english and row.body_en else row.body, language=None, wrap_lines=True)
    questions = _asked(row)
    with using_language(language):
        lines = [(one, kit.literal(one.shown_label), [shown for _kept, shown in one.choices],
                  condition(one, questions)) for one in questions]  # fmt: skip
    for number, (question, label, options, only_if) in enumerate(lines, start=1):
        required = f" :red-badge[{word}]" if question.required else ""
        said = "　".join(kit.literal(option) for option in [*options, *filter(None, [only_if])])
        st.markdown(f"{number}. **{label}**{required}  \n:small[{said}]")
