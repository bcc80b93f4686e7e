"""Whom the rounds of a rehearsal ask (予行の対象者, N02): as real ones do, they know whom other events asked of late.

Nothing is sent and nobody is asked, so whom each broadcast would have asked stands in a table of this transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import BigInteger, Column, Select, literal, select

from core.scratch import Scratch
from core.transaction import Transaction
from data.models.safety import Rule
from services.safety.concerned import AGAIN_WITHIN, concerned, concerned_after, without
from services.safety.dry_run import Round
from services.safety.reaching import Hits, merged

REHEARSED = Scratch("rehearsed", Column("broadcast_id", BigInteger), Column("person_id", BigInteger))
ASKED = REHEARSED.table


@dataclass
class Known:
    """What a rule has done about a case until now: ``opened`` is False while there was nobody to ask about it."""

    broadcast_id: int
    opened: bool
    hits: Hits
    asked_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What came of one round: in which broadcast it asks, how many people newly, and how many it does not ask again.

    ``people`` is None for all that the rounds before have left.
    """

    broadcast_id: int
    people: int | None
    spared: int = 0


class Rounds:
    """The rounds of one rule, asked one after the other; ``broadcast_id`` counts its broadcasts from 1."""

    def __init__(self, tx: Transaction, rule: Rule, rounds: Sequence[Round]) -> None:
        """Take the rounds in the order of their moments."""
        self._tx = tx
        self._rule = rule
        self._rounds = rounds
        self._known: dict[int, Known] = {}
        self._broadcasts = 0
        # Of one case alone, which is the rule, each round adds to the one before: nobody has to be written down.
        self._alone = len({frozenset(one.hits) for one in rounds}) == 1
        self._asked = [] if self._alone else self._ask_all()

    @cached_property
    def asked(self) -> list[Asked]:
        """Return what came of each round."""
        return self._count() if self._alone else self._asked

    def people(self, broadcast_id: int) -> Select[int]:
        """Return those whom a broadcast asks in all."""
        if self._alone:
            return concerned(self._tx, self._rule, self._together(self._rounds[-1])).people
        return select(ASKED.c.person_id).where(ASKED.c.broadcast_id == broadcast_id)

    def _count(self) -> list[Asked]:
        before = [concerned(self._tx, self._rule, self._together(one)).people for one in self._rounds[:-1]]
        counts = [self._tx.count(people) for people in before]
        added = [Asked(1, count - known) for count, known in zip(counts, [0, *counts], strict=False)]
        return [*added, Asked(1, None)]

    def _together(self, one: Round) -> Hits:
        hits: Hits = {}
        for of_case in one.hits.values():
            hits = merged(self._rule.kind, hits, of_case)
        return hits

    def _ask_all(self) -> list[Asked]:
        REHEARSED.empty(self._tx)
        return [self._ask(one) for one in self._rounds]

    def _ask(self, one: Round) -> Asked:
        """Ask about the cases of one telegram as ``opening`` does."""
        mine = [self._known[case_id] for case_id in one.hits if case_id in self._known]
        opened = {known.broadcast_id for known in mine if known.opened}
        broadcast_id = max(opened) if opened else self._next(mine)
        found = concerned_after(self._tx, self._rule, self._together(one), self._of_late(one), ASKED)
        left_out = found.left_out(opened, ASKED)
        spared = 0 if left_out is None else self._tx.count(left_out)
        people = self._write(broadcast_id, without(found.to_ask, opened, ASKED))
        self._note(one, broadcast_id, people=people, opened=bool(opened or people))
        return Asked(broadcast_id, people, spared)

    def _next(self, mine: Sequence[Known]) -> int:
        """Return the broadcast that would be opened now: that of an attempt that found nobody, or a new one."""
        taken = {known.broadcast_id for known in self._known.values() if known.opened}
        tried = [known.broadcast_id for known in mine if known.broadcast_id not in taken]
        if tried:
            return max(tried)
        self._broadcasts += 1
        return self._broadcasts

    def _of_late(self, one: Round) -> list[Known]:
        return [
            known for case_id, known in self._known.items()
            if case_id not in one.hits and known.asked_at is not None and known.asked_at > one.at - AGAIN_WITHIN
        ]  # fmt: skip

    def _write(self, broadcast_id: int, people: Select[int]) -> int:
        return REHEARSED.add(self._tx, select(literal(broadcast_id), people.subquery().c[0]))

    def _note(self, one: Round, broadcast_id: int, *, people: int, opened: bool) -> None:
        for case_id, hits in one.hits.items():
            before = self._known.get(case_id)
            kept = before.broadcast_id if before is not None and before.opened else broadcast_id
            asked_at = one.at if people else before.asked_at if before is not None else None
            self._known[case_id] = Known(kept, opened, hits, asked_at)
