"""What people are found by follows everything that is written, and finds whom it should."""

import random

import pytest
from sqlalchemy import delete, select, text, update

from core.actor import WHOLE
from core.text import sought
from data.models.people import Membership, Person, PersonRegion
from data.models.people_search import PersonSearch
from services.people import edit_department, search_people
from services.people.department_edit import EditedDepartment
from services.people.search import HasRegion, PeopleAsk, Whose, _list
from services.people.store import search_later, search_now, set_departments
from tests.factories import make_department, make_person
from tests.services.changes.stage import latest, undone
from tests.services.people.importing import FULL, csv_of

WRONG = text("""
    SELECT COALESCE(kept.person_id, person.id) FROM person FULL JOIN person_search kept ON kept.person_id = person.id
     WHERE (kept.regionless, kept.placeable, kept.sort_key, kept.words, kept.active, kept.within) IS DISTINCT FROM (
        NOT EXISTS (SELECT FROM person_region WHERE person_id = person.id),
        NOT EXISTS (SELECT FROM person_region WHERE person_id = person.id)
            AND person.postal_code || person.address <> '',
        person.sort_key, person.search_text, person.retired_at IS NULL, ARRAY(
            SELECT DISTINCT above.id FROM membership JOIN department own ON own.id = membership.department_id
              JOIN department above ON starts_with(own.path, above.path)
             WHERE membership.person_id = person.id ORDER BY 1))
""")


def wrong(tx):
    tx.session.flush()
    return list(tx.execute(WRONG).scalars())


def within(tx, person):
    tx.session.flush()
    return tx.scalar(select(PersonSearch.within).where(PersonSearch.person_id == person.id))


def regions(tx, person):
    tx.session.flush()
    kept = select(PersonSearch.regionless, PersonSearch.placeable).where(PersonSearch.person_id == person.id)
    return tuple(tx.execute(kept).one())


def names(tx, **ask):
    return [row.name for row in search_people(tx, PeopleAsk(**ask)).rows]


class TestKept:
    def test_a_person_is_added_renamed_retired_and_removed(self, tx, cast):
        person = make_person(tx, "森", "花子", cast.branch)
        assert wrong(tx) == []
        person.family_name, person.retired_at = "林", tx.now
        assert wrong(tx) == []
        tx.session.flush()
        tx.execute(delete(Person).where(Person.id == person.id))
        assert wrong(tx) == []

    def test_memberships_come_change_and_go(self, tx, cast):
        person = make_person(tx, "森", "花子", cast.general_affairs)
        assert within(tx, person) == sorted([cast.head_office.id, cast.general_affairs.id])
        tx.execute(
            update(Membership).where(Membership.person_id == person.id).values(department_id=cast.branch.id, main=False)
        )
        assert within(tx, person) == [cast.branch.id]
        set_departments(tx, {person.id: [cast.head_office.id, cast.branch.id]})
        assert wrong(tx) == []
        tx.execute(delete(Membership).where(Membership.person_id == person.id))
        assert (within(tx, person), wrong(tx)) == ([], [])

    def test_a_department_moves_with_its_people(self, administrator, tx, cast):
        deep = make_department(tx, "第一課", cast.general_affairs)
        person = make_person(tx, "森", "花子", deep)
        tx.session.flush()
        edit_department(
            administrator,
            EditedDepartment(id=cast.general_affairs.id, version=1, name="総務部", parent_id=cast.branch.id),
        )
        assert within(tx, person) == sorted([cast.branch.id, cast.general_affairs.id, deep.id])
        assert wrong(tx) == []

    def test_many_are_kept_once_at_the_end(self, tx, cast):
        search_later(tx)
        person = make_person(tx, "森", "花子", cast.general_affairs)
        tx.session.flush()
        assert wrong(tx) == [person.id]
        search_now(tx, [person.id])
        assert wrong(tx) == []
        set_departments(tx, {person.id: [cast.branch.id]})
        assert wrong(tx) == []

    def test_an_import_and_its_undo(self, tx, importer, administrator):
        importing = importer.start(csv_of(FULL, ("B2", "新人", "", "", "", "", "新設部")))
        importing.check(create=True)
        importing.apply()
        assert names(administrator, text="髙橋 ①") == ["髙橋 ①郎"]
        assert wrong(tx) == []
        undone(administrator, latest(administrator))
        assert wrong(tx) == []


TOWNS = ("1310100", "1310400")
LETTERS = "山田本中ヤマダ々髙ー1 "
SEED = 7


class TestRegions:
    def test_the_first_that_comes_and_the_last_that_goes_count(self, tx, cast):
        person = make_person(tx, "森", "花子", cast.branch)
        assert regions(tx, person) == (True, False)
        person.address = "東京都新宿区"
        assert (regions(tx, person), wrong(tx)) == ((True, True), [])
        for code in TOWNS:
            tx.add(PersonRegion(person_id=person.id, area_code=code))
            assert (regions(tx, person), wrong(tx)) == ((False, False), [])
        for code, left in zip(TOWNS, ((False, False), (True, True)), strict=True):
            tx.execute(delete(PersonRegion).where(PersonRegion.person_id == person.id, PersonRegion.area_code == code))
            assert (regions(tx, person), wrong(tx)) == (left, [])

    @pytest.mark.parametrize(("region", "index"), [(HasRegion.NONE, "regionless"), (HasRegion.ADDRESSED, "placeable")])
    def test_people_without_one_are_read_from_an_index_of_their_own(self, tx, cast, region, index):
        listed = _list(PeopleAsk(region=region), WHOLE, None, by_code=False).statement.order_by(PersonSearch.sort_key)
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        sql = str(listed.limit(50).compile(dialect=tx.session.bind.dialect, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(tx.execute(text(f"EXPLAIN {sql}")).scalars())
        assert f"ix_person_search_{index}" in plan, plan


class TestFinding:
    def test_finds_just_those_with_the_letters_whatever_the_word(self, administrator, tx, cast):
        dice = random.Random(SEED)
        people = {}
        for _at in range(60):
            family, given = ("".join(dice.choices(LETTERS, k=dice.randint(1, 4))).strip() or "山" for _part in "ab")
            person = make_person(tx, family, given)
            people[person.id] = f"{person.code} {family}{given} ".lower()
        tx.session.flush()
        for _at in range(80):
            word = "".join(dice.choices(LETTERS.strip(), k=dice.randint(1, 4)))
            expected = {key for key, said in people.items() if any(form in said for form in sought(word))}
            found = search_people(administrator, PeopleAsk(text=word, size=500)).rows
            assert {row.id for row in found} & people.keys() == expected, word

    @pytest.mark.parametrize("state", Whose)
    @pytest.mark.parametrize("words", ["", "森"])
    def test_pages_of_a_limited_reach_show_everybody_once(self, manager, tx, cast, words, state):
        for at in range(7):
            make_person(tx, "森", f"{at}", cast.general_affairs if at % 2 else cast.branch)
        tx.session.flush()
        everybody = names(manager, text=words, state=state)
        assert [name for name in everybody if name.startswith("森")] == (
            [] if state is Whose.RETIRED else ["森 1", "森 3", "森 5"]
        )
        shown, ask = [], PeopleAsk(text=words, state=state, size=2)
        while ask is not None:
            page = search_people(manager, ask)
            shown += [row.name for row in page.rows]
            assert page.count == len(everybody)
            ask = PeopleAsk(text=words, state=state, size=2, after=page.next) if page.next else None
        assert shown == everybody
        back = search_people(manager, PeopleAsk(text=words, state=state, sort="-code", size=500))
        assert sorted(row.name for row in back.rows) == sorted(everybody)
