"""Why a person was not asked about an event under a rule (対象外の理由, D07): the first reason that holds, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from core.clock import jst
from core.i18n import N_, _, listed
from core.transaction import Transaction
from data.models.broadcasts import Recipient
from data.models.safety import Asking, AskingState, Rule, RuleKind, RuleWho, TelegramRecord
from services.safety.concerned import AGAIN_WITHIN
from services.safety.decisions import Decision
from services.safety.intensity import Intensity
from services.safety.places import around, places_of
from services.safety.reaching import threshold_of
from services.safety.saying import said_time, threshold_label
from services.safety.telegrams import Telegram, TsunamiGrade

OFF = N_("Not asked: rule “{rule}” is switched off.")
NO_ACT = N_("Not asked: rule “{rule}” did not act on this telegram. {reason}")
WAITS = N_("Not asked yet: rule “{rule}” waits until {until}.")
HELD = N_("Not asked: somebody held back rule “{rule}” for this event.")
CANCELLED = N_("Not asked: JMA cancelled or corrected the report while rule “{rule}” waited.")
RETIRED = N_("Not asked: the person had left on {day}.")
UNMAPPED = N_(
    "Not asked: rule “{rule}” goes by regions, and this person has an address, but no region was made from it."
)
NO_REGION = N_("Not asked: rule “{rule}” goes by regions, and this person has none.")
NOT_REACHED = N_(
    "Not asked: none of this person's regions ({regions}) reached {threshold}, from which on rule “{rule}” acts. "
    "Reported there: {found}."
)
NOT_FIXED = N_("Not asked: this person is none of the fixed recipients of rule “{rule}”.")
SPARED = N_(
    "Not asked again: rule “{rule}” had asked this person on {at} by broadcast no. {broadcast}, less than 6 hours "
    "before, about something at least as strong here."
)
LATER = N_(
    "Not asked: when rule “{rule}” asked, this person was not in the roster yet, or had other regions or recipients' "
    "lists."
)
NOTHING = N_("nothing")


class Someone(NamedTuple):
    """What is known of a person: ``regions`` are names by code."""

    id: int
    name: str
    retired_at: datetime | None
    has_address: bool
    regions: Mapping[str, str]


def why_not(tx: Transaction, someone: Someone, rule: Rule, record: TelegramRecord, askings: Sequence[Asking]) -> str:
    """Return why a person who is no recipient was not asked."""
    values = {"rule": rule.name}
    if not askings:
        return _(NO_ACT, reason=_decided(record, rule), **values) if rule.enabled else _(OFF, **values)
    states = {one.state for one in askings}
    due = min((one.due_at for one in askings if one.due_at is not None), default=None)
    for state, message in ((AskingState.HELD, HELD), (AskingState.CANCELLED, CANCELLED)):
        if states == {state}:
            return _(message, **values)
    if due is not None and all(one.broadcast_id is None for one in askings):
        return _(WAITS, until=said_time(due), **values)
    if someone.retired_at is not None:
        return _(RETIRED, day=f"{jst(someone.retired_at):%Y/%m/%d}")
    return _by_choice(tx, someone, rule, record, askings)


def _by_choice(tx: Transaction, someone: Someone, rule: Rule, record: TelegramRecord, askings: Sequence[Asking]) -> str:
    values = {"rule": rule.name}
    hit = around(tx, places_of(tx, rule.kind, {code: value for one in askings for code, value in one.hits.items()}))
    if rule.who is RuleWho.REGIONS and not someone.regions:
        return _(UNMAPPED if someone.has_address else NO_REGION, **values)
    if rule.who is RuleWho.REGIONS and not set(someone.regions).intersection(hit):
        return _(
            NOT_REACHED, regions=listed(someone.regions.values()), threshold=threshold_label(threshold_of(rule)),
            found=_found(tx, someone, rule, record), **values,
        )  # fmt: skip
    if spared := _spared(tx, someone, rule, askings):
        asked_at = f"{jst(spared.asked_at):%Y/%m/%d %H:%M}"
        return _(SPARED, at=asked_at, broadcast=spared.broadcast_id, **values)
    return _(NOT_FIXED if rule.who is RuleWho.FIXED else LATER, **values)


def _decided(record: TelegramRecord, rule: Rule) -> str:
    decided = [Decision.model_validate(one) for one in record.decisions]
    mine = [one for one in decided if one.rule_id == rule.id or one.values.get("rule") == rule.name]
    return " ".join(one.text for one in mine or [one for one in decided if one.values.get("rule") is None])


def _found(tx: Transaction, someone: Someone, rule: Rule, record: TelegramRecord) -> str:
    """Return the strongest that a telegram reports for the regions of a person."""
    telegram = Telegram.model_validate(record.content)
    reported: dict[str, Any]
    if rule.kind is RuleKind.EARTHQUAKE:
        reported = dict(telegram.areas)
    else:
        reported = dict(telegram.tsunami) if rule.kind is RuleKind.TSUNAMI else {}
    there = around(tx, places_of(tx, rule.kind, reported))
    most = max((there[code] for code in someone.regions if code in there), default=None)
    if most is None:
        return _(NOTHING)
    if rule.kind is RuleKind.EARTHQUAKE:
        return list(Intensity)[int(most)].label
    return next(grade for grade in TsunamiGrade if grade.rank == most).label


def _spared(tx: Transaction, someone: Someone, rule: Rule, askings: Sequence[Asking]) -> Any:
    """Return what of another case had asked the person under the same rule shortly before."""
    asked_at = min((one.asked_at for one in askings if one.asked_at is not None), default=tx.now)
    found = (
        select(Asking.asked_at, Asking.broadcast_id)
        .join(Recipient, Recipient.broadcast_id == Asking.broadcast_id)
        .where(
            Asking.rule_id == rule.id, Recipient.person_id == someone.id,
            Asking.case_id.not_in([one.case_id for one in askings]),
            Asking.asked_at <= asked_at, Asking.asked_at > asked_at - AGAIN_WITHIN,
        )
        .order_by(Asking.asked_at.desc())
        .limit(1)
    )  # fmt: skip
    return tx.execute(found).first()
