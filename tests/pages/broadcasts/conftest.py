"""Broadcasts for the pages of this room, stored in the test's own database."""

import pytest

from core.actor import Actor
from core.database import transaction
from services import broadcasts
from tests.factories import actor_of
from tests.services.broadcasts import asks


@pytest.fixture
def people(stage):
    """The cast with a mail address each, but for 遠方 四郎, and the samples."""
    with transaction(Actor.system("test")) as tx:
        broadcasts.seed_samples(tx)
        for person in (stage.administrator, stage.manager, stage.crisis_manager, stage.staff):
            asks.reachable(tx, person)
    return stage


@pytest.fixture
def prepare(people):
    """Return a way to bring a broadcast into a state: ``prepare(asks.sent, people.manager, title=…)``."""

    def prepared(bring, person=None, **values):
        with transaction(Actor.system("test")) as tx:
            actor = actor_of(tx, person or people.administrator)
        with transaction(actor) as tx:
            form = asks.form_named(tx, "安否確認")
            return bring(tx, form_id=form.id, **values)

    return prepared


@pytest.fixture
def stored():
    """Return a way to look into the database: ``stored(asks.state_of, row.id)``."""

    def look(function, *arguments):
        with transaction(Actor.system("test")) as tx:
            return function(tx, *arguments)

    return look
