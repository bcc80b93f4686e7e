"""Who answered what is not kept for ever (保存期間); how many answered what is."""

from sqlalchemy import null

from core.i18n import N_
from core.retention import below, retained
from data.models.broadcasts import Broadcast, Recipient

retained(
    "broadcasts.answers",
    N_("Answers to broadcasts"),
    N_("What each person answered, counted from the closing of the broadcast. Who was asked and when they answered, "
       "and the totals, stay."),
    days=1_095,
    least=90,
    how=below(
        Broadcast, Recipient, link="broadcast_id", mark="answers_erased_at",
        due=lambda before: Broadcast.closed_at < before, holds=Recipient.latest_answer.is_not(None),
        blank={"latest_answer": null(), "first_answer": null(), "tally": None, "note": None},
    ),
)  # fmt: skip
