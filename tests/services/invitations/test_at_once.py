"""Somebody accepts an invitation at the very moment at which the office enters the same person or account."""

import threading

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.errors import Refused
from data.models.access import Account, ReachKind
from data.models.people import ContactPoint
from services.access import actor_for
from services.access.account_changes import NewAccount, open_account
from services.invitations import NewInvitations, invite_members
from services.people import add_person
from services.people.fields import PersonFields
from tests.factories import account_of, make_person
from tests.services.invitations.test_invitations import accept, sent
from tests.waiting import until_somebody_waits

ADDRESS = "new@example.jp"
SYSTEM = Actor.system("test")


def opens(tx, person_id):
    """Open the account of somebody who was invited."""
    open_account(tx, NewAccount(person_id=person_id, login="by.hand"))


def adds(tx, _person_id):
    """Add somebody with the address."""
    add_person(tx, PersonFields(code="H1", family_name="手入", mail1=ADDRESS))


@pytest.mark.parametrize("by_hand", [opens, adds])
def test_who_comes_second_is_told_so(live_cast, by_hand):
    with transaction(SYSTEM) as tx:
        person = make_person(tx, "在籍", mail=ADDRESS) if by_hand is opens else None
        inviter = actor_for(tx, account_of(tx, live_cast.administrator).id)
        invite_members(tx.by(inviter), NewInvitations(addresses=[ADDRESS], reach=ReachKind.WHOLE))
        token = sent(tx)
    results = []

    def go():
        try:
            with transaction(Actor.system("join")) as mine:
                results.append(accept(mine, token))
        except Exception as error:  # noqa: BLE001 - looked at below
            results.append(error)

    accepting = threading.Thread(target=go)
    with transaction(SYSTEM) as tx:
        by_hand(tx, person.id if person else None)
        accepting.start()
        until_somebody_waits(tx)
    accepting.join()
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(func.count()).where(ContactPoint.value == ADDRESS)) == 1
        owner = tx.scalar(select(ContactPoint.person_id).where(ContactPoint.value == ADDRESS))
        assert tx.scalar(select(func.count()).where(Account.person_id == owner)) == 1
    if by_hand is opens:
        assert isinstance(results[0], Refused)
