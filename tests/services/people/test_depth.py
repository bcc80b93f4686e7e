"""A chain of two thousand departments, each with a long name: what people do with departments is done there too."""

import time
from random import Random

import pytest
from sqlalchemy import select

from core.actor import What
from core.errors import Refused
from core.inputs import Nothing, validated
from data.models.access import ReachKind
from data.models.people import LONGEST, Department, Person
from services.access import people_within, whole_names
from services.changes import undo
from services.people import department_choices, edit_department, export_departments, list_departments, retire_department
from services.people.department_edit import DepartmentFields, EditedDepartment, add_department
from services.people.departments import DepartmentAsk, DepartmentsAsk
from services.people.search import PeopleAsk, search_people
from services.people.tree import Node, store_departments
from tests.factories import account_of, actor_of, give, make_person

DEEP = 2_000


def name_of(level):
    return f"東日本広域営業統括本部地域密着型顧客対応推進第{level}階層部署"


@pytest.fixture
def chain(tx, cast):
    """Return the ids of a chain from the top down."""
    t = time.perf_counter()
    nodes = [Node(str(level), str(level - 1) if level else None, name_of(level), None) for level in range(DEEP)]
    Random(20260401).shuffle(nodes)
    ids = store_departments(tx, nodes, ())
    print("store", time.perf_counter() - t)
    return [ids[str(level)] for level in range(DEEP)]


class Timer:
    def __init__(self): self.t = time.perf_counter()
    def __call__(self, what):
        now = time.perf_counter(); print(f"{what}: {(now - self.t) * 1000:.0f} ms"); self.t = time.perf_counter()


def test_all(chain, tx, acting, administrator, cast):
    say = Timer()
    lowest = tx.get(Department, chain[-1])
    assert lowest.depth == DEEP - 1
    print(lowest.full_name, len(lowest.path), lowest.sort_key)
    near, deep = chain[2], chain[1_500]
    person = make_person(tx, "底", department=lowest)
    above = make_person(tx, "上", department=tx.get(Department, chain[10]))
    say("people")
    managers = {}
    for name, place in (("near", near), ("deep", deep)):
        who = make_person(tx, name, department=tx.get(Department, place))
        give(tx, account_of(tx, who), "department_manager", ReachKind.DEPARTMENT, tx.get(Department, place)) if 0 else None
    for _ in range(3):
        page = list_departments(administrator, DepartmentsAsk())
        say("list")
    page = list_departments(administrator, DepartmentsAsk(after=page.next)); say("page2")
    print([row.depth for row in page.rows][:4])
    department_choices(administrator, Nothing()); say("choices")
    one = list_departments(administrator, DepartmentsAsk(id=lowest.id)).rows[0]; say("one")
    print(len(one.line), one.full_name)
    edit_department(administrator, validated(EditedDepartment, {"id": deep, "version": 1, "name": "改名", "parent_id": chain[700]})); say("move")
    tx.session.expire_all()
    print(tx.get(Department, chain[-1]).depth)
    with pytest.raises(Refused):
        d=tx.get(Department, chain[3])
        edit_department(administrator, validated(EditedDepartment, {"id": d.id, "version": d.version, "name": "改名", "parent_id": chain[-1]})); 
    say("cycle")
    file = export_departments(administrator, Nothing()); say("export"); print(len(file.content))
    print(tx.execute(select(Department.id)).all().__len__())
