"""Actors of this room's tests."""

import pytest

from core.actor import Actor, Reach, What
from tests.factories import actor_of
from tests.services.people.importing import Importer


@pytest.fixture
def administrator(acting, cast, tx):
    """The administrator's transaction."""
    return acting(actor_of(tx, cast.administrator))


@pytest.fixture
def manager(acting, cast, tx):
    """The transaction of the manager of 本社 and all below."""
    return acting(actor_of(tx, cast.manager))


@pytest.fixture
def staff(acting, cast, tx):
    """The transaction of somebody without any permission."""
    return acting(actor_of(tx, cast.staff))


@pytest.fixture
def importer(acting, cast):
    """Makes imports in the test's own session, over the cast."""
    return Importer(acting)


@pytest.fixture
def limited(acting, cast):
    """Return a maker of transactions of somebody who may do one process with 本社 and all below."""

    def make(*processes):
        reach = Reach(paths=frozenset({cast.head_office.path}))
        grants = {(process, what): reach for process in processes for what in What}
        return acting(Actor("限定", account_id=1, person_id=cast.manager.id, grants=grants))

    return make
