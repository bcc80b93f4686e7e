"""What a telegram starts (判定, D07): for each rule that is on a broadcast, more people for one, or nothing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select

from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState, MailTemplate, QuestionForm
from data.models.safety import QuakeBroadcast, QuakeRule, Verdict
from services import broadcasts
from services.safety import decisions
from services.safety.cancelling import cancel, go_on
from services.safety.concerned import people_in, unknown_areas
from services.safety.decisions import Decision
from services.safety.intensity import Intensity
from services.safety.naming import title_of
from services.safety.overtaken import events_to_act_on
from services.safety.telegrams import Telegram


def decide(tx: Transaction, telegram: Telegram, telegram_id: int) -> list[Decision]:
    """Do what a telegram asks for and return what that was; its earthquakes are locked and it is linked to them."""
    if not telegram.cancels_earthquake and (why_not := telegram.why_not_earthquake()):
        return [_silent(why_not.message)]
    if not telegram.event_ids:
        return [_silent(decisions.NO_EVENT)]
    events = events_to_act_on(tx, telegram)
    if telegram.cancels_earthquake:
        return cancel(tx, events, telegram_id) if events else [_silent(decisions.CANCEL_OVERTAKEN)]
    if not events:
        return [_silent(decisions.OVERTAKEN)]
    switched_on = select(QuakeRule).where(QuakeRule.enabled).order_by(QuakeRule.id).with_for_update(read=True)
    rules = tx.execute(switched_on).scalars().all()
    if not rules:
        return [_silent(decisions.NO_RULE)]
    return [*[_apply(tx, telegram, rule, events) for rule in rules], *_unknown(tx, telegram, rules)]


def _unknown(tx: Transaction, telegram: Telegram, rules: Sequence[QuakeRule]) -> list[Decision]:
    lowest = min(Intensity(rule.threshold) for rule in rules)
    codes = unknown_areas(tx, telegram.areas_at_least(lowest))
    return [_silent(decisions.UNKNOWN_AREAS, codes=", ".join(codes))] if codes else []


def _silent(message: str, **values: object) -> Decision:
    return Decision(verdict=Verdict.SILENT, message=message, values=values)


def _apply(tx: Transaction, telegram: Telegram, rule: QuakeRule, events: Sequence[str]) -> Decision:
    areas = telegram.areas_at_least(Intensity(rule.threshold))
    if not areas:
        return _below(telegram, rule)
    opened = _opened(tx, rule, events)
    if opened:
        return _extend(tx, rule, events, opened, areas)
    if not _count(tx, people_in(areas)):
        return _about(rule, areas, Verdict.SILENT, decisions.NOBODY)
    return _open(tx, telegram, rule, events, areas)


def _below(telegram: Telegram, rule: QuakeRule) -> Decision:
    values = {"rule": rule.name, "threshold": rule.threshold}
    if telegram.max_intensity is None or telegram.max_intensity >= rule.threshold:
        return _silent(decisions.BELOW_UNKNOWN, **values)
    return _silent(decisions.BELOW, **values, intensity=telegram.max_intensity.value)


def _open(
    tx: Transaction, telegram: Telegram, rule: QuakeRule, events: Sequence[str], areas: Mapping[str, Intensity]
) -> Decision:
    template, form = tx.get(MailTemplate, rule.template_id), tx.get(QuestionForm, rule.form_id)
    assert template is not None  # foreign keys hold both
    assert form is not None
    broadcast_id = broadcasts.open_automatic(
        tx,
        title=title_of(tx, telegram, areas),
        subject=template.subject,
        body=template.body,
        form=broadcasts.form_row(form, broadcasts.questions_of(tx, form.id)),
        person_ids=people_in(areas),
        cause=f"earthquake {events[0]} under rule {rule.id}",
        areas=sorted(areas),
    )
    _link(tx, rule, events, broadcast_id)
    asked = tx.scalar(select(Broadcast.asked).where(Broadcast.id == broadcast_id))
    return _about(rule, areas, Verdict.OPENED, decisions.OPENED, broadcast=broadcast_id, people=asked)


def _extend(
    tx: Transaction,
    rule: QuakeRule,
    events: Sequence[str],
    opened: Sequence[QuakeBroadcast],
    areas: Mapping[str, Intensity],
) -> Decision:
    """Ask who is new. Earthquakes that were apart may be reported together later: then the latest broadcast asks."""
    broadcast_id = max(one.broadcast_id for one in opened)
    _link(tx, rule, events, broadcast_id)
    resumed = go_on(tx, [one for one in opened if one.cancelled_by is not None])
    people = people_in(areas, without={one.broadcast_id for one in opened})
    state = tx.scalar(select(Broadcast.state).where(Broadcast.id == broadcast_id).with_for_update())
    if state is BroadcastState.CLOSED:
        missed = _count(tx, people)
        message = decisions.CLOSED if missed else decisions.ALL_ASKED
        return _about(rule, areas, Verdict.SILENT, message, broadcast=broadcast_id, people=missed)
    added = broadcasts.extend(tx, broadcast_id, people, sorted(areas))
    if resumed:
        return _about(rule, areas, Verdict.EXTENDED, decisions.RESUMED, broadcast=broadcast_id, people=added)
    if not added:
        return _about(rule, areas, Verdict.SILENT, decisions.ALL_ASKED, broadcast=broadcast_id)
    message = decisions.HELD if state is BroadcastState.STOPPED else decisions.EXTENDED
    return _about(rule, areas, Verdict.EXTENDED, message, broadcast=broadcast_id, people=added)


def _about(
    rule: QuakeRule,
    areas: Mapping[str, Intensity],
    verdict: Verdict,
    message: str,
    *,
    broadcast: int | None = None,
    people: int = 0,
) -> Decision:
    values = {"rule": rule.name, "threshold": rule.threshold, "areas": len(areas), "people": people}
    if broadcast is not None:
        values["broadcast"] = broadcast
    return Decision(verdict=verdict, message=message, values=values, broadcast_id=broadcast)


def _opened(tx: Transaction, rule: QuakeRule, events: Sequence[str]) -> Sequence[QuakeBroadcast]:
    found = select(QuakeBroadcast).where(QuakeBroadcast.rule_id == rule.id, QuakeBroadcast.event_id.in_(events))
    return tx.execute(found.execution_options(populate_existing=True)).scalars().all()


def _link(tx: Transaction, rule: QuakeRule, events: Sequence[str], broadcast_id: int) -> None:
    for event_id in events:
        if tx.get(QuakeBroadcast, (event_id, rule.id)) is None:
            tx.insert(QuakeBroadcast, event_id=event_id, rule_id=rule.id, broadcast_id=broadcast_id)


def _count(tx: Transaction, people: Select[int]) -> int:
    count: int = tx.scalar(select(func.count()).select_from(people.subquery()))
    return count
