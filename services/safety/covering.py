"""How many people a rule would concern today (対象人数, D07): those whom some event could make it ask."""

from typing import Any

from sqlalchemy import func, select

from core.errors import NotFound
from core.i18n import N_
from core.inputs import Row
from core.operations import query
from core.transaction import Transaction
from data.models.areas import Area, Coast
from data.models.people import Person
from data.models.safety import Rule, RuleKind
from services.safety.concerned import concerned
from services.safety.rule_form import WhichRule
from services.safety.telegrams import TsunamiGrade


class Covered(Row):
    """How many people a rule may ask, of how many; the others are reached by no event under it."""

    people: int
    everybody: int


@query("safety.covered", N_("See how many people a rule would ask"))
def covered(tx: Transaction, ask: WhichRule) -> Covered:
    """Return how many active people a rule would ask if all the country were hit (D07).

    Raises:
        NotFound: when the rule is gone.
    """
    rule = tx.get(Rule, ask.id)
    if rule is None:
        raise NotFound(N_("This rule does not exist any more. Go back to the list."))
    people = concerned(tx, rule, _everywhere(tx, rule)).people
    everybody = select(func.count()).select_from(Person).where(Person.retired_at.is_(None))
    return Covered(people=tx.count(people), everybody=tx.scalar(everybody))


def _everywhere(tx: Transaction, rule: Rule) -> dict[str, Any]:
    if rule.kind is RuleKind.TSUNAMI:
        coasts = tx.execute(select(Coast.tsunami_code).where(Coast.lies).distinct()).scalars()
        return dict.fromkeys(coasts, TsunamiGrade.MAJOR_WARNING.value)
    prefectures = tx.execute(select(Area.code).where(Area.parent_code.is_(None))).scalars()
    return dict.fromkeys(prefectures, "7" if rule.kind is RuleKind.EARTHQUAKE else "33")
