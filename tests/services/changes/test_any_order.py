"""Whatever is imported, edited, moved, retired: undone, everything is as it was; what others touched is left alone."""

import random
from contextlib import nullcontext

import pytest
from sqlalchemy import func, select

from core.errors import Refused, RenrakuError
from data.models.changes import ChangeSet
from data.models.people import Department, Person
from services.changes import prepare_undo
from services.changes.search import WhichSet
from services.people import (
    add_department,
    add_person,
    edit_department,
    edit_person,
    reinstate_people,
    retire_department,
    retire_people,
)
from services.people.department_edit import DepartmentFields, EditedDepartment
from services.people.departments import DepartmentAsk
from services.people.fields import PersonFields
from services.people.retire import Several
from tests.services.changes.stage import changes_of, latest, leftovers, state, undone
from tests.services.people.asks import editable
from tests.services.people.conftest import importer  # noqa: F401 - the fixture
from tests.services.people.importing import csv_of

PLACES = ["本社", "本社>総務部", "支社", "本社>新設部", "支社>甲>乙"]
STEPS = 7


class Chance:
    """One random course of events, the same for the same seed."""

    def __init__(self, seed, tx, importer, cast):  # noqa: F811
        self.random = random.Random(seed)
        self.tx = tx
        self.importer = importer
        self.cast = cast

    def step(self):
        """Do something; return whether it changed anything."""
        before = self.count()
        ways = [self.bring_in, self.bring_in, self.add, self.edit, self.retire, self.take_back, self.move, self.close]
        try:
            with self.tx.session.begin_nested():
                self.random.choice(ways)()
        except RenrakuError:
            self.tx.session.expire_all()
        return self.count() > before

    def count(self):
        self.tx.session.expire_all()
        return self.tx.scalar(select(func.count()).select_from(ChangeSet))

    def people(self):
        kept = [self.cast.administrator.id]
        return list(self.tx.execute(select(Person).where(Person.id.not_in(kept)).order_by(Person.id)).scalars())

    def bring_in(self):
        codes = self.random.sample([f"R{at}" for at in range(8)], self.random.randint(1, 5))
        importing = self.importer.start(csv_of(*(self.row(code) for code in codes)))
        counts = importing.check(create=True).counts
        if counts["add"] + counts["change"]:
            importing.apply(good_rows_only=True)

    def row(self, code):
        word = self.random.choice(["一", "二", "髙", "𠮷"])
        places = "; ".join(self.random.sample(PLACES, self.random.randint(1, 2)))
        regions = "、".join(self.random.sample(["千代田区", "350", "2213800"], self.random.randint(0, 2)))
        mails = self.random.sample([f"{code}{at}@x.jp" for at in range(3)], 3)
        mails = [mail if self.random.random() < 0.6 else "" for mail in mails]
        mobile = self.random.choice(["", "090-1234-5678", "08012345678"])
        login = self.random.choice(["", code.lower(), f"{code.lower()}x"])
        return (code, word, self.random.choice(["", "郎"]), "", "", login, places, regions, *mails, mobile,
                self.random.choice(["ja", "en"]))  # fmt: skip

    def add(self):
        code = f"H{self.random.randint(0, 3)}"
        place = self.random.choice([None, self.cast.branch.id, self.cast.head_office.id])
        add_person(self.tx, PersonFields(code=code, family_name="手", department_id=place, login=code.lower()))

    def edit(self):
        person = self.random.choice(self.people())
        changed = self.random.choice([
            {"family_name": "改"}, {"code": f"C{self.random.randint(0, 4)}"}, {"department_id": self.cast.branch.id},
            {"mail1": f"e{self.random.randint(0, 3)}@x.jp"}, {"mobile": ""}, {"area_codes": []},
            {"login": f"l{self.random.randint(0, 3)}"},
        ])  # fmt: skip
        edit_person(self.tx, editable(self.tx, person, **changed))

    def retire(self):
        chosen = self.random.sample(self.people(), 2)
        retire_people(self.tx, Several(person_ids=[person.id for person in chosen]))

    def take_back(self):
        retired = [person.id for person in self.people() if person.retired_at]
        reinstate_people(self.tx, Several(person_ids=retired or [0]))

    def departments(self):
        return list(self.tx.execute(select(Department).order_by(Department.id)).scalars())

    def move(self):
        department, above = self.random.sample(self.departments(), 2)
        name = self.random.choice([department.name, "改名", "総務部"])
        edit_department(
            self.tx,
            EditedDepartment(id=department.id, version=department.version, name=name, parent_id=above.id, code="K"),
        )

    def close(self):
        department = self.random.choice(self.departments())
        if self.random.random() < 0.5:
            add_department(self.tx, DepartmentFields(name="新", parent_id=department.id))
        else:
            retire_department(self.tx, DepartmentAsk(id=department.id))


@pytest.fixture
def chance(request, administrator, importer, cast):  # noqa: F811
    return Chance(request.param, administrator, importer, cast)


@pytest.mark.parametrize("chance", range(8), indirect=True)
class TestAnyCourse:
    def test_each_step_goes_back_and_comes_back_and_all_of_them_lead_to_the_beginning(self, chance):
        tx, beginning, made = chance.tx, state(chance.tx), []
        for _step in range(STEPS):
            before = state(tx)
            if not chance.step():
                assert state(tx) == before
                continue
            found, after = latest(tx), state(tx)
            undone(tx, found)
            assert state(tx) == before
            undone(tx, latest(tx))
            assert state(tx) == after
            made.append(found)
        for found in reversed(made):
            undone(tx, found)
        assert state(tx) == beginning
        assert leftovers(tx) == 0

    def test_what_somebody_touched_is_left_exactly_and_the_rest_goes_back(self, chance):
        tx = chance.tx
        chance.bring_in()
        before = state(tx)["person"]
        chance.bring_in()
        found = latest(tx)
        made = changes_of(tx, found)
        people = sorted(key for kind, key in made if kind == "person")
        touched = set()
        for key in chance.random.sample(people, min(2, len(people))):
            edited = edit_by_somebody(tx, key)
            if not made["person", key].fields or set(made["person", key].fields) & edited:
                touched.add(key)
        left = {key: state(tx)["person"][key] for key in touched}
        with pytest.raises(Refused) if not goes_back(tx, found) else nullcontext(), tx.session.begin_nested():
            counts = undone(tx, found).counts
            # Departments that the touched ones are in stay with them.
            assert (counts["stayed"], counts["touched"] >= len(touched)) == (0, True)
        now = state(tx)["person"]
        assert {key: now[key] for key in touched} == left
        for key in set(people) - touched:
            names = made["person", key].fields or ["code"]
            assert [now.get(key, {}).get(name) for name in names] == [before.get(key, {}).get(name) for name in names]


def goes_back(tx, found):
    """Say whether the preview says that anything goes back."""
    return prepare_undo(tx, WhichSet(id=found.id)).counts["free"]


def edit_by_somebody(tx, key):
    """Change much of a person and return the names of the fields that this changed."""
    asked = {"family_name": "触", "given_name": "触", "mail1": f"t{key}@x.jp", "login": f"touched{key}"}
    edit_person(tx, editable(tx, tx.get(Person, key), **asked))
    return set(changes_of(tx, latest(tx))["person", key].fields)
