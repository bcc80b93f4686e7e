"""Who may do more than the actor, of any number of people."""

from sqlalchemy import insert, select

from core.actor import WHOLE, Actor, Reach, What
from data.models.access import PermissionAssignment, PermissionGrant, ReachKind
from data.models.people import Person
from services.access import actor_for, grants_of, stop_account
from services.access.within import account_within, more_powerful
from tests.factories import account_of, give, give_reading, make_account, make_person
from tests.statements import statements


def of(*people):
    """Return the condition that holds for these people."""
    return [Person.id.in_([one.id for one in people])]


def test_each_part_of_what_somebody_may_counts_and_how_far_it_goes(tx, acting, cast):
    reads, nobody, both = (make_person(tx, department=cast.general_affairs) for _ in range(3))
    give_reading(tx, make_account(tx, reads), "people.search")
    account = make_account(tx, both)
    give(tx, account, "manager", ReachKind.DEPARTMENT, cast.general_affairs)
    give(tx, account, "manager", ReachKind.DEPARTMENT, cast.branch)
    crowd = of(reads, nobody, both, cast.manager, cast.administrator)

    def beyond(actor):
        return set(more_powerful(acting(actor), *crowd))

    more = {both.id, cast.manager.id, cast.administrator.id}
    assert beyond(Actor("読む", grants={("people.search", What.READ): WHOLE})) == more
    near = Reach(paths=frozenset({cast.head_office.path}))
    pairs = list(grants_of(tx, account_of(tx, cast.manager).id))
    assert beyond(Actor("本社", grants=dict.fromkeys(pairs, near))) == {reads.id, both.id, cast.administrator.id}
    assert beyond(Actor("全体", grants=dict.fromkeys(pairs, WHOLE))) == {cast.administrator.id}
    assert beyond(Actor.system("test")) == set()


def test_what_an_earlier_version_granted_and_is_no_more_makes_nobody_stronger(tx, acting, cast):
    held = select(PermissionAssignment.set_id).where(PermissionAssignment.account_id == account_of(tx, cast.manager).id)
    tx.execute(insert(PermissionGrant).values(set_id=held.scalar_subquery(), process="people.was_once", what=What.DO))
    administrator = acting(actor_for(tx, account_of(tx, cast.administrator).id))
    assert more_powerful(administrator, *of(cast.manager)) == []
    assert account_within(administrator, stop_account, account_of(tx, cast.manager).id)


def test_takes_no_longer_for_many_accounts_than_for_one(tx, acting, cast):
    people = [make_person(tx, department=cast.general_affairs) for _ in range(12)]
    for one in people:
        give(tx, make_account(tx, one), "manager", ReachKind.DEPARTMENT, cast.general_affairs)
    narrow = acting(Actor("なし"))
    with statements() as sent:
        assert sorted(more_powerful(narrow, *of(*people))) == sorted(one.id for one in people)
    assert len(sent) <= 4
