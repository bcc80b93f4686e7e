"""Erasing what the contact network keeps of people (個人情報の消去)."""

from sqlalchemy import delete, func

from core.traces import run
from core.transaction import Transaction, listens
from data.models.network import MissedInTest, SharedNumber
from services.events import PeopleErased


@listens(PeopleErased)
def erase_standing(tx: Transaction, erased: PeopleErased) -> None:
    """Forget how these people could be reached, and of the numbers that they had that they were shared.

    What was found of their numbers goes with the contact points, and what holds for them when the change is settled;
    if others still have a number, somebody has to say again that it is shared.
    """
    run(tx, delete(MissedInTest).where(MissedInTest.person_id == func.any(list(erased.ids))))
    numbers = [one.lower() for one in erased.addresses]
    run(tx, delete(SharedNumber).where(SharedNumber.value == func.any(numbers)))
