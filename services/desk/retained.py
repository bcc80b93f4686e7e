"""What was typed and left alone is not kept for ever (保存期間)."""

from core.i18n import N_
from core.retention import retained, rows_of
from data.models.desk import FormDraft

retained(
    "desk.drafts",
    N_("Typed and not saved"),
    N_("What somebody typed into a form and never saved, counted from the last letter."),
    days=30,
    least=1,
    how=rows_of(FormDraft, lambda before: FormDraft.updated_at < before),
)
