"""Erasing what a person gave and has not proved, and their link (個人情報の消去)."""

from sqlalchemy import delete, func

from core.traces import run
from core.transaction import Transaction, listens
from data.models.registration import ContactClaim, RegistrationLink
from services.events import PeopleErased


@listens(PeopleErased)
def erase_registration(tx: Transaction, erased: PeopleErased) -> None:
    """Delete links and claims; contact points go with the person."""
    for model in (ContactClaim, RegistrationLink):
        run(tx, delete(model).where(model.person_id == func.any(list(erased.ids))))
