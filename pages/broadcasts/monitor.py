"""Reply monitor (返信状況, D14): rate, answers, departments and regions, live; who has not answered; remind; CSV."""

from collections.abc import Callable

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.broadcasts._monitor import draw_counts, draw_rate
from pages.broadcasts._steering import REMIND, offer
from pages.kit.guard import guard
from services.broadcasts import Answered, AnswerLine, AnswersAsk, BroadcastState, Monitor, MonitorAsk, answers, monitor

actor = guard("broadcasts.monitor")
broadcast_id = kit.number_in_address("id")
COUNTED, PEOPLE = "counted", "people"
TAKING = (BroadcastState.SENDING, BroadcastState.STOPPED, BroadcastState.OPEN)


def question() -> MonitorAsk:
    """Return what is asked about the replies."""
    return MonitorAsk(broadcast_id=broadcast_id, department_id=kit.number_if_any("department"))


def live() -> None:
    """Draw the replies as they stand; what the page itself has just counted is not counted twice.

    When the broadcast has come to another state, the whole page is run again: what can be done is another.
    """
    found = fresh.pop() if fresh else kit.ask_shared(monitor, question())
    if found.state is not first.state:
        st.rerun(scope="app")
    draw(found)


def draw(found: Monitor) -> None:
    """Draw the rate, and below it everything that is counted, unless the people stand there."""
    draw_rate(found)
    if view == COUNTED:
        draw_counts(found)


def show_missing() -> None:
    """Show the people who have not answered."""
    st.query_params.from_dict({"id": str(broadcast_id), kit.VIEW: PEOPLE, "who-answered": Answered.NO.value})


def answer_to(label: str) -> Callable[[AnswerLine], object]:
    """Return how to read the latest answer to one question."""
    return lambda line: line.latest[label]


def enter(line: AnswerLine) -> tuple[str, dict[str, int]]:
    """Return the page on which an answer by phone is entered."""
    return "broadcasts/answer_for.py", {"id": broadcast_id, "whom": line.person_id}


def draw_people() -> None:
    """List who answered what, and who has not; a name leads to entering an answer by phone."""
    asked = kit.filters(AnswersAsk, key="who", fills={"broadcast_id": broadcast_id})
    kit.table(
        answers,
        asked,
        columns={
            "name": kit.Column(),
            "department": kit.Column(),
            "area": kit.Column(width=140),
            "latest_at": kit.Column(width=140),
            **{
                f"q{one.key}": kit.Column(one.label, value=answer_to(one.label), width=160, file=f"latest.{one.label}")
                for one in first.questions
            },
            "first_at": kit.Column(width=140),
            "answers": kit.Column(number=True, width=80),
            "entered_by": kit.Column(width=120),
            "note": kit.Column(width=160),
            "first_entered_by": kit.Column(width=120, usual=False),
        },
        key="who",
        opens=enter if actor.may("broadcasts.answer_for", What.DO) and first.state in TAKING else None,
        unit=N_("{count} people"),
        empty=_(N_("Nobody is like this.")) if asked.answered is not Answered.NO else _(N_("Everybody has answered.")),
    )


first = kit.ask(monitor, question())
fresh = [first]
sees_people = actor.may("broadcasts.answers", What.READ)
left = first.asked - first.answered
kit.header(
    _(N_("Replies: {title}"), title=first.title),
    _(N_("Counted anew every two seconds; departments and regions are those at the moment of sending.")),
    back=(_(N_("Broadcasts")), "broadcasts/list.py"),
)
with st.container(horizontal=True, gap="small"):
    if st.button(_(N_("State of sending")), icon=":material/send:", key="show"):
        kit.go("broadcasts/show.py", {"id": broadcast_id})
    if sees_people and left:
        st.button(_(N_("Who has not answered")), icon=":material/person_search:", key="missing", on_click=show_missing)
    if first.state is BroadcastState.OPEN:
        label = _(N_("Remind those who have not answered ({count})"), count=kit.number(left))
        offer(actor, REMIND, first.id, first.title, label=label, disabled=not left)
if first.state is BroadcastState.DRAFT:
    st.info(_(N_("This broadcast has not been sent yet, so nobody can answer.")), icon=":material/edit:")
    st.stop()
views = {COUNTED: _(N_("Counted")), **({PEOPLE: _(N_("Person by person"))} if sees_people else {})}
view = kit.view(views)
if first.state is BroadcastState.CLOSED:
    draw(first)
else:
    kit.refreshing(live, process="broadcasts.monitor")
if view == PEOPLE:
    draw_people()
