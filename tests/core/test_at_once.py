"""Two at once: whoever comes second is told so, and nothing of it is a fault."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.actor import Actor
from core.database import transaction
from core.errors import Conflict, Unavailable
from services.access import EditedSet, edit_set, list_sets
from services.access.account_changes import NewAccount, open_account
from services.directory import NewConnection, SourceKind, add_connection
from tests.factories import make_person
from tests.waiting import until_somebody_waits

SYSTEM = Actor.system("test")
SETTINGS = {"subdomain": "acme", "token": "t"}


def makes_a_set(tx, _person):
    """Make a permission set."""
    edit_set(tx, EditedSet(name="窓口"))


def adds_a_connection(tx, _person):
    """Add a directory connection."""
    add_connection(tx, NewConnection(name="人事", kind=SourceKind.SMARTHR, settings=SETTINGS))


def opens_an_account(tx, person):
    """Open an account with a login name."""
    open_account(tx, NewAccount(person_id=person, login="same"))


@pytest.mark.parametrize("doing", [makes_a_set, adds_a_connection, opens_an_account])
def test_of_two_who_take_the_same_the_second_is_told_so(live, doing):
    with transaction(SYSTEM) as tx:
        people = [make_person(tx, f"人{at}").id for at in range(2)]
    with ThreadPoolExecutor(1) as pool:
        with transaction(SYSTEM) as tx:
            doing(tx, people[0])
            other = pool.submit(committed, doing, people[1])
            until_somebody_waits(tx)
        with pytest.raises(Conflict, match="very moment"):
            other.result(timeout=10)


def test_who_would_wait_for_long_is_asked_to_try_again(live, monkeypatch):
    with transaction(SYSTEM) as tx:
        made = edit_set(tx, EditedSet(name="窓口"))
    edit = EditedSet(id=made.id, version=made.version, name="受付")

    def hurried(tx, _person):
        tx.session.connection().exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        edit_set(tx, edit)

    with ThreadPoolExecutor(1) as pool, transaction(SYSTEM) as tx:
        edit_set(tx, edit)
        with pytest.raises(Unavailable, match="Try again"):
            pool.submit(committed, hurried, 0).result(timeout=10)
    with transaction(SYSTEM) as tx:
        assert [row.name for row in list_sets(tx, list_sets.asks()) if row.id == made.id] == ["受付"]


def committed(doing, person):
    """Do it in a transaction of its own."""
    with transaction(SYSTEM) as tx:
        doing(tx, person)
