"""What a run would do with people: the rules of a CSV import, fed with what the vendor said instead of a file."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.actor import WHOLE, Grants
from core.errors import NotAllowed
from core.i18n import N_
from core.inputs import WrongValue
from core.transaction import Transaction
from data.models.access import Account
from data.models.directory import DirectoryConnection, Noun, Step, SyncedPerson
from data.models.people import Person, RowAction
from services.access import actor_for
from services.access.required import administrates
from services.access.within import more_powerful
from services.directory.contacts import CONTACTS, DirectoryReader, Given, reachable_now
from services.directory.departments import DepartmentPlan
from services.directory.sheet import Found, code_said, each_once, name_in, sheet_of, unsaid_of
from services.directory.steps import Line, quiet
from services.people.fields import MOST_DEPARTMENTS
from services.people.imports.check import PeopleCheck
from services.people.imports.own import OwnCells
from services.people.imports.places import Path, Places
from services.people.imports.plan import PlannedRow, Problem
from services.people.imports.target import UNREACHABLE

TWICE = N_("The directory names this person twice. Correct it there.")
NO_CODE = N_("The directory has no code for this person. Enter one there, or map another field.")
CODE_CHANGED = N_("The code is {there} in the directory and {here} here. Correct one of them.")
PLACE_FAULTY = N_("The department “{name}” cannot be taken.")
NO_PLACE = N_("A department of this person does not stand in the directory.")
LAST = N_("This person holds permissions that a run does not take away. Retire them by hand.")
ACTIONS = {RowAction.ADD: Step.ADD, RowAction.CHANGE: Step.CHANGE, RowAction.ERROR: Step.ERROR}


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody of ours who was synced before."""

    person_id: int
    code: str
    name: str
    retired: bool
    given: Given


class PeoplePlan:
    """Everybody whom the vendor has or had, with what would be written here."""

    def __init__(
        self, rows: Sequence[PlannedRow], keys: Sequence[str], codes: Sequence[str], given: Sequence[Given]
    ) -> None:
        """Keep the rows that are compared with what is here, with the vendor's key, our code and the addresses."""
        self.rows = rows
        self.lines: list[Line] = []
        self.leavers: list[int] = []
        self.synced = 0
        """How many people who were synced before are in use here."""

        self.found = 0
        """How many people the vendor has who have not left."""

        self._keys = keys
        self._codes = codes
        self._given = given

    def links(self) -> list[tuple[str, str, Given]]:
        """Return the vendor's key, our code and the vendor's addresses of everybody who can be taken."""
        rows = zip(self.rows, self._keys, self._codes, self._given, strict=True)
        return [(key, code, given) for row, key, code, given in rows if row.action is not RowAction.ERROR]


def links_of(tx: Transaction, connection_id: int) -> dict[str, Link]:
    """Return who was synced before, by the vendor's key."""
    rows = tx.execute(
        select(
            SyncedPerson.key, Person.id, Person.code, Person.family_name, Person.given_name, Person.retired_at,
            SyncedPerson.given,
        )
        .join(Person, Person.id == SyncedPerson.person_id)
        .where(SyncedPerson.connection_id == connection_id)
        .order_by(SyncedPerson.key)
    )  # fmt: skip
    return {
        row.key: Link(
            row.id, row.code, f"{row.family_name} {row.given_name}".strip(), row.retired_at is not None, row.given
        )
        for row in rows
    }  # fmt: skip


def plan_people(
    tx: Transaction,
    staged: Sequence[Found],
    connection: DirectoryConnection,
    departments: DepartmentPlan,
    places: Places,
) -> PeoplePlan:
    """Return what would become of everybody."""
    mapping, links = connection.mapping, links_of(tx, connection.id)
    said = each_once(staged)
    here = [one for one in said if not one.left]
    times = Counter(one.key for one in said)
    codes = [_code(one, mapping, links) for one in here]
    sheet, wanted = sheet_of(here, codes, mapping)
    own = OwnCells(tx, sheet, wanted)
    readers: dict[str, Callable[[str], Any]] = {**own.readers, "departments": _by_key(departments)}
    now = reachable_now(tx, codes) if CONTACTS & mapping.keys() else {}
    reader = DirectoryReader(
        sheet, places, readers, mapping={name: name for name in own.mapping},
        unsaid=[unsaid_of(one, mapping) for one in here],
        now=[(now.get(code, UNREACHABLE), _given(one, links)) for one, code in zip(here, codes, strict=True)],
    )  # fmt: skip
    planned = PeopleCheck(tx, WHOLE, reader, places, own, than=_answering(tx, connection)).plan(quiet)
    for row, one in zip(planned.rows, here, strict=True):
        _blame(row, one, times, mapping, links)
    plan = PeoplePlan(planned.rows, [one.key for one in here], codes, reader.given)
    keys = {one.key for one in here}
    plan.found = len(keys)
    plan.lines = [
        Line(
            Noun.PERSON, ACTIONS.get(row.action, Step.ERROR), code, name_in(sheet, row), row.changes,
            (*row.problems, *left_out), row.target, one.key,
        )
        for row, one, code, left_out in zip(planned.rows, here, codes, reader.left_out, strict=True)
        if row.action in ACTIONS or left_out
    ]  # fmt: skip
    # Somebody made anew in the directory has another key and the same code: that is nobody who left.
    anew = {code for one, code in zip(here, codes, strict=True) if one.key not in links}
    _leave(tx, plan, keys, anew, links)
    return plan


def _answering(tx: Transaction, connection: DirectoryConnection) -> Grants | None:
    # Nobody gives an address of theirs to a stronger account by waiting for the night. Where nobody answers for the
    # connection any more, every account with a permission is stronger.
    if not tx.actor.is_system:
        return None
    try:
        return actor_for(tx, connection.answers_id or 0).grants
    except NotAllowed:
        return {}


def _given(one: Found, links: Mapping[str, Link]) -> Given:
    link = links.get(one.key)
    return link.given if link else {}


def _code(one: Found, mapping: Mapping[str, str], links: Mapping[str, Link]) -> str:
    # Who was synced before is known by the key: the code says nothing new.
    link = links.get(one.key)
    return link.code if link else code_said(one, mapping)


def _by_key(departments: DepartmentPlan) -> Callable[[str], tuple[int | Path, ...]]:
    def read(cell: str) -> tuple[int | Path, ...]:
        found: dict[int | Path, None] = {}
        for key in json.loads(cell):
            if key not in departments.places:
                if key in departments.faulty:
                    raise WrongValue(PLACE_FAULTY, name=departments.faulty[key])
                raise WrongValue(NO_PLACE)
            found[departments.places[key]] = None
        if len(found) > MOST_DEPARTMENTS:
            raise WrongValue(N_("Enter at most {most} departments."), most=MOST_DEPARTMENTS)
        return tuple(found)

    return read


def _blame(
    row: PlannedRow,
    one: Found,
    times: Mapping[str, int],
    mapping: Mapping[str, str],
    links: Mapping[str, Link],
) -> None:
    said, link = code_said(one, mapping), links.get(one.key)
    if times[one.key] > 1:
        row.problems = (Problem("", TWICE, {}),)  # what follows from it says nothing new
    elif link is None and not said:
        row.problems = (Problem("code", NO_CODE, {}),)
    elif link is not None and said and said != link.code:
        row.blame(Problem("code", CODE_CHANGED, {"there": said, "here": link.code}))
    if row.problems:
        row.action, row.target, row.changes = RowAction.ERROR, None, ()


def _leave(
    tx: Transaction, plan: PeoplePlan, here: set[str], anew: set[str], links: Mapping[str, Link]
) -> None:  # fmt: skip
    synced = {key: link for key, link in links.items() if not link.retired}
    gone = {key: link for key, link in synced.items() if key not in here and link.code not in anew}
    kept = _steady(tx, [link.person_id for link in gone.values()])
    plan.synced = len(synced)
    plan.leavers = sorted(link.person_id for link in gone.values() if link.person_id not in kept)
    for key, link in gone.items():
        step = Step.ERROR if link.person_id in kept else Step.LEAVE
        problems = (Problem("", LAST, {}),) if link.person_id in kept else ()
        plan.lines.append(Line(Noun.PERSON, step, link.code, link.name, (), problems, link.person_id, key))


def _steady(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Return whom no run retires: the actor, whoever may do more, and whoever may do everything."""
    if not ids:
        return set()
    found = set(more_powerful(tx, Person.id == func.any(list(ids))))
    all_of_it = select(Account.person_id).where(Account.person_id == func.any(list(ids)), administrates(Account.id))
    found.update(tx.execute(all_of_it).scalars())
    return found | ({tx.actor.person_id} & set(ids) if tx.actor.person_id is not None else set())
