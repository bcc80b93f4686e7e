"""A telegram from the command line (電文の再生, N02): taken in as if it had just come, and told in words."""

from core import jobs
from core.actor import Actor
from core.clock import jst
from core.database import transaction
from core.i18n import N_, _
from core.words import word
from data.models.safety import Source, Verdict
from services.safety import opening
from services.safety.taking import Taken, TakeTelegram, as_it_stands, take_telegram

ACTOR = Actor.system("command line")
SECONDS = 300
SENDING = (Verdict.OPENED, Verdict.EXTENDED, Verdict.WAITING)
NO_WORKER = N_("No worker is running: mails go out once one is (“make run” starts one).")


def replay_file(xml: bytes) -> str:
    """Take in the bytes of a telegram and return what was decided and why, one line each, in the current language.

    Raises:
        Invalid: when it is no whole JMA report.
    """
    with transaction(ACTOR, statement_seconds=SECONDS) as tx:
        taken = take_telegram(tx, TakeTelegram(content=xml, source=Source.COMMAND_LINE))
    with transaction(ACTOR, statement_seconds=SECONDS) as tx:
        opening.open_by(tx, taken.id)
        taken = as_it_stands(tx, taken)
        waits = taken.verdict in SENDING and not taken.before and not jobs.worker_alive(tx)
    lines = [told(taken), *[f"  {decision.text}" for decision in taken.decisions]]
    return "\n".join([*lines, f"  {_(NO_WORKER)}"] if waits else lines)


def told(taken: Taken) -> str:
    """Return in one line which telegram it was and what came of it."""
    values = {
        "kind": taken.kind, "title": taken.title, "time": f"{jst(taken.report_time):%Y/%m/%d %H:%M}",
        "verdict": word(taken.verdict),
    }  # fmt: skip
    if taken.before:
        before = N_("{kind} {title} (issued {time}): taken in before, so nothing is done now. Then: {verdict}.")
        return _(before, **values)
    return _(N_("{kind} {title} (issued {time}): {verdict}."), **values)
