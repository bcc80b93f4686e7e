"""Actors of this room's tests, and people who can be reached."""

import pytest

from services.broadcasts import seed_samples
from tests.factories import actor_of
from tests.services.broadcasts.asks import reachable


@pytest.fixture
def administrator(acting, cast, tx):
    """The administrator's transaction."""
    return acting(actor_of(tx, cast.administrator))


@pytest.fixture
def manager(acting, cast, tx):
    """The transaction of the manager of 本社 and all below."""
    return acting(actor_of(tx, cast.manager))


@pytest.fixture
def crisis_manager(acting, cast, tx):
    """The transaction of the crisis manager of 支社."""
    return acting(actor_of(tx, cast.crisis_manager))


@pytest.fixture
def staff(acting, cast, tx):
    """The transaction of somebody without any permission."""
    return acting(actor_of(tx, cast.staff))


@pytest.fixture
def samples(tx):
    """The samples that are there from the first start."""
    seed_samples(tx)


@pytest.fixture
def with_mail(tx, cast):
    """Everybody of the cast has a mail address."""
    for person in (cast.administrator, cast.manager, cast.crisis_manager, cast.staff, cast.far):
        reachable(tx, person)
