"""A whole run worked out (差分の作成) and written: departments, then people, then who leaves, as one change-set."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select, text

from core.actor import WHOLE
from core.i18n import N_
from core.transaction import Transaction
from data.models.directory import (
    DirectoryConnection,
    DirectoryRun,
    Noun,
    StagedDepartment,
    Step,
    SyncedDepartment,
)
from data.models.people import RowAction
from services.access import stop_accounts_of
from services.changes import Keeper
from services.directory.departments import DepartmentPlan, plan_departments
from services.directory.people import PeoplePlan, plan_people
from services.directory.sheet import found_in
from services.directory.sources import FIELDS, SourceKind
from services.directory.steps import Line, quiet
from services.people.imports.apply import write_people
from services.people.imports.places import Places, load_places
from services.people.imports.plan import PlannedRow
from services.people.kept import DEPARTMENTS, PEOPLE
from services.people.retire import mark_retired
from services.people.tree import Key, store_departments

LINK_DEPARTMENTS = text("""
    INSERT INTO directory_department (connection_id, key, department_id)
    SELECT :connection, new.key, new.id FROM unnest(CAST(:keys AS text[]), CAST(:ids AS bigint[])) AS new (key, id)
    ON CONFLICT DO NOTHING
""")
NEW_PEOPLE = """
    FROM unnest(CAST(:keys AS text[]), CAST(:codes AS text[]), CAST(:given AS jsonb[])) AS new (key, code, given)
    JOIN person ON person.code = new.code
"""
FORGET_OLD_KEYS = text(f"""
    DELETE FROM directory_person AS old USING (SELECT new.key, person.id {NEW_PEOPLE}) AS found
    WHERE old.connection_id = :connection AND old.person_id = found.id AND old.key <> found.key
""")  # noqa: S608 - a text of our own
LINK_PEOPLE = text(f"""
    INSERT INTO directory_person (connection_id, key, person_id, given)
    SELECT :connection, new.key, person.id, new.given {NEW_PEOPLE}
    ON CONFLICT (connection_id, key) DO UPDATE SET given = excluded.given
    WHERE directory_person.given <> excluded.given
""")
NOBODY = N_(
    "The directory named nobody at all, so nothing was changed. If that is true, let it be applied; else look at the "
    "rights of the connection."
)
NO_DEPARTMENTS = N_(
    "The directory named no department, though people here came into departments by it. Nothing was changed. If that "
    "is true, let it be applied; else look at the rights of the connection."
)
TOO_MANY = N_(
    "{leavers} of {synced} synced people would leave, more than {percent}%. Nothing was changed. Look at who they are, "
    "then let it be applied or put it aside."
)


class RunPlan:
    """Everything that a run would do."""

    def __init__(
        self, run: DirectoryRun, connection: DirectoryConnection, places: Places, departments: DepartmentPlan,
        people: PeoplePlan,
    ) -> None:  # fmt: skip
        """Keep both halves."""
        self._run = run
        self._connection = connection
        self._places = places
        self._departments = departments
        self._people = people
        self.lines: Sequence[Line] = (*departments.lines, *people.lines)

    def counts(self) -> dict[str, int]:
        """Return how many lines there are by noun and step (``person.add``), and how many people were found."""
        by_step = Counter((line.noun, line.step) for line in self.lines)
        named = {f"{noun.value}.{step.value}": by_step[noun, step] for noun in Noun for step in Step}
        return {**named, "found": self._people.found, "synced": self._people.synced}

    def changes_nothing(self) -> bool:
        """Say whether nothing would be written but who belongs to whom."""
        return all(line.step in {Step.GONE, Step.ERROR} for line in self.lines)

    def digest(self) -> str:
        """Return a hash of everything that would be done: two plans with the same hash do the same."""
        digest = hashlib.sha256()
        for node in (*self._departments.new, *self._departments.changed):
            digest.update(f"{node!r}\n".encode())
        for row in self._people.rows:
            digest.update(f"{row.line} {row.action} {row.target!r}\n".encode())
        digest.update(repr(self._people.leavers).encode())
        return digest.hexdigest()

    def brake(self) -> tuple[str, dict[str, str]] | None:
        """Return the sentence, with its values, that says why a person has to be asked first; None: go on."""
        people, percent = self._people, self._connection.brake_percent
        if not people.found:
            return NOBODY, {}
        if self._departments.lost:
            return NO_DEPARTMENTS, {}
        if len(people.leavers) * 100 > percent * people.synced:
            numbers = {"leavers": len(people.leavers), "synced": people.synced}
            return TOO_MANY, {name: f"{value:,}" for name, value in numbers.items()} | {"percent": str(percent)}
        return None

    def write(self, tx: Transaction, kept: Keeper) -> None:
        """Write it as part of a change-set. Callers hold the lock and have compared the hash."""
        ids = self._write_departments(tx, kept)
        rows = [_with_ids(row, ids) for row in self._people.rows]
        write_people(tx, kept, rows, new_departments=(), places=self._places, say=quiet)
        kept.watch(PEOPLE, self._people.leavers)
        mark_retired(tx, self._people.leavers)
        stop_accounts_of(tx, self._people.leavers)
        self.link(tx, ids)

    def link(self, tx: Transaction, ids: dict[Key, int] | None = None) -> None:
        """Remember which records of the vendor are which of ours."""
        found = {key: place for key, place in self._departments.places.items() if key not in self._departments.faulty}
        placed = {key: place if isinstance(place, int) else (ids or {})[place] for key, place in found.items()}
        mine = {"connection": self._connection.id}
        tx.session.flush()
        tx.execute(LINK_DEPARTMENTS, {**mine, "keys": list(placed), "ids": list(placed.values())})
        links = self._people.links()
        people = {
            **mine, "keys": [key for key, _code, _given in links], "codes": [code for _key, code, _given in links],
            "given": [json.dumps(given, ensure_ascii=False) for _key, _code, given in links],
        }  # fmt: skip
        tx.execute(FORGET_OLD_KEYS, people)
        tx.execute(LINK_PEOPLE, people)

    def _write_departments(self, tx: Transaction, kept: Keeper) -> dict[Key, int]:
        plan = self._departments
        kept.watch(DEPARTMENTS, [node.key for node in plan.changed if isinstance(node.key, int)])
        ids = store_departments(tx, plan.new, plan.changed)
        kept.added(DEPARTMENTS, list(ids.values()))
        return ids


def make_plan(tx: Transaction, run: DirectoryRun) -> RunPlan:
    """Return what a run would do at this moment, from what it read."""
    connection = tx.session.get_one(DirectoryConnection, run.connection_id)
    places = load_places(tx, WHOLE, create=False)
    synced = select(SyncedDepartment.key, SyncedDepartment.department_id)
    rows = tx.execute(synced.where(SyncedDepartment.connection_id == connection.id).order_by(SyncedDepartment.key))
    links = {row.key: row.department_id for row in rows}
    staged = select(StagedDepartment).where(StagedDepartment.run_id == run.id).order_by(StagedDepartment.at)
    departments = plan_departments(tx.session.scalars(staged).all(), links, places)
    needless = sorted(set(FIELDS[SourceKind(connection.kind)]) - set(connection.mapping.values()))
    people = plan_people(tx, found_in(tx, run.id, needless), connection, departments, places)
    return RunPlan(run, connection, places, departments, people)


def _with_ids(row: PlannedRow, ids: dict[Key, int]) -> PlannedRow:
    # What was new when it was planned has its id now.
    if row.action in {RowAction.ADD, RowAction.CHANGE} and row.target.departments is not None:
        placed = tuple(place if isinstance(place, int) else ids[place] for place in row.target.departments)
        row.target = row.target._replace(departments=placed)
    return row
