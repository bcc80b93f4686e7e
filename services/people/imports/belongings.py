"""Imports of what belongs to people (所属, 権限, 地域; D04–D06): one thing a row, several rows a person.

A file without a column 操作 says all that its people have: what no row of a person names is taken away. With that
column each row adds one thing or takes one away. Either way a person is taken as a whole or not at all, and people whom
no row names stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.i18n import N_
from core.transaction import Transaction
from data.models.people import RowAction
from services.changes import Keeper
from services.people.imports.holders import Finder, Holder
from services.people.imports.nouns import Doing, Noun, Thing
from services.people.imports.plan import Change, PlannedRow, Problem, Say
from services.people.imports.read import Streamed
from services.people.imports.rows import Draft, RowReader

TWICE = N_("The same stands in row {row} too.")
ALONE = N_("The cell is empty, so the person would have none; but row {row} names one. Take one of the rows out.")
NAME_ONE = N_("Say what is to be added or removed.")
MOST = N_("Nobody has more than {most} of them.")
ROW_FAULTY = N_("Row {row} of this person cannot be taken. A person is taken as a whole or not at all.")
Sides = Mapping[int, tuple[tuple[Thing, ...], tuple[Thing, ...]]]
"""What people have now and will have, by their ids."""


class BelongingsCheck:
    """Compares the rows of a file with what people have."""

    def __init__(self, tx: Transaction, noun: Noun, sheet: Streamed, mapping: Mapping[str, str]) -> None:
        """Keep what the comparison needs; nothing is loaded yet."""
        self._noun = noun
        self._reader = RowReader(sheet, mapping, noun.readers)
        self._find = Finder(tx, noun.reaches, self._reader)
        self._few = "doing" in mapping
        self._gone = 0

    def plan(self, say: Say) -> "BelongingsPlan":
        """Return what would become of each row."""
        drafts = self._reader.read(say)
        say(N_("Comparing"), 0, len(drafts))
        holders = self._find.holders(drafts)
        now = self._noun.now([holder.id for holder in holders])
        for holder in holders:
            holder.now = now.get(holder.id, ())
            self._work_out(holder)
        self._noun.check([holder for holder in holders if not holder.faulty and holder.changes], self._reader.blame)
        for holder in holders:
            self._decide(holder)
        return BelongingsPlan([draft.row for draft in drafts], self._noun, self._gone)

    def _work_out(self, holder: Holder) -> None:
        named = self._named(holder)
        if holder.faulty:
            return
        if self._few:
            lost = {thing for thing, row in named.items() if _takes(row)}
            added = [thing for thing, row in named.items() if not _takes(row) and thing not in holder.now]
            wanted = [thing for thing in holder.now if thing not in lost] + added
        else:
            wanted = list(named)
        holder.after = self._noun.ordered(holder, wanted, self._reader.blame)
        if len(wanted) > max(self._noun.most, len(holder.now)):
            self._reader.blame(holder.rows[-1], self._noun.field, MOST, most=self._noun.most)

    def _named(self, holder: Holder) -> dict[Thing, Draft]:
        named: dict[Thing, Draft] = {}
        empty: Draft | None = None
        for row in holder.rows:
            row.thing = None if row.row.problems else self._noun.thing(row, self._reader.blame)
            if row.row.problems:
                continue
            if row.thing is None:
                empty = row
            elif (other := named.setdefault(row.thing, row)) is not row:
                self._reader.blame(row, self._noun.field, TWICE, row=other.row.line)
        if empty is not None and self._few:
            self._reader.blame(empty, self._noun.field, NAME_ONE)
        elif empty is not None and len(holder.rows) > 1:
            other = next(row for row in holder.rows if row is not empty)
            problem = ALONE if other.thing is not None else TWICE
            self._reader.blame(empty, self._noun.field, problem, row=other.row.line)
        return named

    def _decide(self, holder: Holder) -> None:
        faulty = next((row for row in holder.rows if row.row.problems), None)
        for draft in holder.rows:
            if faulty is None:
                self._decide_row(holder, draft)
            elif not draft.row.problems:
                draft.row.blame(Problem("", ROW_FAULTY, {"row": str(faulty.row.line)}))
        if faulty is not None or not holder.changes:
            return
        first = holder.rows[0].row
        first.target = (holder.id, holder.now, holder.after)
        unnamed = self._unnamed(holder)
        if unnamed:
            first.changes = [*first.changes, *unnamed]
            first.action = RowAction.CHANGE if first.action is RowAction.SAME else first.action

    def _decide_row(self, holder: Holder, draft: Draft) -> None:
        row, there = draft.row, draft.thing in holder.now
        row.action = RowAction.SAME
        if draft.thing is not None and there == _takes(draft):
            said = self._noun.said(draft.thing)
            row.action = RowAction.CHANGE if there else RowAction.ADD
            row.changes = [(self._noun.field, *((said, "") if there else ("", said)))]

    def _unnamed(self, holder: Holder) -> list[Change]:
        named = {row.thing for row in holder.rows}
        lost = [thing for thing in holder.now if thing not in named and thing not in holder.after]
        self._gone += len(lost)
        return [*((self._noun.field, self._noun.said(thing), "") for thing in lost), *self._noun.besides(holder)]


class BelongingsPlan:
    """All rows of a file of what belongs to people; a person stands in the target of the first row about them."""

    def __init__(self, rows: list[PlannedRow], noun: Noun, gone: int) -> None:
        """Keep the rows, and how many things are taken away because no row names them."""
        self.rows = rows
        self._noun = noun
        self._gone = gone

    def extra_counts(self) -> dict[str, int]:
        """Return how many departments would be made, and how much is taken away that no row names."""
        return {"departments": len(self._noun.to_be_made(self._after())), "gone": self._gone}

    def write(self, tx: Transaction, kept: Keeper, say: Say) -> None:
        """Write what people are to have, as part of a change-set."""
        say(N_("Writing"), 0, 1)
        self._noun.write(tx, kept, self._sides())
        say(N_("Writing"), 1, 1)

    def _sides(self) -> Sides:
        return {person: (now, after) for person, now, after in self._targets()}

    def _after(self) -> list[Thing]:
        return [thing for _person, _now, after in self._targets() for thing in after]

    def _targets(self) -> Sequence[tuple[int, tuple[Any, ...], tuple[Any, ...]]]:
        return [row.target for row in self.rows if row.target is not None]


def _takes(draft: Draft) -> bool:
    return draft.values.get("doing") is Doing.REMOVE
