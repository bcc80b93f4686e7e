"""A broadcast to everybody by mail: from the moment it is decided to the last mail that an SMTP sink took.

``ours`` and ``floor`` are mails a second with two workers. The floor sends as many bytes by the same client over as many
connections, with no database. The peer is django-post-office with its best settings (two processes of ten threads) on
the same PostgreSQL, what it takes to queue not counted. ``slow`` is the same with a sink that answers after 20 ms.
``alone`` has one worker, ``killed`` loses one of two in the middle: everybody has to be reached.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, make_url, select, text

import services
from bench import sink
from bench.broadcast_floor import BODY, letter
from bench.common import full_size, product_database, report, settle
from bench.population import STATEMENTS, administrator, filling
from bench.served import free_port, serving
from bench.sink import Came
from core.actor import Actor
from core.database import engine_for, transaction
from core.jobs import worker_alive
from core.postgres import EmbeddedPostgres
from core.settings import ROOT
from data.models.broadcasts import QuestionForm
from data.models.delivery import Delivery, DeliveryState, Mailing, MailingState, MailSender, ProviderKind, Security
from data.models.people import Person
from services import broadcasts, network

SLOW_MS = 20
WORKERS = 2
PEER = ROOT / ".venv" / "peer" / "bin" / "python"
PATIENCE_SECONDS = 1_800


@dataclass(frozen=True)
class Plan:
    """How many people each run asks."""

    people: int
    part: int
    slow: int
    peer: int


FULL = Plan(people=892_734, part=100_000, slow=100_000, peer=20_000)
SMALL = Plan(people=20_000, part=10_000, slow=10_000, peer=2_000)


@dataclass(frozen=True)
class Run:
    """What came of one broadcast: mails a second, seconds to the first mail, the largest memory of a worker (MiB)."""

    people: int
    per_second: float
    first_seconds: float
    opened_seconds: float
    memory_mib: float
    twice: int


@dataclass(frozen=True)
class Sink:
    """A sink that runs: where mail goes, and where it is asked."""

    port: int
    asked: int


def main() -> None:
    """Run the bench and print its line."""
    plan = FULL if full_size() else SMALL
    services.load_all()
    with product_database() as server:
        administrator()
        people_of(engine_for(server.owner_url), plan.people)
        settle(server)
        with sinking(0) as quick:
            floor = floor_of(quick, plan.part)
            ours = broadcast(quick, plan.people, WORKERS)
            part = broadcast(quick, plan.part, WORKERS)
            alone = broadcast(quick, plan.part, 1)
            killed = broadcast(quick, plan.part, WORKERS, kill=True)
            floor = max(floor, floor_of(quick, plan.part))
            peer = peer_of(server, quick, plan.peer)
        with sinking(SLOW_MS) as slow:
            slow_floor = floor_of(slow, plan.slow)
            slow_ours = broadcast(slow, plan.slow, WORKERS)
    report(
        bench="broadcast", n=plan.people, unit="mails/s", ours=ours.per_second, floor=floor, ratio=ours.per_second / floor,
        floor_is="the same bytes by the same client over as many connections, with no database", bytes=len(letter()),
        peer=peer, peer_is="django-post-office", to_peer=ours.per_second / peer if peer else None,
        first_seconds=ours.first_seconds, opened_seconds=ours.opened_seconds, memory_mib=ours.memory_mib, twice=ours.twice,
        slow={"ours": slow_ours.per_second, "floor": slow_floor, "ratio": slow_ours.per_second / slow_floor},
        two_workers=part.per_second, one_worker=alone.per_second,
        killed={"per_second": killed.per_second, "twice": killed.twice, "lost": 0},
    )  # fmt: skip


def people_of(owner: Engine, people: int) -> None:
    """Make people with one mail address each."""
    with filling(owner) as connection:
        for statement in STATEMENTS:
            if statement.lstrip().startswith(("INSERT INTO account", "INSERT INTO broadcast")):
                break
            connection.execute(text(statement), {"people": people} if ":people" in statement else {})
        connection.execute(text(
            "INSERT INTO contact_point (person_id, kind, value, state)"
            " SELECT n, 'mail', 'p' || n || '@example.jp', 'works' FROM generate_series(2, :people + 1) n WHERE n % 50 = 0"
        ), {"people": people})  # fmt: skip
        connection.execute(text("SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT max(id) FROM person))"))
    network.settle_waiting()  # what workers do within minutes of an import


def broadcast(to: Sink, people: int, workers: int, *, kill: bool = False) -> Run:
    """Ask so many people, and return what came of it once all was sent; raise if somebody was not reached."""
    sink.ask(to.asked, "forget")
    with working(to, workers) as processes:
        begun = time.time()
        mailing_id = opened(people)
        opened_at = time.time()
        if kill:
            wait(lambda: sink.ask(to.asked).mails >= people // 3)
            processes[0].send_signal(signal.SIGKILL)
        wait(lambda: is_finished(mailing_id))
        came = sink.ask(to.asked)
        memory = max(peak(one.pid) for one in processes if one.poll() is None)
    require_all(mailing_id, came, people)
    return Run(
        people=people, per_second=people / (came.last - begun), first_seconds=came.first - opened_at,
        opened_seconds=opened_at - begun, memory_mib=memory, twice=came.mails - came.people,
    )  # fmt: skip


def opened(people: int) -> int:
    """Open the broadcast as a telegram does, and return its mailing."""
    with transaction(Actor.system("bench"), statement_seconds=PATIENCE_SECONDS) as tx:
        form = tx.execute(select(QuestionForm).where(QuestionForm.sample == "safety")).scalar_one()
        broadcast_id = broadcasts.open_automatic(
            tx, title="計測", subject="【計測】{title}", body=BODY,
            form=broadcasts.form_row(form, broadcasts.questions_of(tx, form.id)),
            person_ids=select(Person.id).where(Person.id.between(2, people + 1)), cause=f"bench {time.time()}",
        )  # fmt: skip
        mailing_id: int = tx.scalar(select(Mailing.id).where(Mailing.broadcast_id == broadcast_id))
        return mailing_id


def is_finished(mailing_id: int) -> bool:
    """Say whether all was sent and recorded."""
    with transaction(Actor.system("bench")) as tx:
        return bool(tx.scalar(select(Mailing.state).where(Mailing.id == mailing_id)) is MailingState.FINISHED)


def require_all(mailing_id: int, came: Came, people: int) -> None:
    """Compare the ledger with what the sink took."""
    with transaction(Actor.system("bench"), statement_seconds=PATIENCE_SECONDS) as tx:
        accepted = tx.scalar(
            select(func.count()).where(Delivery.mailing_id == mailing_id, Delivery.state == DeliveryState.ACCEPTED)
        )
    if (accepted, came.people) != (people, people):
        raise RuntimeError(f"{people} were asked, {accepted} stand as sent, {came.people} were reached")


@contextmanager
def sinking(milliseconds: int) -> Iterator[Sink]:
    """Run a sink that answers after so many milliseconds."""
    port, asked = free_port(), free_port()
    with serving(["-m", "bench.sink", str(port), str(asked), str(milliseconds)], port):
        yield Sink(port, asked)


@contextmanager
def working(to: Sink, workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have so many workers who send to a sink, from when all of them are at work."""
    with transaction(Actor.system("bench")) as tx:
        row = tx.get(MailSender, 1) or MailSender(id=1, name="計測", address="office@example.jp")
        row.provider, row.smtp_host, row.smtp_port = ProviderKind.SMTP, "127.0.0.1", to.port
        row.smtp_security = Security.NONE
        tx.add(row)
    environment = {**os.environ, "RENRAKU_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "manage.py", "worker"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(workers)]
    try:
        wait(alive)
        time.sleep(3)  # all of them, and past what they do first
        yield processes
    finally:
        for one in processes:
            one.terminate()
        for one in processes:
            one.wait(30)


def alive() -> bool:
    """Say whether a worker is there."""
    with transaction(Actor.system("bench")) as tx:
        return worker_alive(tx)


def floor_of(to: Sink, mails: int) -> float:
    """Return the mails a second of as many processes that only send."""
    sink.ask(to.asked, "forget")
    share = mails // WORKERS
    with ExitStack() as running:
        processes = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "bench.broadcast_floor", str(to.port), str(at * share), str(share)], cwd=ROOT
                )
            )
            for at in range(WORKERS)
        ]
        if any(one.wait(PATIENCE_SECONDS) for one in processes):
            raise RuntimeError("the floor did not send")
    came = sink.ask(to.asked)
    return came.mails / (came.last - came.first)


def peer_of(server: EmbeddedPostgres, to: Sink, mails: int) -> float | None:
    """Return the mails a second of the peer; None where it is not installed (``make bench-broadcast`` does)."""
    if not PEER.exists():
        print("the peer is not installed: make bench-broadcast", file=sys.stderr)
        return None
    with engine_for(server.superuser_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE peer"))
    url = make_url(server.superuser_url).set(database="peer")
    place = [
        str(one or "")
        for one in ("peer", url.username, url.password, url.query.get("host") or url.host, url.port or "")
    ]
    told = subprocess.run(
        [PEER, Path("bench") / "floors" / "peer.py", *place, str(to.port), str(mails), str(len(BODY))],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return mails / float(told.stdout)


def peak(pid: int) -> float:
    """Return the most memory (MiB) that a process ever held."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def wait(holds: Any) -> None:
    """Look until it holds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError("it took too long")
        time.sleep(0.05)
