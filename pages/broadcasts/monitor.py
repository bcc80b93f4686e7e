"""Reply monitor (返信状況, D14): rate, answers, departments and regions, live; who has not answered; remind; CSV."""

from collections.abc import Callable

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.broadcasts._monitor import draw
from pages.broadcasts._steering import REMIND, offer
from pages.kit.guard import guard
from services.broadcasts import Answered, AnswerLine, AnswersAsk, BroadcastState, Monitor, MonitorAsk, answers, monitor

actor = guard("broadcasts.monitor")
broadcast_id = kit.number_in_address("id")


def now() -> Monitor:
    """Return the state of the replies at this moment."""
    return kit.ask(monitor, MonitorAsk(broadcast_id=broadcast_id, department_id=kit.number_if_any("department")))


def live() -> None:
    """Draw the replies as they stand; what the page itself has just counted is not counted twice.

    When the broadcast has come to another state, the whole page is run again: what can be done is another.
    """
    found = fresh.pop() if fresh else now()
    if found.state is not first.state:
        st.rerun(scope="app")
    draw(found)


def answer_to(label: str) -> Callable[[AnswerLine], object]:
    """Return how to read the latest answer to one question."""
    return lambda line: line.latest[label]


first = now()
fresh = [first]
kit.header(
    _(N_("Replies: {title}"), title=first.title),
    _(N_("Counted anew every two seconds; departments and regions are those at the moment of sending.")),
    back=(_(N_("Broadcasts")), "broadcasts/list.py"),
)
with st.container(horizontal=True, gap="small"):
    if st.button(_(N_("State of sending")), icon=":material/send:", key="show"):
        kit.go("broadcasts/show.py", {"id": broadcast_id})
    if first.state is BroadcastState.OPEN:
        left = first.asked - first.answered
        label = _(N_("Remind those who have not answered ({count})"), count=kit.number(left))
        offer(actor, REMIND, first.id, first.title, label=label, disabled=not left)
if first.state is BroadcastState.DRAFT:
    st.info(_(N_("This broadcast has not been sent yet, so nobody can answer.")), icon=":material/edit:")
    st.stop()
if first.state is BroadcastState.CLOSED:
    draw(first)
else:
    kit.refreshing(live, process="broadcasts.monitor")
if actor.may("broadcasts.answers", What.READ):
    st.subheader(_(N_("Person by person")), anchor=False)
    question = kit.filters(AnswersAsk, key="who", fills={"broadcast_id": broadcast_id})
    kit.files(answers, question)
    kit.table(
        answers,
        question,
        columns={
            "name": kit.Column(width=130),
            "department": kit.Column(width=200),
            "area": kit.Column(width=140),
            "latest_at": kit.Column(width=140),
            **{f"q{one.key}": kit.Column(one.label, value=answer_to(one.label), width=160) for one in first.questions},
            "first_at": kit.Column(width=140),
            "answers": kit.Column(number=True, width=80),
        },
        key="who",
        unit=N_("{count} people"),
        empty=_(N_("Nobody is like this."))
        if question.answered is not Answered.NO
        else _(N_("Everybody has answered.")),
    )
