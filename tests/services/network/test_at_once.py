"""Changing people while the contact network is being counted."""

from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.network import ContactStale
from data.models.people import Person
from services.network import settle
from services.people import retire_people
from services.people.retire import Several
from tests.factories import actor_of

SYSTEM = Actor.system("test")


@pytest.fixture
def counted(live_cast):
    """Somebody settles, and does not come to an end while the test runs."""
    begun, ended = Event(), Event()

    def work():
        with transaction(SYSTEM) as tx:
            settle(tx, 1)
            begun.set()
            ended.wait(30)

    one = Thread(target=work)
    one.start()
    begun.wait(10)
    yield ended
    ended.set()
    one.join()


def waiting():
    with transaction(SYSTEM) as tx:
        return tx.scalar(select(func.count()).select_from(ContactStale))


def test_nobody_waits_for_it_and_the_job_settles_what_was_changed(counted, live_cast):
    with transaction(SYSTEM) as tx:
        administrator = actor_of(tx, live_cast.administrator)
    with transaction(administrator) as tx:
        retire_people(tx, Several(person_ids=[live_cast.far.id]))
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(Person.retired_at).where(Person.id == live_cast.far.id)) is not None
    assert waiting()
    counted.set()
    run_waiting_jobs()
    assert not waiting()
