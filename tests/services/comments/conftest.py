"""The samples, for broadcasts that are commented."""

import pytest

from services.broadcasts import seed_samples


@pytest.fixture
def samples(tx):
    """The samples that are there from the first start."""
    seed_samples(tx)
