"""Erasing who people are from the organisation master and the plan (個人情報の消去)."""

from sqlalchemy import func, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.setup import Organisation, PlannedContact, SetupDuty
from services.events import PeopleErased


@listens(PeopleErased)
def erase_from_setup(tx: Transaction, erased: PeopleErased) -> None:
    """Take them off the steps that they own, and blank what names them or is their address."""
    run(tx, update(SetupDuty).where(SetupDuty.owner_id == func.any(list(erased.accounts))).values(owner_id=None))
    theirs = Organisation.contact_mail == func.any(list(erased.addresses))
    run(tx, update(Organisation).where(theirs).values(contact_mail=""))
    if erased.words:
        named = mentions(Organisation.representative, erased.words)
        run(tx, update(Organisation).where(named).values(representative=""))
        run(tx, update(PlannedContact).where(mentions(PlannedContact.note, erased.words)).values(note=""))
