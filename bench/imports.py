"""How long an import of people takes, from the click on “check” to the last row, against COPY of the same rows.

``ours`` is dry run and apply together, with the queue, in a process of its own whose largest size is ``peak_mib``. The
floor copies what came out into the same tables, with all their keys and indexes, in one transaction.
"""

import multiprocessing
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise

import psycopg

import services
from bench.common import alternating, cloned, compared, full_size, own_server, point_product_at, report
from bench.people_file import departments, people_csv
from core.actor import Actor
from core.database import engine, libpq_url, transaction
from core.jobs import run_waiting_jobs
from core.postgres import APP, EmbeddedPostgres
from services import people
from services.people.imports.queries import ImportAsk
from services.people.imports.upload import Application, Mapping, Upload
from services.people.tree import Node, store_departments

RUNS = 3
TABLES = {
    "person": "id, code, family_name, given_name, family_kana, given_kana, language, created_at, updated_at",
    "membership": "person_id, department_id, main",
    "person_region": "person_id, area_code",
    "contact_point": "id, person_id, kind, value",
    "account": "id, person_id, login, status, created_at",
}
SYSTEM = Actor.system("bench")


@dataclass(frozen=True)
class Took:
    """Milliseconds of each step, and the largest size of the process that did it."""

    upload: float
    check: float
    apply: float
    peak_mib: float


@dataclass
class Bench:
    """One server, one file, and what came out of its first import."""

    server: EmbeddedPostgres
    content: bytes
    results: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    took: list[Took] = field(default_factory=list)

    def ours(self, run: int) -> float:
        """Import the file in a fresh database and process; return the milliseconds of dry run and apply."""
        with cloned(self.server, f"ours_{run}") as url:
            with multiprocessing.get_context("spawn").Pool(1) as process:
                took = process.apply(import_file, (url, self.content))
            self.took.append(took)
            if not self.results:
                self.dump(url)
        return took.check + took.apply

    def dump(self, url: str) -> None:
        """Keep the rows of each table as COPY writes them."""
        with psycopg.connect(libpq_url(url)) as connection, connection.cursor() as cursor:
            for table, columns in TABLES.items():
                with cursor.copy(f"COPY {table} ({columns}) TO STDOUT (FORMAT binary)") as copy:
                    self.results[table] = b"".join(copy)
                self.rows[table] = cursor.rowcount

    def floor(self, run: int) -> float:
        """Copy the rows into a fresh database; return the milliseconds."""
        with cloned(self.server, f"floor_{run}") as url, psycopg.connect(libpq_url(url)) as connection:
            started = time.perf_counter()
            with connection.cursor() as cursor:
                for table, columns in TABLES.items():
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as copy:
                        copy.write(self.results[table])
            connection.commit()
            return (time.perf_counter() - started) * 1000


def main() -> None:
    """Run the bench and print its line."""
    number = 100_000 if full_size() else 5_000
    content = people_csv(number)
    with own_server() as server:
        make_departments(server)
        bench = Bench(server, content)
        ours, floor = alternating(RUNS, bench.ours, bench.floor)
    report(
        bench="import", n=number, unit="ms", **compared(ours, floor),
        floor_is="COPY of the resulting rows into the same tables with all their keys and indexes",
        peak_mib=max(took.peak_mib for took in bench.took),
        upload=statistics.median(took.upload for took in bench.took),
        check=statistics.median(took.check for took in bench.took),
        apply=statistics.median(took.apply for took in bench.took),
        rows=bench.rows,
        file_mib=len(content) / 2**20, runs=RUNS,
    )  # fmt: skip


def make_departments(server: EmbeddedPostgres) -> None:
    """Store the departments that the file names in the database that is cloned for each run."""
    with tempfile.TemporaryDirectory() as home:
        point_product_at(server.url(APP), home)
        with transaction(SYSTEM) as tx:
            store_departments(tx, [Node(path, path[:-1] or None, path[-1], None) for path in departments()], ())
        engine().dispose()


def import_file(url: str, content: bytes) -> Took:
    """Upload, check and apply a file; runs in a process of its own."""
    services.load_all()
    with tempfile.TemporaryDirectory() as home:
        point_product_at(url, home)
        times = [time.perf_counter()]
        with transaction(SYSTEM) as tx:
            stored = people.upload(tx, Upload(filename="people.csv", content=content))
        times.append(time.perf_counter())
        with transaction(SYSTEM) as tx:
            people.map_import(tx, Mapping(id=stored.id, mapping=stored.mapping))
        run_waiting_jobs()
        times.append(time.perf_counter())
        with transaction(SYSTEM) as tx:
            people.apply_import(tx, Application(id=stored.id))
        run_waiting_jobs()
        times.append(time.perf_counter())
        with transaction(SYSTEM) as tx:
            state = people.show_import(tx, ImportAsk(id=stored.id))
        if state.state != "applied":
            raise RuntimeError(f"the import ended as {state.state}: {state.message}")
        engine().dispose()
    upload, check, apply = ((after - before) * 1000 for before, after in pairwise(times))
    return Took(upload, check, apply, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
