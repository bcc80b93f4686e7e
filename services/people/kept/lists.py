"""Recipient lists as records whose changes are kept (変更履歴), with who is on them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text

from core.i18n import N_, _
from core.operations import find
from core.shown import joined, labelled, said
from core.transaction import Transaction
from data.models.people import Person, PersonList, PersonListMember
from services.access import people_within
from services.changes import Field, RowKind, Say, Undoing, Values, Wanted, current

SHOWN = 10
OUTSIDE = N_("People outside your reach are on it.")
EMPTY = text("DELETE FROM person_list_member WHERE list_id = ANY(CAST(:ids AS bigint[]))")
PUT = text("""
    INSERT INTO person_list_member (list_id, person_id)
    SELECT kept.id, person.id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS kept (id bigint, people jsonb)
    CROSS JOIN LATERAL jsonb_array_elements_text(kept.people) AS member
    JOIN person ON person.id = CAST(member AS bigint)
""")


class Lists(RowKind):
    """Recipient lists. Who was removed meanwhile does not come back on them."""

    name = "person_list"
    label = N_("Recipient list")
    reads = "people.lists"
    model = PersonList
    belongs = (PersonListMember,)
    source = "person_list"
    key = "person_list.id"
    page = "people/recipients.py"
    order = 30
    fields = (
        Field("name", N_("Name"), "person_list.name"),
        Field("people", N_("People"), """(
            SELECT jsonb_agg(member.person_id ORDER BY member.person_id)
            FROM person_list_member AS member WHERE member.list_id = person_list.id)"""),
    )  # fmt: skip

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes people by number and, of those within the reader's reach, the first names."""
        ids = {key for value in values for key in value.get("people", ())[:SHOWN]}
        search = find("people.search")
        mine = people_within(search.reach(tx), tx.actor)
        found = select(Person).where(Person.id == func.any(sorted(ids)), mine)
        names = {row.id: row.name for row in tx.execute(found).scalars()} if ids else {}

        def say(name: str, value: Any) -> str:
            if name != "people":
                return said(value)
            shown = [names[key] for key in value[:SHOWN] if key in names]
            more = ["…"] if len(shown) < len(value) else []
            count = _(N_("{count} people"), count=len(value))
            return labelled(count, joined([*shown, *more]))

        return say

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which lists cannot be brought back: for a limited reach also those with people outside it."""
        found = super().blocked(tx, wanted, undo)
        if undo.reach.whole:
            return found
        now = current(tx, self, [one.record_id for one in wanted])
        people = {
            one.record_id: {*(one.values or {}).get("people", ()), *now.get(one.record_id, {}).get("people", ())}
            for one in wanted
        }
        ids = sorted(set().union(*people.values()))
        mine = select(Person.id).where(Person.id == func.any(ids), people_within(undo.reach, tx.actor))
        within = set(tx.execute(mine).scalars())
        return {key: OUTSIDE for key, members in people.items() if members - within} | found

    def put_parts(self, tx: Transaction, then: Mapping[int, Values]) -> None:
        """Put those people on the lists that were on them."""
        tx.execute(EMPTY, {"ids": list(then)})
        tx.execute(PUT, {"rows": json.dumps(list(then.values()))})
