"""Applications are not kept for ever (保存期間): what came of them stands in the change-set."""

from sqlalchemy import and_

from core.i18n import N_
from core.retention import retained, rows_of
from data.models.applications import ProfileApplication
from services.applications.applying import OPEN

retained(
    "applications.decided",
    N_("Profile applications"),
    N_("Applications that were decided or taken back, counted from then. What was changed stays in its change-set."),
    days=1_095,
    least=30,
    how=rows_of(
        ProfileApplication,
        lambda before: and_(ProfileApplication.decided_at < before, ProfileApplication.state.not_in(OPEN)),
    ),
)
