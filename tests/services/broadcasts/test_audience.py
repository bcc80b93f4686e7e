"""Whom a selection means."""

import pytest
from sqlalchemy import select

from core.actor import WHOLE, Actor, Reach
from core.i18n import using_language
from data.models.access import AccountStatus, PermissionSet, ReachKind
from data.models.people import Membership, PersonList, PersonListMember
from services.broadcasts import Selection, described, people_of
from tests.factories import give, make_account, make_department, make_person

SYSTEM = Actor.system("test")


@pytest.fixture
def chosen(tx, cast):
    """Return a function that says whom a selection means."""

    def choose(*, reach=WHOLE, actor=SYSTEM, **selection):
        return set(tx.execute(people_of(Selection(**selection), reach, actor)).scalars())

    return choose


class TestPeopleOf:
    def test_everybody_who_is_active(self, chosen, cast, tx):
        cast.far.retired_at = tx.now
        tx.session.flush()
        everybody = {cast.administrator.id, cast.manager.id, cast.crisis_manager.id, cast.staff.id}
        assert chosen(everybody=True) == everybody

    def test_nobody_when_nothing_is_chosen(self, chosen):
        assert chosen() == set()

    def test_a_department_means_all_below_and_side_memberships(self, chosen, cast, tx):
        tx.add(Membership(person_id=cast.far.id, department_id=cast.general_affairs.id, main=False))
        inside = {cast.administrator.id, cast.manager.id, cast.staff.id, cast.far.id}
        assert chosen(departments=[cast.head_office.id]) == inside
        assert chosen(departments=[cast.general_affairs.id]) == {cast.staff.id, cast.far.id}

    def test_a_department_whose_path_begins_alike_is_not_meant(self, chosen, tx):
        first = make_department(tx, "一")
        others = [make_department(tx, f"他{n}") for n in range(12)]
        people = [make_person(tx, department=department) for department in others]
        inside = make_person(tx, department=first)
        assert chosen(departments=[first.id]) == {inside.id}
        assert not {person.id for person in people} & chosen(departments=[first.id])

    def test_areas_mean_all_in_them(self, chosen, tx):
        chiyoda = make_person(tx, area="1310100")
        tokyo23 = make_person(tx, area="350")
        osaka = make_person(tx, area="2712800")
        assert chosen(areas=["13"]) == {chiyoda.id, tokyo23.id}
        assert chosen(areas=["350"]) == {chiyoda.id, tokyo23.id}
        assert chosen(areas=["1310100"]) == {chiyoda.id}
        assert chosen(areas=["13", "27"]) == {chiyoda.id, tokyo23.id, osaka.id}

    def test_roles_mean_their_holders_unless_stopped(self, chosen, cast, tx):
        holder, stopped = make_person(tx), make_person(tx)
        account = make_account(tx, stopped)
        account.status = AccountStatus.STOPPED
        give(tx, make_account(tx, holder), "manager", ReachKind.WHOLE)
        give(tx, account, "manager", ReachKind.WHOLE)
        set_id = manager_set(tx)
        assert chosen(roles=[set_id]) == {cast.manager.id, holder.id}

    def test_lists_and_single_people(self, chosen, cast, tx):
        first_aid = PersonList(name="応急手当")
        tx.add(first_aid)
        tx.add(PersonListMember(list_id=first_aid.id, person_id=cast.staff.id))
        assert chosen(lists=[first_aid.id]) == {cast.staff.id}
        assert chosen(people=[cast.far.id]) == {cast.far.id}

    def test_everything_named_is_joined_and_nobody_comes_twice(self, chosen, cast, tx):
        statement = people_of(
            Selection(departments=[cast.general_affairs.id], people=[cast.staff.id, cast.far.id]), WHOLE, SYSTEM
        )
        assert sorted(tx.execute(statement).scalars()) == sorted([cast.staff.id, cast.far.id])
        assert chosen(departments=[cast.branch.id], people=[cast.staff.id]) == {
            cast.crisis_manager.id, cast.far.id, cast.staff.id,
        }  # fmt: skip

    def test_the_reach_cuts_what_is_chosen(self, chosen, cast):
        branch = Reach(paths=frozenset({cast.branch.path}))
        assert chosen(everybody=True, reach=branch) == {cast.crisis_manager.id, cast.far.id}
        assert chosen(people=[cast.staff.id], reach=branch) == set()


class TestDescribed:
    def test_says_it_in_words(self, cast, tx):
        selection = Selection(departments=[cast.general_affairs.id], areas=["13"], people=[cast.far.id])
        with using_language("ja"):
            text = "\n".join(described(tx, selection))
        assert "本社 / 総務部" in text
        assert "東京都" in text
        assert "遠方 四郎" in text

    def test_a_long_choice_becomes_a_number(self, tx):
        people = [make_person(tx, given=f"{n}") for n in range(10)]
        with using_language("en"):
            (line,) = described(tx, Selection(people=[person.id for person in people]))
        assert line.endswith("and 2 more")


def manager_set(tx):
    """Return the id of the permission set of managers."""
    return tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
