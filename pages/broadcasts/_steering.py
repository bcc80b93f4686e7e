"""What can be done with a broadcast in its state: stop, go on, close, remind; each after a question."""

from dataclasses import dataclass

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.operations import Operation
from pages import kit
from services.broadcasts import BroadcastRow, BroadcastState, Which, close, remind, resume, send_unknown, stop


@dataclass(frozen=True)
class Step:
    """One way to steer: the button, the question before it, what it will do, and what is said when it is done."""

    operation: Operation[Which, BroadcastRow]
    label: str
    icon: str
    asks: str
    will: str
    done: str


STOP = Step(
    stop, N_("Stop"), "stop", N_("Stop “{title}”?"),
    N_("Mails that went out stay. It can go on later; nobody is asked twice."),
    N_("Stopped. What has not gone out waits until it goes on."),
)  # fmt: skip
GO_ON = Step(
    resume, N_("Resume sending"), "play_arrow", N_("Go on with “{title}”?"),
    N_("Those who still wait are sent their mail."), N_("It goes on."),
)  # fmt: skip
REMIND = Step(
    remind, N_("Remind those who have not answered"), "notifications", N_("Remind those who have not answered?"),
    N_("Everybody within your reach who has not answered gets one more mail."), N_("The reminder is being sent."),
)  # fmt: skip
CLOSE = Step(
    close, N_("Close"), "lock", N_("Close “{title}”?"),
    N_("No answer is taken any more, and what still waits is not sent."), N_("Closed. No answer is taken any more."),
)  # fmt: skip
SEND_UNKNOWN = Step(
    send_unknown, N_("Send the unknown ones again"), "help", N_("Send again what may not have been sent?"),
    N_("Of these messages nobody knows whether they went out. Some people may get theirs twice."),
    N_("They are being sent again."),
)  # fmt: skip
IN_STATE = {
    BroadcastState.SENDING: (STOP, CLOSE),
    BroadcastState.STOPPED: (GO_ON, CLOSE),
    BroadcastState.OPEN: (REMIND, CLOSE),
}


def steer(actor: Actor, row: BroadcastRow, *, steered: bool, unknown: int = 0) -> None:
    """Offer what the actor may do now; who only sees the broadcast may still remind own people.

    ``unknown``: of so many messages nobody knows whether they were sent.
    """
    if steered and unknown and row.state in {BroadcastState.SENDING, BroadcastState.OPEN}:
        offer(actor, SEND_UNKNOWN, row.id, row.title)
    for step in IN_STATE.get(row.state, ()):
        if steered or step is REMIND:
            offer(actor, step, row.id, row.title)


def offer(actor: Actor, step: Step, broadcast_id: int, title: str, *, label: str = "", disabled: bool = False) -> None:
    """Offer one step, after its question, to whoever may do it; ``label`` replaces the words on the button."""
    operation = step.operation
    if actor.may(operation.name, operation.what) and st.button(
        label or _(step.label), icon=f":material/{step.icon}:", key=operation.name, disabled=disabled
    ):
        kit.confirm(
            _(step.asks, title=title), _(step.will), yes=_(step.label), then=lambda: take(step, broadcast_id)
        )  # fmt: skip


def take(step: Step, broadcast_id: int) -> bool:
    """Do it, and say so on the page that follows."""
    if kit.do(step.operation, Which(id=broadcast_id)) is None:
        return False
    kit.flash(_(step.done))
    return True
