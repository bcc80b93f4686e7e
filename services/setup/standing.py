"""How far the setup is, for Home (D17): worked out while the organisation is small, remembered when it is large.

The guide counts everybody. With some thousand people that takes a few milliseconds; with a million it takes a second,
so a job does it and Home says what the job saw.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.inputs import Nothing, Row
from core.jobs import job
from core.operations import query
from core.transaction import Transaction
from data.models.people import Person
from data.models.setup import SetupStanding
from services.setup.guide import GuideRow, guide_as_it_is
from services.setup.steps import STEPS

LARGE = 20_000
"""People beyond whom nobody waits for the count."""


class StandingRow(Row):
    """How many steps are done, and the first that is not. ``looked_at``: when a job saw it, None: this moment."""

    done: int
    steps: int
    number: int | None
    title: str
    page: str
    looked_at: datetime | None


@query("setup.standing", N_("See how far the setup is"))
def standing(tx: Transaction, _ask: Nothing) -> StandingRow | None:
    """Return how far the setup is (導入の状況); None: the organisation is large, and no job has looked yet."""
    if not _is_large(tx):
        found = guide_as_it_is(tx)
        return _row(found.done, found.next.key if found.next else None, None)
    kept = tx.get(SetupStanding, 1)
    return _row(kept.done, kept.next_step, kept.looked_at) if kept else None


@job("setup.look", periodic="*/10 * * * *")
def look() -> None:
    """Remember how far the setup of a large organisation is."""
    with transaction(Actor.system("setup.look")) as tx:
        if _is_large(tx):
            _keep(tx, guide_as_it_is(tx))


def _is_large(tx: Transaction) -> bool:
    some = select(Person.id).limit(LARGE + 1).subquery()
    return bool(tx.scalar(select(func.count()).select_from(some)) > LARGE)


def _keep(tx: Transaction, found: GuideRow) -> None:
    values = {"done": found.done, "next_step": found.next.key if found.next else None, "looked_at": tx.now}
    kept = insert(SetupStanding).values(id=1, **values)
    tx.execute(kept.on_conflict_do_update(index_elements=["id"], set_=values))


def _row(done: int, next_step: str | None, looked_at: datetime | None) -> StandingRow:
    step = next((step for step in STEPS if step.key == next_step), None)
    return StandingRow(
        done=done, steps=len(STEPS), number=step.number if step else None, title=_(step.title) if step else "",
        page=f"{step.page}.py" if step else "", looked_at=looked_at,
    )  # fmt: skip
