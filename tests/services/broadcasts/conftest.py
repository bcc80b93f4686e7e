"""The samples, and people who can be reached, for the tests of this room."""

import pytest

from services.broadcasts import seed_samples
from tests.services.broadcasts.asks import reachable


@pytest.fixture
def samples(tx):
    """The samples that are there from the first start."""
    seed_samples(tx)


@pytest.fixture
def with_mail(tx, cast):
    """Everybody of the cast has a mail address."""
    for person in (cast.administrator, cast.manager, cast.crisis_manager, cast.staff, cast.far):
        reachable(tx, person)
