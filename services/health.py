"""Whether this installation can work: asked by machines (``/healthz``)."""

from dataclasses import dataclass

from core.actor import Actor
from core.database import engine, transaction
from core.jobs import worker_alive
from data.migrate import is_current


@dataclass(frozen=True)
class Health:
    """Whether the migrations are those of this code, and whether a worker showed a sign of life lately."""

    migrations: bool
    worker: bool


def look() -> Health:
    """Ask the database; raises what the driver raises when it does not answer."""
    with transaction(Actor.system("health")) as tx:
        alive = worker_alive(tx)
    return Health(migrations=is_current(engine()), worker=alive)
