"""How far the setup is, for Home (D17)."""

from datetime import datetime

from core.i18n import N_
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from services.setup.guide import guide_by
from services.setup.headcount import headcount


class StandingRow(Row):
    """How many steps are done, and the first that is not. ``counted_at``: when people were counted, None: just now."""

    done: int
    steps: int
    number: int | None
    title: str
    page: str
    counted_at: datetime | None


@query("setup.standing", N_("See how far the setup is"))
def standing(tx: Transaction, _ask: Nothing) -> StandingRow | None:
    """Return how far the setup is (導入の状況); None: the organisation is large, and nobody has counted it yet."""
    people = headcount(tx)
    if people is None:
        return None
    found = guide_by(tx, people)
    return StandingRow(
        done=found.done, steps=len(found.steps), number=found.next.number if found.next else None,
        title=found.next.title if found.next else "", page=f"{found.next.page}.py" if found.next else "",
        counted_at=found.counted_at,
    )  # fmt: skip
