"""The picture of the replies: the rate, the answers to each question, departments and regions."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.broadcasts import Monitor
from services.broadcasts.grouping import Group
from services.broadcasts.monitor import QuestionCount


def draw_rate(found: Monitor) -> None:
    """Draw how many have answered."""
    with st.container(horizontal=True, gap="small"):
        st.metric(_(N_("Reply rate")), kit.percent(found.answered, found.asked), border=True, width=170)
        st.metric(_(N_("Has answered")), kit.number(found.answered, _(N_("people"))), border=True, width=170)
        left = found.asked - found.answered
        st.metric(_(N_("Has not answered")), kit.number(left, _(N_("people"))), border=True, width=170)
        st.metric(_(N_("Last answer")), kit.moment(found.latest_at), border=True, width=340)
    st.progress(found.rate)
    if found.by_phone:
        st.caption(_(N_("By phone: {count}"), count=kit.number(found.by_phone, _(N_("people")))))
    if not found.answered:
        st.info(_(N_("No answer yet. Answers appear here by themselves.")), icon=":material/hourglass_empty:")


def draw_counts(found: Monitor) -> None:
    """Draw the answers to each question, the departments and the regions."""
    for at in range(0, len(found.questions), 2):  # side by side, and on a phone still in their order
        for place, question in zip(st.columns(2, gap="medium"), found.questions[at : at + 2], strict=False):
            with place:
                draw_question(question)
    left_side, right_side = st.columns(2, gap="medium")
    with left_side:
        draw_departments(found)
    with right_side:
        draw_groups(found.regions, _(N_("By region")), "regions")


def draw_question(question: QuestionCount) -> None:
    """Draw the answers to one question."""
    if question.options:
        unit = _(N_("people"))
        kit.bars({one.label: one.count for one in question.options}, title=question.label, unit=unit,
                 key=f"question-{question.key}")  # fmt: skip
    else:
        st.markdown(f"**{kit.literal(question.label)}**")
        st.markdown(_(N_("{count} people have answered."), count=kit.number(question.answered)))
    if question.numbers:
        found = question.numbers
        st.caption(
            _(N_("Sum {total}, smallest {smallest}, largest {largest}, average {average} {unit}"),
              total=kit.number(found.total), smallest=kit.number(found.smallest), largest=kit.number(found.largest),
              average=kit.number(found.average), unit=kit.literal(question.unit))
        )  # fmt: skip


def draw_departments(found: Monitor) -> None:
    """Draw the departments of one level, and the ways up and down."""
    title = _(N_("By department: {name}"), name=found.department) if found.department else _(N_("By department"))
    draw_groups(found.departments, title, "departments")
    below = {group.key: group.label for group in found.departments if group.has_below}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if found.department and st.button(_(N_("One level up")), icon=":material/arrow_upward:", key="up"):
            go_to_level(found.above)
        if below:
            chosen = st.selectbox(
                _(N_("Look into a department")), list(below), index=None, format_func=below.__getitem__,
                placeholder=_(N_("Choose")), key=f"below-{found.department}", width=300,
            )  # fmt: skip
            if chosen:
                go_to_level(int(chosen))


def go_to_level(department_id: int | None) -> None:
    """Show the parts of another department."""
    if department_id is None:
        st.query_params.pop("department", None)
    else:
        st.query_params["department"] = str(department_id)
    st.rerun()


def draw_groups(groups: list[Group], title: str, key: str) -> None:
    """Draw how many of each group have answered."""
    kit.shares(
        {group.label: (group.answered, group.asked - group.answered) for group in groups},
        [_(N_("Has answered")), _(N_("Has not answered"))],
        title=title, unit=_(N_("people")), key=key,
    )  # fmt: skip
