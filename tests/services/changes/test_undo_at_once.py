"""Undoing with jobs and with two people at once, in a database of the test's own."""

import threading

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.errors import Conflict, Refused, RenrakuError
from core.jobs import run_waiting_jobs
from data.models.access import Account, AccountStatus
from data.models.changes import ChangeSet, UndoState
from data.models.people import ImportState, Person
from services.access import actor_for
from services.changes import prepare_undo, show_undo, steps, undo
from services.changes.search import WhichSet
from services.changes.steps import Decision, WhichUndo
from services.people import edit_person
from tests.factories import account_of, make_cast
from tests.services.changes.stage import latest
from tests.services.people.asks import editable
from tests.services.people.importing import Importing, csv_of

SYSTEM = Actor.system("test")
FILE = csv_of(*((f"A{at}", "姓", "", "", "", "", "本社") for at in range(30)))


@pytest.fixture
def administrator(live):
    """The administrator of the cast, committed."""
    with transaction(SYSTEM) as tx:
        cast = make_cast(tx)
        return actor_for(tx, account_of(tx, cast.administrator).id)


@pytest.fixture
def imported(administrator):
    """The change-set of an import of thirty people by the administrator."""
    importing = Importing(FILE, administrator)
    importing.check()
    assert importing.apply().state is ImportState.APPLIED
    with transaction(SYSTEM) as tx:
        return latest(tx).id


@pytest.fixture
def large(monkeypatch):
    """Let everything be large enough for a job."""
    monkeypatch.setattr(steps, "SMALL", 10)


def people():
    """Count the people of the import."""
    with transaction(SYSTEM) as tx:
        return tx.scalar(select(func.count()).select_from(Person).where(Person.code.startswith("A")))


def look(actor, set_id):
    """Begin an undo and let it be looked at."""
    with transaction(actor) as tx:
        begun = prepare_undo(tx, WhichSet(id=set_id))
    run_waiting_jobs()
    return shown(actor, begun.id)


def shown(actor, undo_id):
    """Return where an undo stands."""
    with transaction(actor) as tx:
        return show_undo(tx, WhichUndo(id=undo_id))


def do(actor, undo_id, *, overwrite=False):
    """Decide for an undo."""
    with transaction(actor) as tx:
        return undo(tx, Decision(id=undo_id, overwrite=overwrite))


@pytest.mark.usefixtures("large")
class TestJob:
    def test_looks_and_undoes(self, administrator, imported):
        looked = look(administrator, imported)
        assert (looked.state, looked.counts) == ("checked", {"free": 30, "touched": 0, "blocked": 0})
        assert do(administrator, looked.id).state is UndoState.UNDOING
        with pytest.raises(Refused), transaction(administrator) as tx:
            undo(tx, Decision(id=looked.id))
        run_waiting_jobs()
        assert (shown(administrator, looked.id).state, people()) == ("undone", 0)

    def test_what_changed_meanwhile_fails_it_and_nothing_is_half_done(self, administrator, imported):
        looked = look(administrator, imported)
        do(administrator, looked.id)
        with transaction(administrator) as tx:
            person = tx.execute(select(Person).where(Person.code == "A1")).scalar_one()
            edit_person(tx, editable(tx, person, family_name="変"))
        run_waiting_jobs()
        failed = shown(administrator, looked.id)
        assert (failed.state, bool(failed.message), people()) == ("failed", True, 30)
        assert look(administrator, imported).counts["touched"] == 1

    def test_the_permissions_of_that_moment_count(self, administrator, imported):
        looked = look(administrator, imported)
        do(administrator, looked.id)
        with transaction(SYSTEM) as tx:
            tx.get(Account, administrator.account_id).status = AccountStatus.STOPPED
        run_waiting_jobs()
        assert (shown(administrator, looked.id).state, people()) == ("failed", 30)


def test_of_two_at_once_one_is_refused(administrator, imported):
    looked = [look(administrator, imported).id for _person in range(2)]
    results, together = [], threading.Barrier(2)

    def go(undo_id):
        together.wait()
        try:
            results.append(do(administrator, undo_id).state)
        except RenrakuError as error:
            results.append(type(error))

    threads = [threading.Thread(target=go, args=(undo_id,)) for undo_id in looked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) in ([Refused, "undone"], [Conflict, "undone"])
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(func.count()).select_from(ChangeSet).where(ChangeSet.undoes_id == imported)) == 1
    assert people() == 0
