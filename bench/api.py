"""How many requests a second the API answers: a query and an operation, over HTTP on loopback.

``ours`` is the throughput of as many queries as operations. The floor is a bare Starlette route that executes every
statement that ours sends, commit by commit, those of the rate limit and of the Idempotency-Key too, and answers with
a constant. Both run in a process of their own under uvicorn; four clients keep their connections open.
"""

import statistics
import urllib.request
from contextlib import ExitStack

from sqlalchemy import select

import services
from bench.api_calls import throughput
from bench.common import compared, full_size, product_database, report, settle
from bench.population import populate
from bench.served import free_port, serving, uvicorn
from core.actor import Actor
from core.database import engine_for, transaction
from data.models.access import PermissionSet
from data.models.setup import Organisation
from services import access

RUNS = 5
KINDS = {"query": "GET", "operation": "POST"}


def main() -> None:
    """Run the bench and print its line."""
    people, seconds = (100_000, 20.0) if full_size() else (5_000, 2.0)
    services.load_all()
    with product_database() as server, ExitStack() as running:
        key = make_key()
        populate(engine_for(server.owner_url), people)
        settle(server)
        ports = {
            name: running.enter_context(
                serving(
                    uvicorn(target, port := free_port()),
                    port,
                    BENCH_KEY=key,
                    RENRAKU_API_REQUESTS_PER_MINUTE="1000000000",
                )
            ).port
            for name, target in {"ours": "pages.public.app:app", "floor": "bench.api_floor:app"}.items()
        }
        statements = urllib.request.urlopen(f"http://127.0.0.1:{ports['floor']}/healthz").read().split()
        measured: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in KINDS} for name in ports}
        for run in range(-1, RUNS):  # the first one fills caches on both sides and is not counted
            for kind, method in KINDS.items():
                for name, port in ports.items():
                    came = throughput(port, key, method, seconds)
                    if run >= 0:
                        measured[name][kind].append(came)
    together = {name: [mixed(pair) for pair in zip(*of.values(), strict=True)] for name, of in measured.items()}
    report(
        bench="api", n=people, unit="requests/s", **compared(together["ours"], together["floor"]),
        floor_is="a bare Starlette route that executes every statement that ours sends, commit by commit",
        **{kind: compared(measured["ours"][kind], measured["floor"][kind]) for kind in KINDS},
        statements={kind: int(count) for kind, count in zip(KINDS, statements, strict=True)}, runs=RUNS,
    )  # fmt: skip


def mixed(throughputs: tuple[float, ...]) -> float:
    """Return the throughput of as many requests of each kind."""
    return statistics.harmonic_mean(throughputs)


def make_key() -> str:
    """Make the organisation, its administrator, and a key that may do everything."""
    with transaction(Actor.system("bench")) as tx:
        tx.add(Organisation(id=1, name="計測", sample=False, created_at=tx.now))
        account = access.make_first_administrator(
            tx, login="bench", password="a long sentence for a bench", family_name="計測", given_name="係"
        )
    with transaction(Actor.system("bench")) as tx:
        everything = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "administrator"))
        return access.make_key(tx, access.NewKey(account_id=account, name="計測", set_id=everything)).key
