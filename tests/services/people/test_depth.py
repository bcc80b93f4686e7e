"""A chain of two thousand departments, each with a long name: what is done with departments is done there too (D03)."""

from random import Random

import pytest
from sqlalchemy import select

from core.actor import What
from core.errors import Refused
from core.inputs import Nothing, validated
from data.models.access import ReachKind
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.people import LONGEST, Department, ImportKind, Membership, Person, RowAction
from services.access import people_within, whole_names
from services.changes import steps
from services.people import (
    add_department,
    department_choices,
    edit_department,
    export_departments,
    list_departments,
    retire_department,
    search_people,
)
from services.people.department_edit import DepartmentFields, EditedDepartment
from services.people.departments import DepartmentAsk, DepartmentsAsk
from services.people.imports.memberships import MembershipsAsk, list_memberships
from services.people.search import PeopleAsk
from services.people.tree import Node, store_departments
from services.scim import EditedGroup, change_group
from tests.factories import actor_of, give, make_account, make_person
from tests.services.changes.stage import latest, undone
from tests.services.people.importing import csv_of

DEEP = 2_000
NEAR, FAR = 2, 1_500
CODES = ("部署コード", "部署名", "親部署コード")


def name_of(level):
    """Return a name of 38 letters or so."""
    return f"東日本広域営業統括本部お客様窓口運営推進第{level}階層担当部署（在宅・派遣）"


def line_to(level):
    """Return all names from the top."""
    return " / ".join(map(name_of, range(level + 1)))


def shown(first, *last):
    """Return how a long line is shown."""
    return " / ".join((first, "…", *last))


def at(tx, department_id):
    """Return a department as stored."""
    return tx.session.get(Department, department_id, populate_existing=True)


def edited(department, **values):
    """Return a department as a form gives it back."""
    now = {"id": department.id, "version": department.version, "name": department.name}
    return validated(EditedDepartment, {**now, "parent_id": department.parent_id, **values})


@pytest.fixture
def chain(tx, cast):
    """Return the ids of the departments from the top down; they were made in any order."""
    nodes = [Node(f"{level}", f"{level - 1}" if level else None, name_of(level), None) for level in range(DEEP)]
    Random(20260401).shuffle(nodes)
    ids = store_departments(tx, nodes, ())
    return [ids[f"{level}"] for level in range(DEEP)]


@pytest.fixture
def managers(tx, chain):
    """Return somebody who manages a department near the top, and somebody who manages one deep down."""
    found = []
    for level in (NEAR, FAR):
        found.append(make_person(tx, "管理", f"{level}", at(tx, chain[level])))
        give(tx, make_account(tx, found[-1]), "manager", ReachKind.DEPARTMENT, at(tx, chain[level]))
    return found


def test_a_list_shows_the_ends_of_a_line_and_the_page_of_one_all_of_it(chain, administrator, tx):
    rows = list_departments(administrator, DepartmentsAsk(text=name_of(0), size=500))
    assert [row.depth for row in rows.rows] == list(range(500))
    after = list_departments(administrator, DepartmentsAsk(text=name_of(0), size=500, after=rows.next)).rows
    assert [row.depth for row in after] == list(range(500, 1_000))
    assert rows.rows[2].full_name == line_to(2)
    assert rows.rows[499].full_name == shown(name_of(0), name_of(498), name_of(499))
    assert max(len(one.label) for one in department_choices(administrator, Nothing())) <= LONGEST
    (one,) = list_departments(administrator, DepartmentsAsk(id=chain[-1])).rows
    assert (one.line, one.depth) == (line_to(DEEP - 1), DEEP - 1)


def test_managers_reach_what_lies_below_them(chain, managers, tx, acting):
    people = {level: make_person(tx, "人", f"{level}", at(tx, chain[level])) for level in (NEAR - 1, FAR - 1, DEEP - 1)}
    broadcast = Broadcast(
        kind=BroadcastKind.MANUAL, state=BroadcastState.OPEN, title="確認", subject="確認", body="確認", questions=[],
        audience={}, asked=3, created_at=tx.now, sent_at=tx.now,
    )  # fmt: skip
    tx.add(broadcast)
    tx.add_all([Recipient(broadcast_id=broadcast.id, person_id=person.id) for person in people.values()])
    for manager, levels in zip(managers, ({FAR - 1, DEEP - 1}, {DEEP - 1}), strict=True):
        actor = actor_of(tx, manager)
        wanted = {people[level].id for level in levels}
        reached = people_within(actor.reach("people.edit", What.DO), actor)
        assert set(tx.execute(select(Person.id).where(reached, Person.family_name == "人")).scalars()) == wanted
        assert {row.id for row in search_people(acting(actor), PeopleAsk(text="人")).rows} == wanted
        assert set(acting(actor).execute(select(Recipient.person_id)).scalars()) == wanted, "row-level security"
    below = search_people(tx, PeopleAsk(department_id=chain[FAR], text="人")).rows
    assert [row.id for row in below] == [people[DEEP - 1].id]


def test_what_is_deep_down_moves_comes_back_and_never_lies_below_itself(chain, administrator, tx, cast):
    edit_department(administrator, edited(at(tx, chain[FAR]), name="移動部", parent_id=chain[700]))
    lowest = at(tx, chain[-1])
    assert (lowest.depth, lowest.full_name) == (DEEP - 800, shown(name_of(0), name_of(DEEP - 2), name_of(DEEP - 1)))
    with pytest.raises(Refused):
        edit_department(administrator, edited(at(tx, chain[NEAR]), parent_id=chain[-1]))
    undone(administrator, latest(tx))
    assert (at(tx, chain[-1]).depth, at(tx, chain[FAR]).parent_id) == (DEEP - 1, chain[FAR - 1])


def test_one_is_added_at_the_bottom_and_put_away(chain, administrator, tx):
    made = add_department(administrator, DepartmentFields(name="底", parent_id=chain[-1]))
    assert at(tx, made.id).depth == DEEP
    with pytest.raises(Refused):
        retire_department(administrator, DepartmentAsk(id=chain[-1]))
    retire_department(administrator, DepartmentAsk(id=made.id))
    change_group(administrator, EditedGroup(id=chain[-1], name="改名"))
    assert at(tx, made.id).full_name == shown(name_of(0), "改名", "底")


def test_a_file_names_a_department_by_its_whole_line(chain, administrator, importer, tx):
    person = make_person(tx, "底", department=at(tx, chain[-1]))
    (row,) = list_memberships(administrator, MembershipsAsk(department_id=chain[-1])).rows
    assert row.department == line_to(DEEP - 1)
    importer.all_of(csv_of((person.code, line_to(DEEP - 1)), (person.code, f"{line_to(DEEP - 1)} / 新 / 課"),
                           header=("社員番号", "部署")), kind=ImportKind.MEMBERSHIPS, create=True)  # fmt: skip
    places = select(Department.full_name, Department.depth).join(Membership).where(Membership.person_id == person.id)
    assert (shown(name_of(0), "新", "課"), DEEP + 1) in tx.execute(places).all()


def test_a_file_by_names_from_the_top_makes_all_of_a_line(importer, administrator, tx, cast, monkeypatch):
    monkeypatch.setattr(steps, "SMALL", DEEP)  # undone at once, not by a job
    importer.all_of(csv_of((line_to(DEEP - 1),), (line_to(5),), header=("部署",)), kind=ImportKind.DEPARTMENTS)
    made = latest(tx)
    lowest = tx.execute(select(Department).where(Department.name == name_of(DEEP - 1))).scalar_one()
    assert (lowest.depth, whole_names(tx, [(lowest.id, lowest.full_name)])[lowest.id]) == (DEEP - 1, line_to(DEEP - 1))
    again = importer.start(csv_of((line_to(DEEP - 1),), header=("部署",)), kind=ImportKind.DEPARTMENTS)
    assert again.check().counts["same"] == 1
    undone(administrator, made)
    assert not tx.scalar(select(Department.id).where(Department.name.in_([name_of(0), name_of(DEEP - 1)])).limit(1))


def test_a_file_by_codes_in_any_order_makes_a_line_once_and_no_cycle(importer, administrator, tx, cast):
    rows = [(f"C{level}", name_of(level), f"C{level - 1}" if level else "") for level in range(DEEP)]
    mixed = Random(20260402).sample(rows, len(rows))
    importer.all_of(csv_of(*mixed, header=CODES), kind=ImportKind.DEPARTMENTS)
    assert tx.scalar(select(Department.depth).where(Department.code == f"C{DEEP - 1}")) == DEEP - 1
    again = importer.start(csv_of(*mixed, header=CODES), kind=ImportKind.DEPARTMENTS)
    assert again.check().counts["same"] == DEEP
    rows[0] = ("C0", name_of(0), f"C{DEEP - 1}")
    cycle = importer.start(csv_of(*rows, header=CODES), kind=ImportKind.DEPARTMENTS)
    assert cycle.check().counts["error"] == DEEP
    lost = [("N0", "a", "X"), *((f"N{level}", "a", f"N{level - 1}") for level in range(1, DEEP))]
    lost = importer.start(csv_of(*lost, header=CODES), kind=ImportKind.DEPARTMENTS)
    assert lost.check().counts["error"] == DEEP
    assert {row.action for row in lost.rows()} == {RowAction.ERROR}


def test_an_export_of_codes_is_as_long_as_its_rows(chain, administrator, tx):
    for department in tx.execute(select(Department)).scalars():
        department.code = f"K{department.id}"
    tx.session.flush()
    file = export_departments(administrator, Nothing())
    assert file.rows == DEEP + 3
    assert len(file.content) < 1_000 * file.rows
