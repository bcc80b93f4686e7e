"""From a telegram on JMA's feed to the decision about it, with a rule that matches and many people with regions.

A server on loopback stands in for JMA. In each round it names one more earthquake, strong in five areas that change
from round to round, and at the end a few in a hundred areas (``wide``). ``ours`` is the p95 in ms from the moment when
the telegram was off the line to the end of the transaction that decided about it; ``look`` is that of the whole look:
both feeds asked, the telegram fetched and decided; ``asking`` is what a worker does right after it: the broadcast
opened, its audience frozen. ``people`` live in the areas of one telegram, in the mean. The floor is the same telegram
while no rule is switched on: read, kept, recorded.
"""

import logging
import os
import re
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

import core.settings
import services
from bench.common import full_size, product_database, report, settle
from bench.pages import p95
from bench.population import administrator, populate
from core import logs
from core.actor import Actor
from core.database import engine_for, transaction
from core.settings import ROOT
from services.safety import EditRule, FeedSwitch, edit_rule, opening, read_feeds, rules, switch_feed
from services.safety.feeds import telegrams as fetching

BUDGET_MS = 200
FEW, MANY, WIDE_ROUNDS = 5, 100, 10
SAMPLE = ROOT / "data" / "samples" / "telegrams" / "a1_VXSE51_first.xml"
FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><title>bench</title><id>bench</id>{}</feed>'
ENTRY = '<entry><title>震度速報</title><updated>{:%Y-%m-%dT%H:%M:%SZ}</updated><link href="{}"/></entry>'
AREAS = text("SELECT code FROM area WHERE kind = 'area' ORDER BY code")
PEOPLE = text("""
    SELECT count(DISTINCT region.person_id) FROM person_region region JOIN area ON area.code = region.area_code
    WHERE area.parent_code = ANY(:areas) OR area.code = ANY(:areas)
""")


@dataclass
class Jma:
    """What the server says: two feeds, one with one telegram at a time."""

    base: str = ""
    file: str = ""
    telegram: bytes = b""

    def says(self, path: str) -> bytes:
        """Return the answer for a path."""
        if "/data/" in path:
            return self.telegram
        named = self.file and path.endswith("/eqvol.xml")
        entries = ENTRY.format(datetime.now(UTC), f"{self.base}data/{self.file}") if named else ""
        return FEED.format(entries).encode()


@dataclass(frozen=True)
class Took:
    """How many ms a telegram took: to be decided, the whole look, and asking whom it concerns."""

    decision: float
    look: float
    asking: float


def main() -> None:
    """Run the bench and print its line."""
    people, rounds = (100_000, 60) if full_size() else (5_000, 15)
    logs.configure(logging.WARNING)
    services.load_all()
    with product_database() as server, standing_in() as jma:
        administrator()
        populate(engine_for(server.owner_url), people)
        settle(server)
        begin(jma)
        with system() as tx:
            areas = [code for (code,) in tx.execute(AREAS)]
        every = [some(areas, at, FEW) for at in range(rounds)]
        floor = [decided(jma, f"1{at:03}", hit) for at, hit in enumerate(every)]
        switch_a_rule_on()
        decided(jma, "2000", every[0])
        ours = [decided(jma, f"3{at:03}", hit) for at, hit in enumerate(every)]
        wide = [decided(jma, f"4{at:03}", some(areas, at, MANY)) for at in range(WIDE_ROUNDS)]
        with system() as tx:
            concerned = [tx.scalar(PEOPLE, {"areas": hit}) for hit in every]
            verdicts = dict(tx.execute(text("SELECT verdict, count(*) FROM telegram GROUP BY 1")).all())
    report(
        bench="telegram", n=people, rounds=rounds, unit="ms", ours=p95([one.decision for one in ours]),
        floor=p95([one.decision for one in floor]), budget_ms=BUDGET_MS,
        ratio=statistics.median(one.decision for one in ours) / statistics.median(one.decision for one in floor),
        median=statistics.median(one.decision for one in ours), look=p95([one.look for one in ours]),
        asking=p95([one.asking for one in ours]), wide=max(one.decision for one in wide), people=statistics.mean(concerned), verdicts=verdicts,
        floor_is="the same telegrams while no rule is on (p95; the ratio is of medians)",
    )  # fmt: skip


@contextmanager
def standing_in() -> Iterator[Jma]:
    """Run a server in JMA's place and read from it."""
    jma = Jma()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = jma.says(self.path)
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    jma.base = f"http://127.0.0.1:{server.server_address[1]}/"
    os.environ["RENRAKU_JMA_FEEDS"] = f"{jma.base}feed/"
    core.settings.settings.cache_clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield jma
    finally:
        server.shutdown()
        server.server_close()
        del os.environ["RENRAKU_JMA_FEEDS"]
        core.settings.settings.cache_clear()


def system() -> Any:
    """Open a transaction of the system."""
    return transaction(Actor.system("bench"))


def begin(jma: Jma) -> None:
    """Switch the reading on and look for the first time."""
    with system() as tx:
        switch_feed(tx, FeedSwitch(enabled=True))
    jma.file = ""
    read_feeds()


def switch_a_rule_on() -> None:
    """Switch the sample rule for earthquakes on: 5 lower or more, whoever has a region there."""
    with system() as tx:
        rule = rules(tx, rules.asks())[0]
    with system() as tx:
        values = {name: getattr(rule, name) for name in EditRule.model_fields}
        edit_rule(tx, EditRule(**values | {"enabled": True}))


def some(areas: Sequence[str], at: int, count: int) -> list[str]:
    """Return areas that lie side by side, others in each round."""
    return [areas[(at * count + step) % len(areas)] for step in range(count)]


def decided(jma: Jma, event: str, hit: Sequence[str]) -> Took:
    """Issue an earthquake, look at the feeds, and return how long that took."""
    shaken = "".join(f"<Area><Name>x</Name><Code>{code}</Code><MaxInt>6-</MaxInt></Area>" for code in hit)
    xml = SAMPLE.read_text("utf-8").replace("20310514091203", f"2031051409{event}")
    xml = re.sub("<Pref>.*</Pref>", f"<Pref><Name>x</Name><Code>13</Code>{shaken}</Pref>", xml, flags=re.DOTALL)
    jma.telegram, jma.file = xml.encode(), f"20310514001300_{event}_VXSE51_010000.xml"
    spent: list[float] = []
    really = fetching._take

    def timed(*given: Any) -> None:
        started = time.perf_counter()
        really(*given)
        spent.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    with patch.object(fetching, "_take", timed):
        read_feeds()
    look = time.perf_counter()
    opening.open_due_now()
    (decision,) = spent
    return Took(decision, (look - started) * 1000, (time.perf_counter() - look) * 1000)
