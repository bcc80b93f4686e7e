"""A nationwide rule rehearsed, against the one SQL statement that counts people by why nothing reaches them.

``ours`` is the query of the page: who would be asked when, reached by what, missed and why (ms, the median).
"""

import time
from collections.abc import Callable

from sqlalchemy import Engine, select, text

import services
from bench.common import alternating, compared, full_size, product_database, report, settle
from bench.population import administrator, populate
from core.actor import Actor
from core.database import engine_for, transaction
from core.settings import ROOT
from data.models.broadcasts import MailTemplate, QuestionForm
from services.safety import EditRule, RehearsedTelegrams, RuleWho, edit_rule, rehearse

TELEGRAM = ROOT / "data" / "samples" / "telegrams" / "a1_VXSE51_first.xml"
RUNS = 5
PATIENCE_SECONDS = 120
COUNT = text("""
    SELECT reason, count(*) FROM (
        SELECT person.id,
               CASE WHEN bool_or(contact.state <> 'dead') THEN 'reached' WHEN count(contact.id) = 0 THEN 'nothing'
                    ELSE 'dead' END AS reason
        FROM person LEFT JOIN contact_point AS contact ON contact.person_id = person.id AND contact.kind = 'mail'
        WHERE person.retired_at IS NULL GROUP BY person.id
    ) AS one GROUP BY reason
""")


def main() -> None:
    """Run the bench and print its line."""
    people = 1_000_000 if full_size() else 20_000
    services.load_all()
    with product_database() as server:
        administrator()
        owner = engine_for(server.owner_url)
        populate(owner, people)
        make_rule()
        settle(server)
        ours, floor = alternating(RUNS, timed(rehearsed), timed(lambda: counted(owner)))
    report(
        bench="rehearsal", n=people, unit="ms", **compared(ours, floor), to_reach=3, runs=RUNS,
        floor_is="one SQL statement that counts people by why nothing reaches them",
    )  # fmt: skip


def make_rule() -> None:
    """Switch a rule on that asks everybody, anywhere in the country."""
    with transaction(Actor.system("bench")) as tx:
        template = tx.scalar(select(MailTemplate.id).where(MailTemplate.sample == "safety"))
        form = tx.scalar(select(QuestionForm.id).where(QuestionForm.sample == "safety"))
        edit_rule(tx, EditRule(
            name="計測", who=RuleWho.EVERYBODY, template_id=template, form_id=form, enabled=True
        ))  # fmt: skip


def rehearsed() -> None:
    """Rehearse one telegram as the page does."""
    with transaction(Actor.system("bench"), statement_seconds=PATIENCE_SECONDS) as tx:
        found = rehearse(tx, RehearsedTelegrams(files=[TELEGRAM.read_bytes()]))
    if not found.rules or not found.rules[0].people:
        raise RuntimeError("nobody would be asked")


def counted(owner: Engine) -> None:
    """Count with the one statement."""
    with owner.connect() as connection:
        connection.execute(COUNT).all()


def timed(work: Callable[[], None]) -> Callable[[int], float]:
    """Return what does the work and says how many ms it took."""

    def run(_number: int) -> float:
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) * 1_000

    return run
