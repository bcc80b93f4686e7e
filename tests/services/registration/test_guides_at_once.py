"""Two of the office guide the same people at the same moment: nobody gets a link that is void when it arrives."""

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from data.models.people import ContactPoint
from data.models.registration_guides import RegistrationGuide
from services.registration import Mails, Prints, guide, print_guides
from tests.factories import actor_of
from tests.services.at_once import two_at_once

SYSTEM = Actor.system("test")


@pytest.mark.parametrize(
    ("do", "people"),
    [
        (lambda tx: guide(tx, Mails(again=True)), 1),
        (lambda tx: print_guides(tx, Prints(everybody=True)), 5),
    ],
    ids=["mail", "print"],
)
def test_each_is_guided_once(live_cast, do, people):
    with transaction(SYSTEM) as tx:
        tx.add(ContactPoint(person_id=live_cast.staff.id, kind="mail", value="staff@example.jp"))
        administrator = actor_of(tx, live_cast.administrator)
    two_at_once(administrator, do)
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(func.count()).select_from(RegistrationGuide)) == people
