"""Somebody who may do everything can always sign in: whatever would take the last one away is refused (D05)."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.errors import NotFound, Refused
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import ImportKind, Person
from services.access import (
    DeletedSet,
    EditedSet,
    NewAssignment,
    WhichAccount,
    WhichAssignment,
    assign,
    delete_set,
    edit_set,
    is_living,
    start_session,
    stop_account,
    unassign,
)
from services.access.tokens import hash_of
from services.people import bulk_retire, reinstate_people, retire_people
from services.people.bulk.asks import Chosen
from services.people.retire import Several
from services.privacy.people import tell_erased
from tests.factories import account_of, give
from tests.services.changes.stage import latest, undone
from tests.services.people.conftest import importer  # noqa: F401 - a fixture
from tests.services.people.importing import SYSTEM, csv_of

LAST = "last system administrator"


def of_administrator(tx, person):
    """Return what makes somebody a system administrator."""
    found = select(PermissionAssignment.id).join(PermissionSet).where(PermissionSet.shipped == "administrator")
    return WhichAssignment(id=tx.scalar(found.where(PermissionAssignment.account_id == account_of(tx, person).id)))


def administrators(tx):
    """Count who may do everything and can sign in."""
    found = select(func.count()).select_from(PermissionAssignment).join(PermissionSet).join(Account)
    return tx.scalar(found.where(PermissionSet.shipped == "administrator", Account.status == AccountStatus.ACTIVE))


def used(tx, person):
    """Return somebody's account as after a first sign-in."""
    account = account_of(tx, person)
    account.status, account.signed_in_at = AccountStatus.ACTIVE, tx.now
    tx.session.flush()
    return account


def stopping(tx, person):
    """Stop the account."""
    stop_account(tx, WhichAccount(id=account_of(tx, person).id))


def unassigning(tx, person):
    """Take the set away."""
    unassign(tx, of_administrator(tx, person))


def retiring(tx, person):
    """Retire the person."""
    retire_people(tx, Several(person_ids=[person.id]))


def retiring_many(tx, person):
    """Retire many, the person among them."""
    bulk_retire(tx, Chosen(person_ids=[person.id], expected=1))


def erasing(tx, person):
    """Erase the person."""
    tell_erased(tx, [person.id], search=False)


def moving_elsewhere(tx, person):
    """Let the set reach less, instead of taking it away."""
    ask = of_administrator(tx, person)
    given = tx.get(PermissionAssignment, ask.id)
    unassign(tx, ask)
    assign(tx, NewAssignment(account_id=given.account_id, set_id=given.set_id, reach=ReachKind.SELF))


def emptying_the_set(tx, person):
    """Give the set grants of its own, as if it were any other."""
    given = tx.get(PermissionSet, tx.get(PermissionAssignment, of_administrator(tx, person).id).set_id)
    edit_set(tx, EditedSet(id=given.id, version=given.version, name="元管理者", grants=["people.search:read"]))


def deleting_the_set(tx, person):
    """Delete the set."""
    given = tx.get(PermissionSet, tx.get(PermissionAssignment, of_administrator(tx, person).id).set_id)
    delete_set(tx, DeletedSet(id=given.id, version=given.version, accounts=1))


PATHS = (
    stopping, unassigning, retiring, retiring_many, erasing, moving_elsewhere, emptying_the_set, deleting_the_set,
)  # fmt: skip


class TestOneByOne:
    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
    def test_the_last_one_stays(self, tx, cast, path):
        with pytest.raises(Refused), tx.session.begin_nested():
            path(tx, cast.administrator)
        tx.session.expire_all()
        assert administrators(tx) == 1

    @pytest.mark.parametrize("path", PATHS[:5], ids=lambda path: path.__name__)
    def test_with_another_one_the_first_may_go(self, tx, cast, path):
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        path(tx, cast.administrator)
        assert administrators(tx) == 1

    def test_undoing_a_return_is_refused_if_it_is_the_last_one_by_now(self, tx, cast):
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        retiring(tx, cast.staff)
        reinstate_people(tx, Several(person_ids=[cast.staff.id]))
        back = latest(tx)
        used(tx, cast.staff)
        unassigning(tx, cast.administrator)
        with pytest.raises(Refused, match=LAST), tx.session.begin_nested():
            undone(tx, back)
        assert administrators(tx) == 1

    def test_nor_does_undoing_the_file_that_brought_them(self, importer, tx, cast):  # noqa: F811
        importer.all_of(csv_of(("N1", "新人", "newcomer"), header=("社員番号", "姓", "ログインID")))
        came = latest(tx)
        newcomer = tx.scalar(select(Person).where(Person.code == "N1"))
        give(tx, used(tx, newcomer), "administrator", ReachKind.WHOLE)
        unassigning(tx, cast.administrator)
        with pytest.raises(Refused, match=LAST), tx.session.begin_nested():
            undone(tx, came, overwrite=True)
        assert administrators(tx) == 1

    def test_a_file_of_permission_sets_leaves_them_alone(self, importer, tx, cast):  # noqa: F811
        give(tx, account_of(tx, cast.administrator), "manager", ReachKind.WHOLE)
        content = csv_of((cast.administrator.code, ""), header=("社員番号", "権限セット"))
        importer.all_of(content, kind=ImportKind.ROLES)
        assert administrators(tx) == 1


class TestTwoAtTheSameTime:
    @pytest.mark.parametrize("second", [stopping, unassigning, retiring], ids=lambda path: path.__name__)
    def test_two_that_would_each_count_on_the_other(self, live_cast, second):
        with transaction(SYSTEM) as tx:
            give(tx, account_of(tx, live_cast.staff), "administrator", ReachKind.WHOLE)
        with ThreadPoolExecutor(1) as pool:
            with transaction(SYSTEM) as tx:
                stopping(tx, live_cast.administrator)
                other = pool.submit(committed, second, live_cast.staff)
                assert not wait([other], timeout=0.3).done, "it should wait for the first one"
            with pytest.raises(Refused, match=LAST):
                other.result(timeout=10)
        with transaction(SYSTEM) as tx:
            assert administrators(tx) == 1

    def test_of_two_that_take_the_same_away_the_second_is_told_so(self, live_cast):
        with transaction(SYSTEM) as tx:
            give(tx, account_of(tx, live_cast.staff), "administrator", ReachKind.WHOLE)
            which = of_administrator(tx, live_cast.staff)
        with ThreadPoolExecutor(1) as pool:
            with transaction(SYSTEM) as tx:
                unassign(tx, which)
                other = pool.submit(committed, unassign, which)
                assert not wait([other], timeout=0.3).done, "it should wait for the first one"
            with pytest.raises(NotFound):
                other.result(timeout=10)


class TestSignedIn:
    def test_who_is_retired_by_hand_or_by_an_undone_file_is_out_at_once(self, importer, tx, cast):  # noqa: F811
        importer.all_of(csv_of(("N1", "新人", "newcomer"), header=("社員番号", "姓", "ログインID")))
        came, newcomer = latest(tx), tx.scalar(select(Person).where(Person.code == "N1"))
        used(tx, newcomer)
        sessions = [hash_of(start_session(tx, account_of(tx, one).id)) for one in (newcomer, cast.staff)]
        assert all(is_living(tx, one) for one in sessions)
        undone(tx, came, overwrite=True)
        retiring(tx, cast.staff)
        assert not any(is_living(tx, one) for one in sessions)
        assert {account_of(tx, one).status for one in (newcomer, cast.staff)} == {AccountStatus.STOPPED}


def committed(path, person):
    """Do it in a transaction of its own."""
    with transaction(Actor.system("test")) as tx:
        path(tx, person)
