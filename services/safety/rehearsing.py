"""Rehearsal of telegrams (電文の予行, N02): who would be asked today, by what, and who would be missed and why."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import func, select

from core.errors import Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import query
from core.paging import Page
from core.transaction import Transaction
from data.models.people_search import PersonSearch
from data.models.procedures import SendingProcedure
from data.models.safety import Rule, RuleWho, TelegramRecord
from services import broadcasts, delivery
from services.safety.concerned import concerned
from services.safety.decisions import Decision
from services.safety.dry_run import Asks, dry_run
from services.safety.telegrams import InfoType, Status, Telegram, parse

MOST = 50


class RehearsedTelegrams(Input):
    """Telegrams to rehearse, in any order: kept ones by number, others as their bytes (base64 in JSON)."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", str_strip_whitespace=False)

    ids: list[int] = field(N_("Telegrams received"), default=[], max_length=MOST)
    files: list[bytes] = field(N_("Telegrams (XML)"), default=[], max_length=MOST, hidden=True, secret=True)


class RehearsedRulePeople(delivery.RehearsalAsk):
    """Which people one rule would ask, hit by these areas."""

    rule_id: int = field(N_("Rule"), hidden=True)
    hits: dict[str, Any] = field(N_("Areas"), hidden=True)


class RehearsedTelegram(Row):
    """One telegram and what would be decided about it, each rule as if it were switched on."""

    title: str
    kind: str
    status: Status
    info_type: InfoType
    report_time: datetime
    decisions: list[Decision]


class RehearsedAsk(Row):
    """That a rule asks: when, by which telegram (its place in the list, from 1), and how many people it newly asks."""

    at: datetime
    telegram: int
    areas: int
    people: int


class RehearsedRule(Row):
    """What one rule would do in the end: whom it asks, by what, and whom it cannot place.

    ``without_region`` people are placed nowhere, so no area asks them; of these ``with_address`` have an address from
    which a region can be made. Both are 0 for rules that do not go by people's regions.
    """

    rule_id: int
    name: str
    enabled: bool
    asks: list[RehearsedAsk]
    hits: dict[str, Any]
    prospect: broadcasts.Prospect
    without_region: int
    with_address: int

    @property
    def people(self) -> int:
        """Return how many people it asks in all."""
        return self.prospect.forecast.people


class RehearsedEvent(Row):
    """What telegrams would start: about each what would be decided, and each rule that would ask anybody."""

    telegrams: list[RehearsedTelegram]
    rules: list[RehearsedRule]


@query("safety.rehearse", N_("Rehearse telegrams"))
def rehearse(tx: Transaction, ask: RehearsedTelegrams) -> RehearsedEvent:
    """Decide telegrams against today's people and rules without sending (電文の予行, N02).

    Drills are taken for real, rules that are switched off act too, and what was taken in before is not known.

    Raises:
        Invalid: when a file is no whole JMA report.
        Refused: when there is no telegram, or no rule.
    """
    telegrams = _telegrams(tx, ask)
    rules = {rule.id: rule.enabled for rule in tx.execute(select(Rule).order_by(Rule.id)).scalars()}
    if not telegrams:
        raise Refused(N_("Choose at least one telegram."))
    if not rules:
        raise Refused(N_("There is no rule yet, so nothing would be sent. Make one first."))
    run = dry_run(tx, telegrams)
    return RehearsedEvent(
        telegrams=[_told(one, decided) for one, decided in zip(telegrams, run.decisions, strict=True)],
        rules=[_rule(tx, rule_id, rules[rule_id], asks) for rule_id, asks in sorted(run.asks.items())],
    )


@query("safety.rehearse_people", N_("Rehearse telegrams: see who would be asked"))
def rehearse_people(tx: Transaction, ask: RehearsedRulePeople) -> Page[delivery.RehearsalLine]:
    """Return a page of the people whom a rule would ask, with their addresses or why nothing reaches them (N02).

    Raises:
        NotFound: when the rule is gone.
    """
    rule = tx.session.get_one(Rule, ask.rule_id)
    waits, _cap = _procedure(tx, rule)
    people = concerned(tx, rule, ask.hits).people
    return delivery.rehearsal_page(tx, people, ask, *broadcasts.first_channels(waits))


def _telegrams(tx: Transaction, ask: RehearsedTelegrams) -> list[Telegram]:
    kept = select(TelegramRecord.content).where(TelegramRecord.id == func.any(ask.ids))
    found = [Telegram.model_validate(content) for content in tx.execute(kept).scalars()]
    return sorted([*found, *map(parse, ask.files)], key=lambda one: one.report_time)


def _told(telegram: Telegram, decided: list[Decision]) -> RehearsedTelegram:
    return RehearsedTelegram(
        title=telegram.head_title or telegram.title, kind=telegram.telegram.value, status=telegram.status,
        info_type=telegram.info_type, report_time=telegram.report_time, decisions=decided,
    )  # fmt: skip


def _rule(tx: Transaction, rule_id: int, enabled: bool, asks: list[Asks]) -> RehearsedRule:
    rule = tx.session.get_one(Rule, rule_id)
    waits, cap = _procedure(tx, rule)
    prospect = broadcasts.prospect(tx, concerned(tx, rule, asks[-1].hits).people, waits, cap)
    counts = [*[tx.count(concerned(tx, rule, one.hits).people) for one in asks[:-1]], prospect.forecast.people]
    without, with_address = _unplaced(tx) if rule.who is RuleWho.REGIONS else (0, 0)
    return RehearsedRule(
        rule_id=rule.id, name=rule.name, enabled=enabled, hits=asks[-1].hits, prospect=prospect,
        without_region=without, with_address=with_address,
        asks=[
            RehearsedAsk(at=one.at, telegram=one.telegram + 1, areas=len(one.hits), people=count - before)
            for one, count, before in zip(asks, counts, [0, *counts], strict=False)
        ],
    )  # fmt: skip


def _procedure(tx: Transaction, rule: Rule) -> tuple[dict[str, int], int | None]:
    row = tx.get(SendingProcedure, rule.procedure_id) if rule.procedure_id else None
    return broadcasts.waits_of(row), row.sms_cap_yen if row else None


def _unplaced(tx: Transaction) -> tuple[int, int]:
    placeable = func.count().filter(PersonSearch.placeable)
    row = tx.execute(select(func.count(), placeable).where(PersonSearch.regionless, PersonSearch.active)).one()
    return row[0], row[1]


def lines(found: RehearsedEvent) -> list[str]:
    """Return a rehearsal in words, a line each, in the current language: for the command line."""
    said = []
    for number, one in enumerate(found.telegrams, start=1):
        said.append(f"{number}. {one.kind} {one.title}")
        said += [f"   {decision.text}" for decision in one.decisions]
    for rule in found.rules:
        said += ["", *_rule_lines(rule)]
    return said if found.rules else [*said, "", _(N_("Nobody would be asked."))]


def _rule_lines(rule: RehearsedRule) -> list[str]:
    forecast = rule.prospect.forecast
    values = {
        "rule": rule.name, "people": f"{rule.people:,}", "reached": f"{forecast.reached:,}",
        "missed": f"{forecast.not_reached:,}", "seconds": f"{max(1, round(forecast.seconds)):,}",
        "yen": f"{rule.prospect.yen:,}",
    }  # fmt: skip
    head = N_(
        "Rule “{rule}”: people asked {people}, reached {reached}, not reached {missed}; about {seconds} seconds, "
        "at most {yen} yen"
    )
    off = N_(
        "Rule “{rule}”, which is switched off: people asked {people}, reached {reached}, not reached {missed}; "
        "about {seconds} seconds, at most {yen} yen"
    )
    said = [_(head if rule.enabled else off, **values)]
    said += [f"   {one.text}: {one.people:,}" for one in forecast.missed]
    if rule.without_region:
        said.append("   " + _(
            N_("People without a region, whom no area asks: {people}; of these with an address: {placed}"),
            people=f"{rule.without_region:,}", placed=f"{rule.with_address:,}",
        ))  # fmt: skip
    return said
