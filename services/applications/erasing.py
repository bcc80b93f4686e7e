"""Erasing what people applied for (個人情報の消去): that they did stays."""

from sqlalchemy import case, func, or_, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.applications import ApplicationState, ProfileApplication
from services.applications.applying import OPEN
from services.events import PeopleErased


@listens(PeopleErased)
def erase_applications(tx: Transaction, erased: PeopleErased) -> None:
    """Take what these people's applications said; those still open are taken back. Where others name them, too."""
    mine = ProfileApplication.person_id == func.any(list(erased.ids))
    blank = {"wanted": {}, "before": {}, "note": "", "erased_at": tx.now, "version": ProfileApplication.version + 1}
    ended = case((ProfileApplication.state.in_(OPEN), ApplicationState.WITHDRAWN), else_=ProfileApplication.state)
    run(tx, update(ProfileApplication).where(mine).values(**blank, state=ended, reason=""))
    if erased.words:
        texts = or_(*[mentions(text, erased.words) for text in (ProfileApplication.note, ProfileApplication.reason)])
        run(tx, update(ProfileApplication).where(texts).values(note="", reason=_REASON))


_REASON = case((ProfileApplication.state == ApplicationState.RETURNED, "—"), else_="")
