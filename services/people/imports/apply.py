"""Writing what a plan says: departments first, then people, in a few set-based statements of one transaction."""

from collections.abc import Sequence

from core.i18n import N_
from core.transaction import Transaction
from data.models.people import RowAction
from services.changes import Keeper
from services.people.imports.places import Path, Places
from services.people.imports.plan import PlannedRow, Say
from services.people.imports.target import Target
from services.people.kept import DEPARTMENTS, PEOPLE
from services.people.store import (
    add_people,
    change_people,
    search_later,
    search_now,
    set_contacts,
    set_departments,
    set_logins,
    set_own,
    set_regions,
)
from services.people.tree import store_departments

STEPS = 5


def write_people(
    tx: Transaction,
    kept: Keeper,
    rows: Sequence[PlannedRow],
    *,
    new_departments: Sequence[Path],
    places: Places,
    say: Say,
) -> None:
    """Write the rows that add or change somebody, as part of a change-set."""
    ids = store_departments(tx, [places.node(path) for path in new_departments], ())
    kept.added(DEPARTMENTS, list(ids.values()))
    added: list[Target] = [row.target for row in rows if row.action is RowAction.ADD]
    changed: list[Target] = [row.target for row in rows if row.action is RowAction.CHANGE]
    _say(say, 0)
    search_later(tx)
    new = dict(zip(add_people(tx, [target.values for target in added]), added, strict=True))
    there = {target.person_id: target for target in changed if target.person_id is not None}
    kept.watch(PEOPLE, list(there))
    kept.added(PEOPLE, list(new))
    change_people(tx, {person: target.values for person, target in there.items()})
    for fresh, people in ((True, new), (False, there)):
        _say(say, 1 if fresh else 3)
        set_departments(tx, {
            person: [place if isinstance(place, int) else ids[place] for place in target.departments]
            for person, target in people.items() if target.departments is not None
        }, fresh=fresh)  # fmt: skip
        regions = {person: one.regions for person, one in people.items() if one.regions is not None}
        set_regions(tx, regions, fresh=fresh)
        _say(say, 2 if fresh else 4)
        contacts = {person: one.reachable for person, one in people.items() if one.reachable is not None}
        set_contacts(tx, contacts, fresh=fresh)
        set_own(tx, {person: one.own for person, one in people.items() if one.own is not None})
        set_logins(tx, [(person, one.login) for person, one in people.items() if one.login is not None])
    search_now(tx, [*new, *there])
    _say(say, STEPS)


def _say(say: Say, step: int) -> None:
    say(N_("Writing"), step, STEPS)
