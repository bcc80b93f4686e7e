"""Erasing what a person gave and has not proved, and their link (個人情報の消去)."""

from sqlalchemy import delete, func, select, update

from core.traces import run
from core.transaction import Transaction, listens
from data.models.registration import ContactClaim, RegistrationLink
from data.models.registration_guides import RegistrationGuide, RegistrationHandout
from services.events import PeopleErased


@listens(PeopleErased)
def erase_registration(tx: Transaction, erased: PeopleErased) -> None:
    """Delete links, claims, guides and the files with a page of theirs; contact points go with the person."""
    ids = list(erased.ids)
    theirs = select(RegistrationGuide.handout_id).where(RegistrationGuide.person_id == func.any(ids))
    files = update(RegistrationHandout).where(RegistrationHandout.id.in_(theirs))
    run(tx, files.values(content=None, misprinted=[]))
    for model in (ContactClaim, RegistrationLink, RegistrationGuide):
        run(tx, delete(model).where(model.person_id == func.any(ids)))
