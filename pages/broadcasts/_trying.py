"""A question form as it looks on a phone, to try: conditions hide and show as on the reply page; nothing is kept."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.i18n import N_, _, using_language
from pages import kit
from services.broadcasts import QuestionKind, QuestionRow, is_asked

PHONE = 390
"""Points across."""


def as_on_a_phone(
    introduction: str, questions: Sequence[QuestionRow], key: str, *, language: str, title: str = ""
) -> None:
    """Show the questions in this language, as far as they would be asked after what is answered here."""
    answer: dict[str, Any] = {}
    with using_language(language), st.container(border=True, width=PHONE):
        if title:
            st.markdown(f"**{kit.literal(title)}**")
        if introduction:
            st.markdown(kit.literal(introduction))
        for question in questions:
            if is_asked(question, questions, answer):
                value = _widget(question, f"{key}.{language}.{question.key}")
                answer.update({question.key: value} if value not in (None, "", []) else {})
        st.button(
            _(N_("Send my answer")) if questions else _(N_("I have read this")), key=f"{key}.{language}.end",
            width="stretch", help=_(N_("Only to look at: nothing is sent.")),
        )  # fmt: skip


def _widget(question: QuestionRow, key: str) -> Any:
    need = _(N_("Required")) if question.required else _(N_("Optional"))
    label = f"{kit.literal(question.shown_label)} :gray-badge[{need}]"
    shown = dict(question.choices)
    match question.kind:
        case QuestionKind.CHOICE:
            return st.radio(label, list(shown), index=None, format_func=shown.__getitem__, key=key)
        case QuestionKind.CHOICES:
            st.markdown(label)
            return [one for at, one in enumerate(shown) if st.checkbox(kit.literal(shown[one]), key=f"{key}.{at}")]
        case QuestionKind.TEXT:
            return st.text_area(label, key=key)
        case QuestionKind.DATE:
            return st.date_input(label, value=None, key=key)
        case QuestionKind.NUMBER:
            return st.number_input(f"{label} {kit.literal(question.shown_unit)}".strip(), value=None, step=1, key=key)
