"""Whom a case concerns under a rule (対象者): by the people's own regions, fixed recipients, or everybody."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Select,
    String,
    cast,
    column,
    false,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.scratch import Scratch
from core.transaction import Transaction
from data.models.broadcasts import Recipient
from data.models.people import Person, PersonRegion
from data.models.safety import Asking, Rule, RuleWho
from services import broadcasts
from services.safety.places import Places, around, places_of

AGAIN_WITHIN = timedelta(hours=6)
"""Whoever was asked under a rule so recently is asked about another case only when it is stronger for them."""


SPARED = Scratch("spared", Column("person_id", BigInteger))
RECIPIENTS = Recipient.__table__
"""Whom broadcasts have asked; a rehearsal has a table of its own."""


class Earlier(Protocol):
    """What a rule has asked about another case."""

    broadcast_id: Any
    hits: Any


class Concerned(NamedTuple):
    """The people of a rule and a case, and those of them whom another case of late has asked already."""

    people: Select[int]
    spared: Select[int] | None

    @property
    def to_ask(self) -> Select[int]:
        """Return those who are asked."""
        return self.people if self.spared is None else _but(self.people, self.spared)

    def left_out(self, opened: Collection[int], asked: FromClause = RECIPIENTS) -> Select[int] | None:
        """Return those who are not asked again, and whom none of these broadcasts has; None: no other case is known."""
        if self.spared is None:
            return None
        spared = self.people.where(self.people.selected_columns[0].in_(self.spared))
        return without(spared, opened, asked) if opened else spared


def concerned(tx: Transaction, rule: Rule, hits: dict[str, Any], *, case_ids: Collection[int] = ()) -> Concerned:
    """Return whom hits mean under a rule; ``case_ids`` are the cases themselves, others of late spare their people."""
    return concerned_after(tx, rule, hits, _of_late(tx, rule, case_ids) if case_ids else [])


def concerned_after(
    tx: Transaction, rule: Rule, hits: dict[str, Any], others: Sequence[Earlier], asked: FromClause = RECIPIENTS
) -> Concerned:
    """Return whom hits mean under a rule after what it has asked of late; ``asked`` says whom each broadcast asked."""
    where = around(tx, places_of(tx, rule.kind, hits))
    people = select(Person.id).where(Person.retired_at.is_(None), _chosen(rule, where))
    return Concerned(people, _kept_apart(tx, _spared(tx, rule, where, others, asked)) if others and where else None)


def concerns(tx: Transaction, rule: Rule, hits: dict[str, Any]) -> dict[str, Any]:
    """Return those of the hits that concern a rule: of fixed areas only those that lie in one or around one."""
    if rule.who is not RuleWho.FIXED:
        return hits
    fixed = set(rule.areas)
    return {
        code: value
        for code, value in hits.items()
        if fixed.intersection(around(tx, places_of(tx, rule.kind, {code: value})))
    }


def without(people: Select[int], broadcast_ids: Collection[int], asked: FromClause = RECIPIENTS) -> Select[int]:
    """Return the people without the recipients of some broadcasts."""
    return _but(people, select(asked.c.person_id).where(asked.c.broadcast_id.in_(broadcast_ids)))


def _but(people: Select[int], others: Select[int]) -> Select[int]:
    """Return people without others. Not by NOT IN: where many are left out, it reads all of them for each person."""
    left_out = others.subquery()
    return people.where(~select(1).where(left_out.c.person_id == Person.id).exists())


def _chosen(rule: Rule, where: Places) -> ColumnElement[bool]:
    if rule.who is RuleWho.EVERYBODY:
        return true()
    if rule.who is RuleWho.FIXED:
        return broadcasts.chosen(broadcasts.Selection.model_validate(rule.audience))
    if not where:
        return false()
    return Person.id.in_(select(PersonRegion.person_id).where(PersonRegion.area_code == func.any(sorted(where))))


def _of_late(tx: Transaction, rule: Rule, case_ids: Collection[int]) -> Sequence[Asking]:
    """Return what the rule has asked about other cases within the time in which nobody is asked twice for no more."""
    found = select(Asking).where(
        Asking.rule_id == rule.id, Asking.asked_at > tx.now - AGAIN_WITHIN, Asking.broadcast_id.is_not(None),
        Asking.cancelled_by.is_(None), Asking.case_id.not_in(case_ids),
    )  # fmt: skip
    return [one for one in tx.execute(found).scalars().all() if one.hits]


def _kept_apart(tx: Transaction, spared: Select[int]) -> Select[int]:
    """Find the people of a statement once, into a table of this transaction: what follows is planned by their number.

    Who compares strengths within a larger statement is at the mercy of an estimate: it may look once a person.
    """
    SPARED.empty(tx)
    SPARED.add(tx, spared.distinct())
    return select(SPARED.table.c.person_id)


def _spared(
    tx: Transaction, rule: Rule, where: Places, others: Sequence[Earlier], asked: FromClause
) -> Select[int]:  # fmt: skip
    if rule.who is not RuleWho.REGIONS:
        now = max(where.values())
        enough = [
            one.broadcast_id for one in others if max(places_of(tx, rule.kind, one.hits).values(), default=0) >= now
        ]
        return select(asked.c.person_id).where(asked.c.broadcast_id.in_(enough))
    earlier = [
        (one.broadcast_id, code, hit)
        for one in others
        for code, hit in around(tx, places_of(tx, rule.kind, one.hits)).items()
    ]
    before, now_hit = _table("earlier", earlier), _table("hit_now", [(None, code, hit) for code, hit in where.items()])
    strongest_before = (
        select(asked.c.person_id, func.max(before.c.strength).label("strength"))
        .join(PersonRegion, PersonRegion.person_id == asked.c.person_id)
        .join(before, (before.c.broadcast_id == asked.c.broadcast_id) & (before.c.code == PersonRegion.area_code))
        .group_by(asked.c.person_id)
        .subquery()
    )
    strongest_now = (
        select(PersonRegion.person_id, func.max(now_hit.c.strength).label("strength"))
        .join(now_hit, now_hit.c.code == PersonRegion.area_code)
        .group_by(PersonRegion.person_id)
        .subquery()
    )
    return (
        select(strongest_before.c.person_id)
        .join(strongest_now, strongest_now.c.person_id == strongest_before.c.person_id)
        .where(strongest_before.c.strength >= strongest_now.c.strength)
    )


def _table(name: str, rows: Sequence[tuple[int | None, str, float]]) -> Any:
    """Return rows of broadcast, area and strength as a table of the statement."""
    ids, codes, hits = ([row[place] for row in rows] for place in range(3))
    return (
        func.unnest(cast(ids, ARRAY(PersonRegion.person_id.type)), cast(codes, ARRAY(String)), cast(hits, ARRAY(Float)))
        .table_valued(
            column("broadcast_id", PersonRegion.person_id.type), column("code", String), column("strength", Float),
            name=name,
        )
        .render_derived(name=name)
    )  # fmt: skip
