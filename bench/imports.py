"""How long it takes to import an organisation, from the click on “check” to the last row, against COPY of the same rows.

``ours`` is a file of departments and one of people with their memberships, regions, addresses and accounts: dry run and
apply together, with the queue, in a process of its own whose largest size is ``peak_mib``. The floor copies what came out
into the same tables, with all their keys and indexes, in one transaction. Then ten times as many people: ``grows`` is
how many times as long each of them takes. ``again`` are files of memberships and of regions in which one person of ten
changes, as after an export and an afternoon in Excel.
"""

import io
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psycopg

import services
from bench.common import alternating, cloned, compared, full_size, own_server, point_product_at, report
from bench.people_file import departments_csv, memberships_csv, people_csv, regions_csv
from core.actor import Actor
from core.database import engine, libpq_url, transaction
from core.jobs import run_waiting_jobs
from core.postgres import EmbeddedPostgres
from services import people
from services.people import ImportKind
from services.people.imports.queries import ImportAsk
from services.people.imports.upload import Application, Mapping, Upload

RUNS = 3
TABLES = {
    "department": "id, parent_id, code, name, path, full_name, depth",
    "person": "id, code, family_name, given_name, family_kana, given_kana, language, created_at, updated_at",
    "membership": "person_id, department_id, main",
    "person_region": "person_id, area_code",
    "contact_point": "id, person_id, kind, value",
    "account": "id, person_id, login, status, created_at",
}
SYSTEM = Actor.system("bench")
TIMES = 10
ORGANISATION, PEOPLE = ImportKind.DEPARTMENTS.value, ImportKind.PEOPLE.value
AGAIN = (ImportKind.MEMBERSHIPS.value, ImportKind.REGIONS.value)
FILES: dict[str, Callable[[int], bytes]] = {
    ORGANISATION: lambda _people: departments_csv(),
    PEOPLE: people_csv,
    ImportKind.MEMBERSHIPS.value: memberships_csv,
    ImportKind.REGIONS.value: regions_csv,
}


@dataclass(frozen=True)
class Took:
    """Milliseconds of each step, and the largest size of the process that did it."""

    upload: float
    check: float
    apply: float
    peak_mib: float

    @property
    def whole(self) -> float:
        """Return dry run and applying together."""
        return self.check + self.apply


@dataclass
class Bench:
    """One server, one file, and what came out of its first import."""

    server: EmbeddedPostgres
    people: int
    results: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    took: list[Took] = field(default_factory=list)
    changes: dict[str, float] = field(default_factory=dict)

    def ours(self, run: int) -> float:
        """Import the files in a fresh database and process; return the milliseconds of dry runs and applying."""
        with cloned(self.server, f"ours_{run}") as url:
            took = imported(url, [ORGANISATION, PEOPLE], self.people)
            self.took.append(took)
            if not self.results:
                self.dump(url)
                self.again(url)
        return took.whole

    def again(self, url: str) -> None:
        """Import files in which a few people change, once."""
        for kind in AGAIN:
            self.changes[kind] = round(imported(url, [kind], self.people).whole, 1)

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
    with own_server() as server:
        bench = Bench(server, number)
        ours, floor = alternating(RUNS, bench.ours, bench.floor)
        larger = Bench(server, number * TIMES)
        whole = larger.ours(RUNS)
    report(
        bench="import", n=number, unit="ms", **compared(ours, floor),
        floor_is="COPY of the resulting rows into the same tables with all their keys and indexes",
        peak_mib=max(took.peak_mib for took in bench.took),
        upload=statistics.median(took.upload for took in bench.took),
        check=statistics.median(took.check for took in bench.took),
        apply=statistics.median(took.apply for took in bench.took),
        again=bench.changes, larger={
            "n": number * TIMES, "ours": round(whole, 1), "peak_mib": round(larger.took[0].peak_mib),
            "again": larger.changes, "grows": round(whole / TIMES / statistics.median(ours), 2),
        },
        rows=bench.rows, file_mib=len(people_csv(number)) / 2**20, runs=RUNS,
    )  # fmt: skip


def imported(url: str, kinds: list[str], people: int) -> Took:
    """Write the files, then let a process of its own import them from the disk, as it would those that were sent."""
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: str(Path(folder) / f"{kind}.csv") for kind in kinds}
        for kind, path in files.items():
            Path(path).write_bytes(FILES[kind](people))
        with multiprocessing.get_context("spawn").Pool(1) as process:
            return process.apply(import_files, (url, files))


def import_files(url: str, files: dict[str, str]) -> Took:
    """Upload, check and apply files one after the other; ``files`` are paths by kind."""
    services.load_all()
    steps = []
    with tempfile.TemporaryDirectory() as home:
        point_product_at(url, home)
        for kind, path in files.items():
            with Path(path).open("rb") as file:
                steps.append(import_file(ImportKind(kind), file))
        engine().dispose()
    upload, check, apply = (sum(column) for column in zip(*steps, strict=True))
    return Took(upload, check, apply, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def import_file(kind: ImportKind, file: io.BufferedReader) -> list[float]:
    """Upload, check and apply a file; return the milliseconds of each."""
    times = [time.perf_counter()]
    with transaction(SYSTEM) as tx:
        stored = people.upload(tx, Upload(kind=kind, filename="file.csv", content=file))
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
    return [(after - before) * 1000 for before, after in pairwise(times)]
