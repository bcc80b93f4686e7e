"""What records said before and after a change is not kept for ever (保存期間)."""

from sqlalchemy import null, or_

from core.i18n import N_
from core.retention import below, retained
from data.models.changes import Change, ChangeSet

retained(
    "changes.values",
    N_("Values before and after changes"),
    N_("What records said before and after a change. That they were changed, by whom and in which fields, stays; "
       "such a change can no longer be undone."),
    days=1_095,
    least=30,
    how=below(
        ChangeSet, Change, link="set_id", mark="erased_at", due=lambda before: ChangeSet.at < before,
        holds=or_(Change.before.is_not(None), Change.after.is_not(None)), blank={"before": null(), "after": null()},
    ),
)  # fmt: skip
