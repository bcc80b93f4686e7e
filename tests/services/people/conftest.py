"""Imports for the tests of this room."""

import pytest

from tests.services.people.importing import Importer


@pytest.fixture
def importer(acting, cast):
    """Makes imports in the test's own session, over the cast."""
    return Importer(acting)
