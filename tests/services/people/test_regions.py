"""Regions of people: changing them, own ones, the rule, the tree with its counts, taking them from addresses (D06)."""

import random

import pytest
from sqlalchemy import func, insert, select, update

from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing, WrongValue
from core.jobs import run_waiting_jobs
from core.progress import Work, WorkState
from data.models.areas import RegionTotal
from data.models.people import Person, PersonRegion, RegionLabel
from services.people import (
    change_own_regions,
    change_regions,
    edit_person,
    list_regions,
    own_regions,
    preview_home_regions,
    region_rule,
    regions_of,
    search_people,
    set_region_rule,
    take_home_regions,
)
from services.people.bulk.homes import LOOKED_AT, HomeRegions
from services.people.imports.regions import find_region
from services.people.regions import tree
from services.people.regions.of_person import MOST_OWN, ChangedRegions, OwnRegions, RegionPut, WhoseRegions
from services.people.regions.rule import RegionRules
from services.people.regions.tree import RegionsAsk
from services.people.search import HasRegion, PeopleAsk
from tests.factories import make_person
from tests.services.changes.stage import latest, state, undone
from tests.services.people.asks import editable
from tests.statements import statements

CHIYODA, TSURUMI, FUCHU, FUCHU_WEST = "1310100", "1410100", "1320600", "3420800"
SEED = 20261125


def put(*codes, label=None):
    """Return regions to be added."""
    return [RegionPut(area_code=code, label=label) for code in codes]


def held(tx, person):
    """Return the regions of somebody: why, and whether they added it."""
    tx.session.expire_all()
    rows = tx.execute(select(PersonRegion).where(PersonRegion.person_id == person.id)).scalars()
    return {row.area_code: (row.label, row.own) for row in rows}


def allow(administrator):
    """Let people add their own regions."""
    standing = region_rule(administrator, Nothing())
    set_region_rule(administrator, RegionRules(people_may_add=True, version=standing.version))


def live_at(tx, person, address, postal_code=""):
    """Give somebody an address."""
    tx.execute(update(Person).where(Person.id == person.id).values(address=address, postal_code=postal_code))
    tx.session.expire_all()


class TestChange:
    """By the office."""

    def test_adds_labels_takes_away_and_goes_back(self, administrator, tx, cast):
        before = state(administrator)
        ask = ChangedRegions(person_id=cast.staff.id, put=put(CHIYODA, TSURUMI, label=RegionLabel.HOME))
        shown = change_regions(administrator, ask)
        assert [(row.name, row.label, bool(row.warned)) for row in shown.rows] == [
            ("東京都千代田区", RegionLabel.HOME, False), ("神奈川県横浜市鶴見区", RegionLabel.HOME, True),
        ]  # fmt: skip
        assert "横浜市北部" in shown.rows[1].warned
        first = latest(administrator)
        change_regions(
            administrator,
            ChangedRegions(person_id=cast.staff.id, put=put(CHIYODA, label=RegionLabel.WORK), remove=[TSURUMI]),
        )
        assert held(tx, cast.staff) == {CHIYODA: (RegionLabel.WORK, False)}
        undone(administrator, latest(administrator))
        assert held(tx, cast.staff) == {CHIYODA: (RegionLabel.HOME, False), TSURUMI: (RegionLabel.HOME, False)}
        undone(administrator, first)
        assert state(administrator) == before
        assert tx.scalar(select(AuditRecord.subject).where(AuditRecord.process == "people.change_regions"))

    def test_reaches_only_people_within(self, manager, tx, cast):
        change_regions(manager, ChangedRegions(person_id=cast.staff.id, put=put(CHIYODA)))
        assert held(tx, cast.staff) == {CHIYODA: (None, False)}
        for process, ask in (
            (change_regions, ChangedRegions(person_id=cast.far.id, put=put(CHIYODA))),
            (regions_of, WhoseRegions(person_id=cast.far.id)),
        ):
            with pytest.raises(NotFound):
                process(manager, ask)

    def test_refuses_what_does_not_exist_and_too_many(self, administrator, cast):
        with pytest.raises(Invalid):
            change_regions(administrator, ChangedRegions(person_id=cast.staff.id, put=put("9999999")))
        some = list(tree.areas.municipalities())[:51]
        change_regions(administrator, ChangedRegions(person_id=cast.staff.id, put=put(*some[:50])))
        with pytest.raises(Refused):
            change_regions(administrator, ChangedRegions(person_id=cast.staff.id, put=put(some[50])))

    def test_offers_the_region_of_the_address_until_it_is_there(self, administrator, tx, cast):
        live_at(tx, cast.staff, "府中市宮西町2-24")
        asked = WhoseRegions(person_id=cast.staff.id)
        home = regions_of(administrator, asked).at_home
        assert (home.sure, [one.value for one in home.found]) == (True, [FUCHU])
        live_at(tx, cast.staff, "府中市")
        home = regions_of(administrator, asked).at_home
        assert (home.sure, [one.value for one in home.found]) == (False, [FUCHU, FUCHU_WEST])
        change_regions(administrator, ChangedRegions(person_id=cast.staff.id, put=put(FUCHU)))
        assert regions_of(administrator, asked).at_home.found == []

    def test_a_form_that_keeps_a_region_keeps_why_and_whose_it_is(self, administrator, staff, tx, cast):
        allow(administrator)
        change_own_regions(staff, OwnRegions(put=put(TSURUMI, label=RegionLabel.FAMILY)))
        edit_person(administrator, editable(administrator, cast.staff, area_codes=[TSURUMI, CHIYODA]))
        assert held(tx, cast.staff) == {TSURUMI: (RegionLabel.FAMILY, True), CHIYODA: (None, False)}
        edit_person(administrator, editable(administrator, cast.staff, area_codes=[CHIYODA]))
        assert held(tx, cast.staff) == {CHIYODA: (None, False)}
        undone(administrator, latest(administrator))
        assert held(tx, cast.staff)[TSURUMI] == (RegionLabel.FAMILY, True)


class TestOwn:
    """By the person, where that is allowed."""

    def test_is_refused_until_somebody_allows_it(self, administrator, staff):
        assert own_regions(staff, Nothing()).may_change is False
        with pytest.raises(Refused):
            change_own_regions(staff, OwnRegions(put=put(CHIYODA)))
        allow(administrator)
        assert own_regions(staff, Nothing()).may_change is True

    def test_what_the_office_set_stays(self, administrator, staff, tx, cast):
        allow(administrator)
        change_regions(administrator, ChangedRegions(person_id=cast.staff.id, put=put(CHIYODA)))
        shown = change_own_regions(staff, OwnRegions(put=put(TSURUMI, label=RegionLabel.FAMILY)))
        assert [(row.code, row.own) for row in shown.rows] == [(CHIYODA, False), (TSURUMI, True)]
        for ask in (OwnRegions(remove=[CHIYODA]), OwnRegions(put=put(CHIYODA, label=RegionLabel.HOME))):
            with pytest.raises(Refused):
                change_own_regions(staff, ask)
        change_own_regions(staff, OwnRegions(remove=[TSURUMI]))
        assert held(tx, cast.staff) == {CHIYODA: (None, False)}

    def test_has_a_limit(self, administrator, staff, tx, cast):
        allow(administrator)
        some = list(tree.areas.municipalities())[: MOST_OWN + 1]
        with pytest.raises(Refused):
            change_own_regions(staff, OwnRegions(put=put(*some)))
        change_own_regions(staff, OwnRegions(put=put(*some[1:])))
        change_own_regions(staff, OwnRegions(put=put(some[0]), remove=[some[1]]))
        assert len(held(tx, cast.staff)) == MOST_OWN
        found = search_people(administrator, PeopleAsk(region=HasRegion.OWN)).rows
        assert [row.id for row in found] == [cast.staff.id]

    def test_the_rule_is_changed_by_one_at_a_time(self, administrator):
        set_region_rule(administrator, RegionRules(people_may_add=True, version=0))
        with pytest.raises(Conflict):
            set_region_rule(administrator, RegionRules(people_may_add=False, version=0))


class TestTree:
    """All regions, with the people within reach."""

    def counts(self, tx, **asked):
        return {row.code: row.people for row in list_regions(tx, RegionsAsk(size=100, **asked)).rows}

    def test_counts_each_person_once_at_every_level(self, administrator, manager, tx, cast, monkeypatch):
        for person, code in ((cast.staff, FUCHU), (cast.staff, CHIYODA), (cast.staff, "13"), (cast.far, FUCHU)):
            tx.add(PersonRegion(person_id=person.id, area_code=code))
        make_person(tx, "退職", area=FUCHU).retired_at = tx.now
        tx.session.flush()
        expected = {"13": 2, "350": 2, CHIYODA: 1, FUCHU: 2}
        expected["350"] = 1
        expected[tree.areas.municipalities()[FUCHU].area] = 2
        assert self.counts(administrator, prefecture=13, with_people=True) == expected
        assert self.counts(manager, prefecture=13, with_people=True) == dict.fromkeys(expected, 1)
        assert len(self.counts(administrator)) == 47
        with statements() as asked:
            self.counts(manager, with_people=True)
        assert len([one for one in asked if "person_region" in one]) == 1, "everybody is counted once a page"
        monkeypatch.setattr(tree, "LARGE", 1)
        assert set(self.counts(administrator, prefecture=13).values()) == {None}
        tree.keep_totals(tx)
        tree.keep_totals(tx)
        assert self.counts(administrator, prefecture=13, with_people=True) == expected
        assert tx.scalar(select(func.count()).select_from(RegionTotal)) == len(expected)

    def test_counts_for_a_part_as_for_everybody(self, administrator, manager, tx, cast):
        dice = random.Random(SEED)
        codes = [row.code for row in tree.areas.rows() if row.code.startswith(("13", "14", "350", "360"))]
        for _at in range(40):
            person = make_person(tx, department=dice.choice([cast.head_office, cast.general_affairs]))
            for code in dice.sample(codes, dice.choice([0, 1, 1, 2, 3])):
                tx.add(PersonRegion(person_id=person.id, area_code=code))
            person.retired_at = dice.choice([None, None, None, tx.now])
        tx.session.flush()
        for prefecture in (13, 14):
            everybody = self.counts(administrator, prefecture=prefecture, with_people=True)
            assert len(everybody) > 10
            assert self.counts(manager, prefecture=prefecture, with_people=True) == everybody, SEED

    def test_lies_in_the_order_of_the_tree_and_names_other_units(self, administrator):
        rows = list_regions(administrator, RegionsAsk(prefecture=14, size=100)).rows
        assert [(row.code, row.depth) for row in rows[:3]] == [("14", 0), ("360", 1), (TSURUMI, 2)]
        assert rows[2].units == ["横浜市北部"]
        found = list_regions(administrator, RegionsAsk(text="府中市")).rows
        assert [row.code for row in found] == [FUCHU, FUCHU_WEST]
        assert list_regions(administrator, RegionsAsk(text="どこにもない")).rows == []


class TestFromAddresses:
    """Many at once."""

    def all_with_address(self, **more):
        return HomeRegions(found=PeopleAsk(region=HasRegion.ADDRESSED), **more)

    def test_takes_what_is_sure_asks_for_the_rest_and_goes_back(self, administrator, tx, cast):
        live_at(tx, cast.staff, "東京都府中市宮西町2-24")
        live_at(tx, cast.far, "府中市")
        live_at(tx, cast.manager, "火星")
        live_at(tx, cast.crisis_manager, "", "1830055")
        tx.add(PersonRegion(person_id=cast.crisis_manager.id, area_code="13"))
        before = state(administrator)
        found = preview_home_regions(administrator, self.all_with_address())
        assert (found.people, found.sure, found.open, found.not_found) == (3, 1, 1, 1)
        assert [one.region for one in found.sure_ones] == ["東京都府中市"]
        assert [[region.value for region in one.found] for one in found.open_ones] == [[FUCHU, FUCHU_WEST]]
        everybody = HomeRegions(found=PeopleAsk())
        assert preview_home_regions(administrator, everybody).there == 1
        for chosen, expected in (({cast.far.id: CHIYODA}, 2), ({}, 2)):
            with pytest.raises((Invalid, Conflict)):
                take_home_regions(administrator, self.all_with_address(chosen=chosen, expected=expected))
        done = take_home_regions(administrator, self.all_with_address(chosen={cast.far.id: FUCHU_WEST}, expected=2))
        assert done.count == 2
        assert held(tx, cast.staff) == {FUCHU: (RegionLabel.HOME, False)}
        assert held(tx, cast.far) == {FUCHU_WEST: (RegionLabel.HOME, False)}
        with pytest.raises(Refused):
            take_home_regions(administrator, self.all_with_address())
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_goes_no_further_than_the_reach(self, limited, tx, cast):
        live_at(tx, cast.staff, "東京都府中市")
        live_at(tx, cast.far, "東京都府中市")
        acting = limited("people.take_home_regions", "people.preview_home_regions", "people.search")
        assert preview_home_regions(acting, self.all_with_address()).people == 1
        take_home_regions(acting, self.all_with_address())
        assert (held(tx, cast.far), len(held(tx, cast.staff))) == ({}, 1)

    def test_many_are_a_job(self, live, live_cast):
        with transaction(Actor.system("test")) as tx:
            people = [
                {"code": f"H{at}", "family_name": "住", "address": "千代田区丸の内1", "created_at": tx.now,
                 "updated_at": tx.now} for at in range(LOOKED_AT + 1)
            ]  # fmt: skip
            tx.execute(insert(Person), people)
        with transaction(Actor.system("test")) as tx:
            found = preview_home_regions(tx, self.all_with_address())
            assert (found.people, found.looked_at) == (LOOKED_AT + 1, LOOKED_AT)
            work_id = take_home_regions(tx, self.all_with_address()).work_id
        run_waiting_jobs()
        with transaction(Actor.system("test")) as tx:
            assert tx.get(Work, work_id).state is WorkState.DONE
            taken = select(func.count()).select_from(PersonRegion).where(PersonRegion.area_code == CHIYODA)
            assert tx.scalar(taken) == LOOKED_AT + 1


@pytest.mark.parametrize(
    ("cell", "code"), [("東京都府中市宮西町2-24", FUCHU), ("〒726-0005", FUCHU_WEST), ("0430100", "0430100")]
)
def test_a_cell_of_a_file_may_be_an_address(cell, code):
    assert find_region(cell) == code


def test_an_ambiguous_cell_names_the_candidates():
    with pytest.raises(WrongValue, match="札幌市中央区"):
        find_region("中央区")
