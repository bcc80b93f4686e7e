"""How many people have registered what, by department (連絡網の集計, D12): counted at once, or remembered.

Everybody counts once, in the main department (主務) and in all above it. With a million people counting takes seconds,
so in organisations of more than 20,000 a job does it every ten minutes, or whoever does not want to wait.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, literal, select, text

from core.actor import Actor, Reach
from core.database import allow_longer, transaction
from core.i18n import N_
from core.inputs import Nothing
from core.jobs import job
from core.operations import operation
from core.transaction import Transaction
from data.models.network import ContactStanding, NetworkTotal
from services.access import department_of
from services.network.settling import BATCH, settle

LARGE = 20_000
"""People beyond whom nobody waits for the count."""

SECONDS = 60
WHOLE = 0
"""Stands for the whole organisation where a department does."""

COUNT = """
    SELECT above.id AS department_id, mine.facts, CAST(sum(mine.people) AS bigint) AS people
    FROM (
        SELECT membership.department_id, standing.facts, count(*) AS people
        FROM contact_standing AS standing
        LEFT JOIN membership ON membership.person_id = standing.person_id AND membership.main
        GROUP BY membership.department_id, standing.facts
    ) AS mine
    LEFT JOIN department ON department.id = mine.department_id
    CROSS JOIN LATERAL unnest(
        CAST(string_to_array('0' || coalesce(rtrim(department.path, '/'), ''), '/') AS bigint[])
    ) AS above (id)
    GROUP BY above.id, mine.facts
"""
COUNTED = text(f"SELECT * FROM ({COUNT}) AS counted WHERE department_id = ANY(CAST(:ids AS bigint[]))")  # noqa: S608 - our own
KEEP = text(f"INSERT INTO network_total (department_id, facts, people, counted_at) SELECT *, :now FROM ({COUNT}) AS c")  # noqa: S608 - our own

Facts = Mapping[int, int]
"""People by what holds for them."""


class Counts(NamedTuple):
    """People by department and facts; ``counted_at`` None: just now."""

    people: Mapping[int, Facts]
    counted_at: datetime | None


def counts_of(tx: Transaction, department_ids: Iterable[int]) -> Counts:
    """Return the counts of these departments, each with all below it."""
    ids = sorted(set(department_ids))
    if not is_large(tx):
        return Counts(_by_department(tx.execute(COUNTED, {"ids": ids})), None)
    kept = select(NetworkTotal.department_id, NetworkTotal.facts, NetworkTotal.people)
    rows = tx.execute(kept.where(NetworkTotal.department_id == func.any(ids)))
    return Counts(_by_department(rows), tx.scalar(select(func.max(NetworkTotal.counted_at))))


def tops_of(reach: Reach) -> list[int]:
    """Return the departments at the top of a reach; none lies below another one."""
    if reach.whole:
        return [WHOLE]
    paths = [one for one in reach.paths if not any(one != above and one.startswith(above) for above in reach.paths)]
    return sorted(map(department_of, paths))


def is_large(tx: Transaction) -> bool:
    """Say whether there are more people than are counted while somebody waits."""
    some = select(literal(1)).select_from(ContactStanding).limit(LARGE + 1).subquery()
    return bool(tx.scalar(select(func.count()).select_from(some)) > LARGE)


@operation("network.count", N_("Count the contact network again"), touches="network_total")
def count_again(tx: Transaction, ask: Nothing) -> None:  # noqa: ARG001 - every operation is asked with something
    """Count everybody at once, after much was changed (数え直し)."""
    allow_longer(tx, SECONDS)
    while settle(tx, BATCH):
        pass
    keep_counts(tx)


@job("network.count", periodic="*/10 * * * *")
def count_regularly() -> None:
    """Remember the counts of a large organisation."""
    with transaction(Actor.system("network.count"), statement_seconds=SECONDS) as tx:
        if is_large(tx):
            keep_counts(tx)


def keep_counts(tx: Transaction) -> None:
    """Remember how many people there are of which facts."""
    # Who counts at the same time waits here, and its rows are gone before ours come.
    tx.execute(text("LOCK TABLE network_total IN SHARE ROW EXCLUSIVE MODE"))
    tx.execute(delete(NetworkTotal).execution_options(synchronize_session=False))
    tx.execute(KEEP, {"now": tx.now})


def _by_department(rows: Iterable[tuple[int, int, int]]) -> Mapping[int, Facts]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for department_id, facts, people in rows:
        found[department_id][facts] = people
    return found
