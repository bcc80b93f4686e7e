"""People and departments can be commented: whoever sees the record sees what was written about it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from core.actor import Reach
from core.transaction import Transaction
from data.models.people import Department, Membership, Person
from services.access import Lies, departments_within, people_within
from services.comments import Commented, commented
from services.people.departments import list_departments
from services.people.show import show_person


def _people(tx: Transaction, reach: Reach, ids: Sequence[int]) -> dict[int, str]:
    seen = select(Person).where(Person.id == func.any(list(ids)), people_within(reach, tx.actor))
    return {person.id: person.name for person in tx.execute(seen).scalars()}


def _of_person(tx: Transaction, person_id: int) -> Lies:
    paths = select(Department.path).join(Membership).where(Membership.person_id == person_id)
    return Lies(paths=tx.execute(paths).scalars().all(), person_id=person_id)


def _departments(tx: Transaction, reach: Reach, ids: Sequence[int]) -> dict[int, str]:
    seen = select(Department).where(Department.id == func.any(list(ids)), departments_within(reach))
    return {department.id: department.full_name for department in tx.execute(seen).scalars()}


def _of_department(tx: Transaction, department_id: int) -> Lies:
    return Lies(paths=tx.execute(select(Department.path).where(Department.id == department_id)).scalars().all())


commented(Commented("person", show_person, "people/person.py", _people, _of_person))
commented(Commented("department", list_departments, "people/department.py", _departments, _of_department))
