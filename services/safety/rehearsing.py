"""Rehearsal of telegrams (電文の予行, N02): who would be asked today, by what, and who would be missed and why."""

from collections.abc import Sequence
from datetime import datetime

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
from services.safety import decisions
from services.safety.decisions import Decision
from services.safety.dry_run import DryRun, Round, dry_run
from services.safety.rounds import Rounds
from services.safety.telegrams import InfoType, Status, Telegram, parse

MOST = 50
MOST_ROUNDS = 20 * MOST
"""A telegram has a round for each event of which it speaks, at most."""


class RehearsedTelegrams(Input):
    """Telegrams to rehearse, in any order: kept ones by number, others as their bytes (base64 in JSON)."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", str_strip_whitespace=False)

    ids: list[int] = field(N_("Telegrams received"), default=[], max_length=MOST)
    files: list[bytes] = field(N_("Telegrams (XML)"), default=[], max_length=MOST, hidden=True, secret=True)


class RehearsedRulePeople(delivery.RehearsalAsk):
    """Which people one broadcast of a rule would ask, after all that the rule would have asked until then."""

    rule_id: int = field(N_("Rule"), hidden=True)
    number: int = field(N_("Number"), default=1, hidden=True)
    rounds: list[Round] = field(N_("Areas"), hidden=True, min_length=1, max_length=MOST_ROUNDS)


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
    """One broadcast that a rule would open: whom it asks in the end, by what, and whom it cannot place.

    Each event has one; ``number`` counts those of the rule, if there are ``several``. ``rounds`` is what the rule does
    until the last of its ``asks``.

    ``without_region`` people are placed nowhere, so no area asks them; of these ``with_address`` have an address from
    which a region can be made. Both are 0 for rules that do not go by people's regions.
    """

    rule_id: int
    name: str
    enabled: bool
    number: int
    several: bool
    asks: list[RehearsedAsk]
    rounds: list[Round]
    prospect: broadcasts.Prospect
    without_region: int
    with_address: int

    @property
    def title(self) -> str:
        """Return the name of the rule, and which of its broadcasts it is if there are several."""
        numbered = N_("{rule} (broadcast {number})")
        return _(numbered, rule=self.name, number=str(self.number)) if self.several else self.name

    @property
    def people(self) -> int:
        """Return how many people it asks in all."""
        return self.prospect.forecast.people


class RehearsedEvent(Row):
    """What telegrams would start: about each what would be decided, and each broadcast that would be opened."""

    telegrams: list[RehearsedTelegram]
    rules: list[RehearsedRule]


@query("safety.rehearse", N_("Rehearse telegrams"))
def rehearse(tx: Transaction, ask: RehearsedTelegrams) -> RehearsedEvent:
    """Decide telegrams against today's people and rules without sending (電文の予行, N02).

    Drills are taken for real, rules that are switched off act too, and what was taken in before is not known. Several
    events know of each other's people: whom one has asked another one asks again only as it would for real (D07).

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
    found = [one for rule_id in sorted(run.rounds) for one in _broadcasts(tx, rule_id, rules[rule_id], run)]
    return RehearsedEvent(
        telegrams=[_told(one, decided) for one, decided in zip(telegrams, run.decisions, strict=True)], rules=found
    )


@query("safety.rehearse_people", N_("Rehearse telegrams: see who would be asked"))
def rehearse_people(tx: Transaction, ask: RehearsedRulePeople) -> Page[delivery.RehearsalLine]:
    """Return a page of the people whom a rule would ask, with their addresses or why nothing reaches them (N02).

    Raises:
        NotFound: when the rule is gone.
    """
    rule = tx.session.get_one(Rule, ask.rule_id)
    waits, _cap = _procedure(tx, rule)
    people = Rounds(tx, rule, ask.rounds).people(ask.number)
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


def _broadcasts(tx: Transaction, rule_id: int, enabled: bool, run: DryRun) -> list[RehearsedRule]:
    """Ask the rounds of a rule and return its broadcasts; whom it would not ask again is said beside the telegram."""
    rule, rounds = tx.session.get_one(Rule, rule_id), run.rounds[rule_id]
    asking = Rounds(tx, rule, rounds)
    mine: dict[int, list[int]] = {}
    for place, (one, asked) in enumerate(zip(rounds, asking.asked, strict=True)):
        mine.setdefault(asked.broadcast_id, []).append(place)
        run.decisions[one.telegram] += decisions.spared(rule, asked.spared)
    without, with_address = _unplaced(tx) if rule.who is RuleWho.REGIONS else (0, 0)
    waits, cap = _procedure(tx, rule)
    found = []
    for number, places in mine.items():
        prospect = broadcasts.prospect(tx, asking.people(number), waits, cap)
        found.append(RehearsedRule(
            rule_id=rule.id, name=rule.name, enabled=enabled, number=number, several=len(mine) > 1,
            rounds=rounds[: places[-1] + 1], prospect=prospect, without_region=without, with_address=with_address,
            asks=_asks(rounds, asking, places, prospect.forecast.people),
        ))  # fmt: skip
    return found


def _asks(rounds: Sequence[Round], asking: Rounds, places: Sequence[int], people: int) -> list[RehearsedAsk]:
    asks = []
    for place in places:
        one, added = rounds[place], asking.asked[place].people
        added = people if added is None else added
        people -= added
        areas = len({code for hits in one.hits.values() for code in hits})
        asks.append(RehearsedAsk(at=one.at, telegram=one.telegram + 1, areas=areas, people=added))
    return asks


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
        "rule": rule.title, "people": f"{rule.people:,}", "reached": f"{forecast.reached:,}",
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
