"""Runs of the directory sync (ディレクトリ同期の履歴, D02): who began each, how many it concerned, what stopped it."""

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.directory import Noun, RunRow, RunsAsk, Step, list_runs

guard("directory.runs")


def people(row: RunRow, step: Step) -> int | None:
    """Return how many people a run would do this with; None: it is not known yet."""
    return row.counts.get(f"{Noun.PERSON.value}.{step.value}")


kit.header(
    _(N_("Runs of the directory sync")),
    _(N_("What was read from the systems where people are looked after, the latest first. Open one to see what would "
         "change, and to apply it.")),
    back=(_(N_("Directory sync")), "directory/connections.py"),
)  # fmt: skip
kit.table(
    list_runs,
    kit.filters(RunsAsk),
    columns={
        "started_at": kit.Column(_(N_("Begun")), width=165),
        "connection": kit.Column(_(N_("Connection")), width=140),
        "state": kit.Column(_(N_("State")), width=160),
        "add": kit.Column(_(N_("Add")), value=lambda row: people(row, Step.ADD), number=True, width=80),
        "change": kit.Column(_(N_("Change")), value=lambda row: people(row, Step.CHANGE), number=True, width=80),
        "leave": kit.Column(_(N_("Retire")), value=lambda row: people(row, Step.LEAVE), number=True, width=80),
        "by": kit.Column(_(N_("By")), value=lambda row: row.by or _(N_("At night")), width=120),
        "message": _(N_("Message")),
    },
    opens=lambda row: ("directory/run.py", {"id": row.id}),
    unit=N_("{count} runs"),
    empty=_(N_("No directory has been read yet.")),
)
