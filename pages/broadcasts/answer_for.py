"""An answer by phone (電話での回答): what somebody says, entered by the office with the questions of the broadcast."""

import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.broadcasts._phone import shape
from pages.kit.guard import guard
from services.broadcasts import WhoAnswers, answer_for, to_answer

guard("broadcasts.answer_for")
who = WhoAnswers(broadcast_id=kit.number_in_address("id"), person_id=kit.number_in_address("whom"))
found = kit.ask(to_answer, who)
PEOPLE = {"id": found.broadcast_id, "view": "people"}
kit.header(
    _(N_("Answer by phone: {name}"), name=aside(found.name, found.code)),
    found.title,
    back=(_(N_("Reply monitor")), "broadcasts/monitor.py"),
)
if found.latest_at:
    entered = _(N_("Entered by phone by {name}"), name=found.entered_by) if found.entered_by else _(N_("By the person"))
    st.subheader(_(N_("Latest answer")), anchor=False)
    st.caption(f"{kit.moment(found.latest_at)} · {kit.literal(entered)}")
    kit.facts({**found.latest, **({_(N_("Note")): found.note} if found.note else {})})
if not found.taken:
    st.info(_(N_("Answers to this broadcast are not taken any more.")), icon=":material/lock:")
    st.stop()
st.caption(_(N_("It counts like an answer of the person, marked as entered by phone. The person can still answer.")))
done = kit.operate(
    answer_for,
    f"answer-{found.broadcast_id}-{found.person_id}",
    shape=shape(found),
    submit=_(N_("Enter the answer")),
    done=_(N_("The answer of {name} was entered."), name=found.name),
)
if done:
    kit.go("broadcasts/monitor.py", PEOPLE)
