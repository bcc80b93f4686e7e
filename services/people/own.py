"""People as records that can have own fields (独自項目, N08); people and departments as what such fields refer to."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, or_, select

from core.i18n import N_, _
from core.operations import find
from core.transaction import Transaction
from data.models.fields import OwnKind
from data.models.people import LONGEST, Department, Person, PersonOwn
from services.access import departments_within, people_within, whole_names
from services.fields import Noun, Referable, refers, register
from services.people.imports.columns import is_name_of_column

OUTSIDE = N_("No. {number} (outside your reach)")
"""Who is out of reach is no more than a number, in whichever record somebody else has named them."""


def _people(tx: Transaction, codes: Collection[str]) -> Mapping[str, int]:
    reach = find("people.search").reach(tx)
    wanted = select(Person.code, Person.id).where(Person.code == func.any(list(codes)), people_within(reach, tx.actor))
    return {row.code: row.id for row in tx.execute(wanted)}


def _people_within(tx: Transaction, ids: Collection[int]) -> Collection[int]:
    reach = find("people.search").reach(tx)
    wanted = select(Person.id).where(Person.id == func.any(list(ids)), people_within(reach, tx.actor))
    return set(tx.execute(wanted).scalars())


def _names_of_people(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    seen = people_within(find("people.search").reach(tx), tx.actor)
    rows = tx.execute(select(Person, seen.label("seen")).where(Person.id == func.any(list(ids))))
    return {row.Person.id: row.Person.name if row.seen else _(OUTSIDE, number=row.Person.id) for row in rows}


def _codes_of_people(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    seen = people_within(find("people.search").reach(tx), tx.actor)
    rows = tx.execute(select(Person.id, Person.code).where(Person.id == func.any(list(ids)), seen))
    return {row.id: row.code for row in rows}


def _departments(tx: Transaction, writings: Collection[str]) -> Mapping[str, int]:
    reach, wanted = find("people.department_choices").reach(tx), list(writings)
    begun = [one[:LONGEST] for one in wanted]
    rows = tx.execute(
        select(Department.id, Department.code, Department.full_name).where(
            or_(Department.sort_key == func.any(begun), Department.code == func.any(wanted)),
            Department.retired_at.is_(None), departments_within(reach),
        )
    ).all()  # fmt: skip
    by_code = {row.code: row.id for row in rows if row.code}
    lines = whole_names(tx, ((row.id, row.full_name) for row in rows))
    return {**by_code, **{line: key for key, line in lines.items()}}


def _departments_within(tx: Transaction, ids: Collection[int]) -> Collection[int]:
    reach = find("people.department_choices").reach(tx)
    wanted = select(Department.id).where(Department.id == func.any(list(ids)), Department.retired_at.is_(None))
    return set(tx.execute(wanted.where(departments_within(reach))).scalars())


def _names_of_departments(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    rows = tx.execute(select(Department.id, Department.full_name).where(Department.id == func.any(list(ids))))
    return {row.id: row.full_name for row in rows}


def _lines_of_departments(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    return whole_names(tx, _names_of_departments(tx, ids).items())


PERSON = register(
    Noun(
        "person",
        N_("People"),
        reads="people.show",
        id=Person.id,
        own=Person.own,
        beside=PersonOwn,
        owner=PersonOwn.person_id,
        taken=is_name_of_column,
    )
)
refers(
    OwnKind.PERSON,
    Referable(
        _people,
        _people_within,
        _names_of_people,
        _codes_of_people,
        missing=N_("Nobody within your reach has the code {name}."),
    ),
)
refers(
    OwnKind.DEPARTMENT,
    Referable(
        _departments,
        _departments_within,
        _names_of_departments,
        _lines_of_departments,
        missing=N_("There is no department “{name}” within your reach."),
        of="people.department_choices",
    ),
)
