"""Erasing what people typed, and what others typed about them (個人情報の消去)."""

from sqlalchemy import delete, func, or_

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.desk import FormDraft, SavedView
from services.events import PeopleErased


@listens(PeopleErased)
def erase_desks(tx: Transaction, erased: PeopleErased) -> None:
    """Delete drafts and views of these accounts, and those of others in which the people are named."""
    mine = func.any(list(erased.accounts))
    run(tx, delete(FormDraft).where(FormDraft.account_id == mine))
    run(tx, delete(SavedView).where(SavedView.account_id == mine))
    run(tx, delete(FormDraft).where(FormDraft.form == func.any([f"person-{key}" for key in erased.ids])))
    if erased.words:
        said = [mentions(column, erased.words) for column in (FormDraft.title, FormDraft.values, FormDraft.before)]
        run(tx, delete(FormDraft).where(or_(*said)))
        views = (SavedView.name, SavedView.address)
        run(tx, delete(SavedView).where(or_(*[mentions(column, erased.words) for column in views])))
