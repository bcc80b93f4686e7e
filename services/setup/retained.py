"""What was worked on is not listed for ever (保存期間)."""

from core.i18n import N_
from core.progress import Work
from core.retention import retained, rows_of

retained(
    "setup.works",
    N_("Finished work"),
    N_("Lines of the page of running and finished work, counted from their end."),
    days=365,
    least=30,
    how=rows_of(Work, lambda before: Work.finished_at < before),
)
