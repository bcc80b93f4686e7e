"""Actors of this room's tests."""

import pytest
from sqlalchemy import select

from core.actor import Actor, Reach, What
from data.models.access import Account
from tests.factories import actor_of


@pytest.fixture
def administrator(acting, cast, tx):
    """The administrator's transaction."""
    return acting(actor_of(tx, cast.administrator))


@pytest.fixture
def staff(acting, cast, tx):
    """The transaction of somebody without any permission."""
    return acting(actor_of(tx, cast.staff))


@pytest.fixture
def limited(acting, cast, tx):
    """Return a maker of transactions of somebody who may do some processes with 本社 and all below."""

    def make(*processes):
        reach = Reach(paths=frozenset({cast.head_office.path}))
        grants = {(process, what): reach for process in processes for what in What}
        return acting(Actor("限定", account_id=account_of(tx, cast.staff).id, person_id=cast.staff.id, grants=grants))

    return make


def account_of(tx, person):
    """Return a person's account as it stands in the database."""
    return tx.execute(
        select(Account).where(Account.person_id == person.id).execution_options(populate_existing=True)
    ).scalar_one()
