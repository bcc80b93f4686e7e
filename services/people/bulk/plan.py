"""Who of those chosen changes and who is left as they are, worked out by the database in one statement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, literal, select

from core.actor import What
from core.errors import Conflict, Refused
from core.i18n import N_
from core.operations import find
from core.transaction import Transaction
from data.models.people import Person
from services.access import people_within
from services.access.within import more_powerful
from services.fields import conditions as own_conditions
from services.people.bulk.asks import BulkEdit, Chosen
from services.people.bulk.edits import Edits
from services.people.own import PERSON
from services.people.search import conditions

EDIT, RETIRE = "people.bulk_edit", "people.bulk_retire"
OUTSIDE = N_("They are outside your reach.")
RETIRED = N_("They are retired.")
YOURSELF = N_("You cannot retire yourself.")
MORE = N_("They may do more than you. Ask a system administrator.")
SAME = N_("They are like this already.")
CHANGE = "change"
STALE = N_("People were changed after the preview: {count} would change now. Look at the preview again.")


class Plan(NamedTuple):
    """What would become of those chosen: how many by verdict, and who it is whom something changes."""

    counts: dict[str, int]
    ids: list[int]

    def require(self, expected: int | None) -> None:
        """Check that it is what the preview said.

        Raises:
            Conflict: when it is not. Refused: when nobody would change.
        """
        if expected is not None and len(self.ids) != expected:
            raise Conflict(STALE, count=f"{len(self.ids):,}")
        if not self.ids:
            raise Refused(N_("Nobody would change."))


def plan(tx: Transaction, ask: Chosen, edits: Edits | None) -> Plan:
    """Return what a change would do; without ``edits`` it is retiring.

    Raises:
        Refused: when nobody is chosen. Invalid: when the search cannot be done.
    """
    wanted = wanted_people(tx, ask)
    told = _verdict(tx, wanted, edits)
    verdicts = select(Person.id.label("id"), told.label("verdict")).where(*wanted).subquery()
    changing = verdicts.c.verdict == CHANGE
    rows = tx.execute(
        select(verdicts.c.verdict, func.count(), func.array_agg(verdicts.c.id).filter(changing)).group_by(
            verdicts.c.verdict
        )
    ).all()
    ids = next((sorted(row[2]) for row in rows if row[0] == CHANGE), [])
    return Plan({row[0]: row[1] for row in rows}, ids)


def edits_of(tx: Transaction, ask: BulkEdit) -> Edits:
    """Return a change, checked for as far as the actor may change many at once."""
    return Edits(tx, ask, tx.actor.reach(EDIT, What.BULK))


def wanted_people(tx: Transaction, ask: Chosen) -> list[ColumnElement[bool]]:
    """Return the conditions that hold for those chosen, as far as the actor sees people.

    Raises:
        Refused: when nobody is chosen. Invalid: when the search cannot be done.
    """
    seen = people_within(find("people.search").reach(tx), tx.actor)
    if ask.found is not None:
        return [*conditions(ask.found), *own_conditions(tx, PERSON, ask.found.own), seen]
    if not ask.person_ids:
        raise Refused(N_("Choose people first."))
    return [Person.id == func.any(list(ask.person_ids)), seen]


def _verdict(tx: Transaction, wanted: Sequence[ColumnElement[bool]], edits: Edits | None) -> ColumnElement[Any]:
    reach = tx.actor.reach(EDIT if edits else RETIRE, What.BULK)
    found: list[tuple[ColumnElement[bool], str]] = [
        (~func.coalesce(people_within(reach, tx.actor), literal(False)), OUTSIDE),
        (Person.retired_at.is_not(None), RETIRED),
    ]
    if edits is None:
        found += [(Person.id == tx.actor.person_id, YOURSELF)] if tx.actor.person_id is not None else []
        found += [(Person.id == func.any(more), MORE)] if (more := more_powerful(tx, *wanted)) else []
        return case(*[(condition, literal(word)) for condition, word in found], else_=literal(CHANGE))
    found += [*edits.blocks(), (edits.changes(), CHANGE)]
    return case(*[(condition, literal(word)) for condition, word in found], else_=literal(SAME))
