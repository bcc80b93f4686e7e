"""What a telegram starts (判定, D07): for each rule that is on, people to be asked at once or after a wait, or nothing.

Deciding is quick: it counts nobody. Who is asked is found, frozen and sent to by ``opening``, right after the decision
is in the database, or when the wait is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from core.transaction import Transaction
from data.models.safety import Asking, AskingState, Rule, RuleKind, Verdict
from services.safety import cases, decisions, episodes, kept_decisions, opening
from services.safety.cancelling import cancel, cancel_weather
from services.safety.concerned import concerns
from services.safety.decisions import Decision
from services.safety.families import Family, family_of
from services.safety.overtaken import coasts_told_later, events_to_act_on, weather_taken_back
from services.safety.places import unknown
from services.safety.reaching import Hits, acts_on, merged, minutes, reached, threshold_of
from services.safety.telegrams import InfoType, Kind, Status, Telegram

HitsByCase = Mapping[int, Hits]


def decide(tx: Transaction, telegram: Telegram, telegram_id: int) -> list[Decision]:
    """Do what a telegram asks for and return what that was; its cases are locked and it is linked to its events."""
    family = family_of(telegram)
    if family is None:
        why_not = telegram.why_not_earthquake()
        return [_silent(why_not.message)] if why_not else []
    if family.kind is RuleKind.SPECIAL_WARNING:
        return [*_decide_weather(tx, telegram, telegram_id, family), *_unknown_kinds(telegram)]
    return _decide_events(tx, telegram, telegram_id, family)


def _decide_events(tx: Transaction, telegram: Telegram, telegram_id: int, family: Family) -> list[Decision]:
    cancels = family.cancelled_by(telegram)
    if not cancels and (why_not := family.why_not(telegram)):
        return [_silent(why_not.message)]
    if not telegram.event_ids:
        return [_silent(decisions.NO_EVENT)]
    events = events_to_act_on(tx, telegram, family)
    case_ids = [case.id for case in cases.of_events(tx, telegram, events)]
    if cancels:
        return cancel(tx, case_ids, telegram, telegram_id) if events else [_silent(decisions.CANCEL_OVERTAKEN)]
    if not events:
        return [_silent(decisions.OVERTAKEN)]
    rules = _switched_on(tx, family.kind)
    if not rules:
        return [_silent(decisions.NO_RULES[family.kind])]
    told_later = coasts_told_later(tx, telegram, case_ids) if family.kind is RuleKind.TSUNAMI else set()
    decided = []
    for rule in rules:
        late = told_later if rule.grade is not None else set()
        hits = {code: value for code, value in reached(rule, telegram).items() if code not in late}
        decided.append(_apply(tx, telegram, telegram_id, rule, dict.fromkeys(case_ids, hits)))
    return [*decided, *_unknown(tx, rules, {code for rule in rules for code in reached(rule, telegram)})]


def _decide_weather(tx: Transaction, telegram: Telegram, telegram_id: int, family: Family) -> list[Decision]:
    """Act on special warnings: what a telegram ends is noted, so that what begins again is a case of its own."""
    if family.cancelled_by(telegram):
        return cancel_weather(tx, telegram, telegram_id)
    why_not = family.why_not(telegram)
    if telegram.status is not Status.NORMAL or (why_not and not telegram.special_warnings):
        return [_silent(why_not.message)] if why_not else []
    holds = {} if weather_taken_back(tx, telegram) else episodes.follow(tx, telegram)
    cases.link(tx, holds, telegram_id)
    if not holds:
        return [_silent(decisions.WEATHER_LIFTED if why_not else decisions.OVERTAKEN)]
    return _decide_holding(tx, telegram, telegram_id, family, holds)


def _decide_holding(
    tx: Transaction, telegram: Telegram, telegram_id: int, family: Family, holds: HitsByCase
) -> list[Decision]:
    rules = _switched_on(tx, family.kind)
    if not rules:
        return [_silent(decisions.NO_RULES[family.kind])]
    decided = []
    for rule in rules:
        mine = {case_id: where for case_id, where in holds.items() if set(where.values()) <= set(rule.warnings)}
        decided.append(_apply(tx, telegram, telegram_id, rule, mine))
    return [*decided, *_unknown(tx, rules, {code for where in holds.values() for code in where})]


def _switched_on(tx: Transaction, kind: RuleKind) -> Sequence[Rule]:
    found = select(Rule).where(Rule.enabled, Rule.kind == kind).order_by(Rule.id).with_for_update(read=True)
    return tx.execute(found).scalars().all()


def _unknown(tx: Transaction, rules: Sequence[Rule], codes: set[str]) -> list[Decision]:
    missing = unknown(tx, rules[0].kind, codes) if codes else []
    return [_silent(decisions.UNKNOWN_AREAS, codes=", ".join(missing))] if missing else []


def _unknown_kinds(telegram: Telegram) -> list[Decision]:
    if not telegram.unknown_kinds or telegram.status is not Status.NORMAL:
        return []
    kinds = ", ".join(f"{code} {name}".strip() for code, name in sorted(telegram.unknown_kinds.items()))
    return [_silent(decisions.UNKNOWN_KINDS, kinds=kinds)]


def _silent(message: str, **values: object) -> Decision:
    return Decision(verdict=Verdict.SILENT, message=message, values=values)


def _apply(tx: Transaction, telegram: Telegram, telegram_id: int, rule: Rule, by_case: HitsByCase) -> Decision:
    """Have the people asked whom a telegram concerns under one rule, or say why not."""
    if not acts_on(rule, telegram):
        return _silent(decisions.OTHER_POLICY, rule=rule.name)
    hit = {case_id: hits for case_id, hits in by_case.items() if hits}
    there = _askings(tx, rule, by_case)
    if not hit:
        return _lowered(tx, telegram, rule, there) or _below(telegram, rule)
    near = {case_id: found for case_id, hits in hit.items() if (found := concerns(tx, rule, hits))}
    areas = len({code for hits in (near or hit).values() for code in hits})
    if not near:
        return _silent(decisions.NOT_FIXED, rule=rule.name, threshold=threshold_of(rule), areas=areas)
    held = any(one.state is AskingState.HELD for one in there.values())
    due = None if held else _due(tx, telegram, rule, near, list(there.values()))
    if telegram.info_type is InfoType.CORRECTION:  # it says anew what waits; else what was said before holds as well
        for one in there.values():
            one.hits = one.hits if one.broadcast_id is not None else {}
    for case_id, hits in near.items():
        there.setdefault(case_id, Asking(case_id=case_id, rule_id=rule.id, telegram_id=telegram_id, hits={}))
        _store(tx, there[case_id], telegram_id, rule, hits, due)
    values = {"rule": rule.name, "threshold": threshold_of(rule), "areas": areas}
    if due is None:
        return Decision(verdict=Verdict.SILENT, message=decisions.HELD_BACK, values=values, rule_id=rule.id)
    if due <= tx.now:
        opening.soon(tx)
        return Decision(verdict=Verdict.WAITING, message=decisions.OPENING, values=values, rule_id=rule.id)
    return Decision(
        verdict=Verdict.WAITING, message=decisions.WAITS, values={**values, "until": due.isoformat()}, rule_id=rule.id
    )


def _below(telegram: Telegram, rule: Rule) -> Decision:
    values = {"rule": rule.name, "threshold": threshold_of(rule)}
    strongest = telegram.max_intensity
    if rule.threshold is None or strongest is None or strongest >= rule.threshold:
        return _silent(decisions.BELOW_UNKNOWN, **values)
    return _silent(decisions.BELOW, **values, intensity=strongest.value)


def _lowered(tx: Transaction, telegram: Telegram, rule: Rule, there: Mapping[int, Asking]) -> Decision | None:
    """Give up what waits where a correction (訂正) says that it was less; None where nothing does."""
    waiting = [one for one in there.values() if one.due_at is not None and one.broadcast_id is None]
    if telegram.info_type is not InfoType.CORRECTION or not waiting:
        return None
    for one in waiting:
        one.state, one.due_at = AskingState.CANCELLED, None
        _passed_on(tx, one.telegram_id, rule)
    tx.session.flush()
    values = {"rule": rule.name, "threshold": threshold_of(rule)}
    return Decision(verdict=Verdict.STOPPED, message=decisions.WAIT_LOWERED, values=values, rule_id=rule.id)


def _askings(tx: Transaction, rule: Rule, by_case: HitsByCase) -> dict[int, Asking]:
    found = select(Asking).where(Asking.rule_id == rule.id, Asking.case_id.in_(by_case)).with_for_update()
    rows = tx.execute(found.execution_options(populate_existing=True)).scalars()
    return {row.case_id: row for row in rows}


def _due(tx: Transaction, telegram: Telegram, rule: Rule, near: HitsByCase, there: Sequence[Asking]) -> datetime:
    """Return when people are asked: after the wait of the rule, unless the report is confirmed or they were already."""
    confirmed = telegram.telegram is Kind.HYPOCENTRE_AND_INTENSITY
    wait = min(minutes(rule, hits) for hits in near.values())
    if confirmed or not wait or any(one.broadcast_id is not None for one in there):
        return tx.now
    return min([tx.now + timedelta(minutes=wait), *(one.due_at for one in there if one.due_at is not None)])


def _store(  # noqa: PLR0917 - one row with all that it says
    tx: Transaction, row: Asking, telegram_id: int, rule: Rule, hits: Hits, due: datetime | None
) -> None:
    """Note what is to be asked and when; a telegram whose decision waited passes it on to this one."""
    if row.due_at is not None and row.telegram_id != telegram_id:
        _passed_on(tx, row.telegram_id, rule)
    row.hits = merged(rule.kind, row.hits, hits)
    row.state, row.due_at, row.telegram_id = (
        AskingState.HELD if due is None else AskingState.WAITING, due, telegram_id
    )  # fmt: skip
    if row.broadcast_id is None:
        row.cancelled_by = None
    tx.add(row)
    tx.session.flush()


def _passed_on(tx: Transaction, telegram_id: int, rule: Rule) -> None:
    passed = Decision(verdict=Verdict.SILENT, message=decisions.PASSED_ON, values={"rule": rule.name}, rule_id=rule.id)
    kept_decisions.settle(tx, telegram_id, rule.id, [passed])
