"""Why somebody was asked, or not (理由, D07): the telegram, the rule, the area, the moment, in one sentence a rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from core.clock import jst
from core.errors import NotFound
from core.i18n import N_, _, language, listed
from core.inputs import Input, Row, field
from core.operations import query
from core.transaction import Transaction
from data.models.areas import Area
from data.models.broadcasts import Recipient
from data.models.people import Person, PersonRegion
from data.models.safety import AskedRound, Asking, CaseTelegram, Rule, RuleWho, TelegramRecord
from services.access import people_within
from services.safety.families import family_of
from services.safety.places import around, places_of
from services.safety.telegrams import Telegram
from services.safety.why_not import Someone, why_not

ASKED = N_(
    "Asked on {at} by broadcast no. {broadcast} under rule “{rule}”: {telegram} reported {area}, which is a region of "
    "this person."
)
ASKED_ANYWHERE = N_("Asked on {at} by broadcast no. {broadcast} under rule “{rule}”, which asks everybody: {telegram}.")
ASKED_FIXED = N_(
    "Asked on {at} by broadcast no. {broadcast} under rule “{rule}”, of whose fixed recipients this person is one: "
    "{telegram} hit a fixed area."
)


class WhyAsk(Input):
    """About whom, and about what: a telegram, or an automatic broadcast."""

    person_id: int = field(N_("Person"), hidden=True)
    telegram_id: int | None = field(N_("Telegram"), default=None, hidden=True)
    broadcast_id: int | None = field(N_("Broadcast"), default=None, hidden=True)


class Reason(Row):
    """What one rule did about a person: ``sentence`` is in the reader's language."""

    rule: str
    asked: bool
    sentence: str
    telegram_id: int | None
    broadcast_id: int | None


class Why(Row):
    """All reasons about a person, the ones why the person was asked first."""

    person_id: int
    name: str
    telegram: str
    reasons: list[Reason]


@query("safety.why", N_("See why somebody was asked or not"))
def why(tx: Transaction, ask: WhyAsk) -> Why:
    """Return, for each rule, why a person was asked about an event or not (D07).

    Raises:
        NotFound: when there is no such person within reach, telegram or automatic broadcast.
    """
    someone = _someone(tx, ask.person_id)
    record = _telegram(tx, ask)
    telegram = Telegram.model_validate(record.content)
    cases = select(CaseTelegram.case_id).where(CaseTelegram.telegram_id == record.id)
    askings: dict[int, list[Asking]] = {}
    for one in tx.execute(select(Asking).where(Asking.case_id.in_(cases)).order_by(Asking.case_id)).scalars().all():
        askings.setdefault(one.rule_id, []).append(one)
    reasons = []
    for rule in _rules(tx, telegram, ask, askings):
        mine = askings.get(rule.id, [])
        asked = _asked(tx, someone, rule, mine)
        reasons.append(asked or _not_asked(tx, someone, rule, record, mine))
    reasons.sort(key=lambda reason: not reason.asked)
    return Why(person_id=someone.id, name=someone.name, telegram=_said(record), reasons=reasons)


def _someone(tx: Transaction, person_id: int) -> Someone:
    within = people_within(why.reach(tx), tx.actor)
    person = tx.scalar(select(Person).where(Person.id == person_id, within))
    if person is None:
        raise NotFound(N_("This person does not exist, or is outside your reach."))
    called = Area.name if language() == "ja" else Area.name_en
    regions = select(Area.code, called).join(PersonRegion, PersonRegion.area_code == Area.code)
    found = dict(tx.execute(regions.where(PersonRegion.person_id == person_id).order_by(Area.code)).all())
    return Someone(
        id=person.id, name=person.name, retired_at=person.retired_at, has_address=bool(person.address), regions=found
    )


def _telegram(tx: Transaction, ask: WhyAsk) -> TelegramRecord:
    wanted = ask.telegram_id
    if wanted is None:
        asked = select(AskedRound.telegram_id).where(AskedRound.broadcast_id == ask.broadcast_id)
        wanted = tx.scalar(asked.order_by(AskedRound.round.desc()).limit(1))
    record = tx.get(TelegramRecord, wanted) if wanted is not None else None
    if record is None:
        raise NotFound(N_("There is no telegram behind this. Only automatic broadcasts have one."))
    return record


def _rules(tx: Transaction, telegram: Telegram, ask: WhyAsk, askings: dict[int, list[Asking]]) -> Sequence[Rule]:
    family = family_of(telegram)
    rules = select(Rule).where(Rule.kind == family.kind if family else Rule.id.in_(askings)).order_by(Rule.id)
    found = tx.execute(rules).scalars().all()
    if ask.broadcast_id is None:
        return found
    opened = {rule_id for rule_id, rows in askings.items() for one in rows if one.broadcast_id == ask.broadcast_id}
    return [rule for rule in found if rule.id in opened]


def _asked(tx: Transaction, someone: Someone, rule: Rule, askings: Sequence[Asking]) -> Reason | None:
    opened = [one.broadcast_id for one in askings if one.broadcast_id is not None]
    found = (
        select(Recipient.broadcast_id, Recipient.area_code, AskedRound.at, AskedRound.hits, TelegramRecord)
        .outerjoin(
            AskedRound,
            and_(AskedRound.broadcast_id == Recipient.broadcast_id, AskedRound.round == Recipient.round),
        )
        .outerjoin(TelegramRecord, TelegramRecord.id == AskedRound.telegram_id)
        .where(Recipient.broadcast_id.in_(opened), Recipient.person_id == someone.id)
        .order_by(Recipient.broadcast_id)
    )
    row = tx.execute(found).first() if opened else None
    if row is None:
        return None
    message = {RuleWho.EVERYBODY: ASKED_ANYWHERE, RuleWho.FIXED: ASKED_FIXED}.get(rule.who, ASKED)
    record: TelegramRecord | None = row.TelegramRecord
    asked_at = row.at or askings[0].asked_at
    values = {
        "at": _moment(asked_at), "broadcast": row.broadcast_id, "rule": rule.name,
        "telegram": _said(record) if record else _(N_("a telegram")), "area": _area(tx, someone, rule, row),
    }  # fmt: skip
    return Reason(
        rule=rule.name, asked=True, sentence=_(message, **values), telegram_id=record.id if record else None,
        broadcast_id=row.broadcast_id,
    )  # fmt: skip


def _area(tx: Transaction, someone: Someone, rule: Rule, row: Any) -> str:
    """Return the person's regions that were hit; where that is not known any more, the one that was frozen."""
    hit = around(tx, places_of(tx, rule.kind, row.hits)) if row.hits else {}
    names = [name for code, name in someone.regions.items() if code in hit]
    return listed(names) if names else someone.regions.get(row.area_code, row.area_code or "–")


def _not_asked(
    tx: Transaction, someone: Someone, rule: Rule, record: TelegramRecord, askings: Sequence[Asking]
) -> Reason:
    sentence = why_not(tx, someone, rule, record, askings)
    opened = next((one.broadcast_id for one in askings if one.broadcast_id is not None), None)
    return Reason(rule=rule.name, asked=False, sentence=sentence, telegram_id=record.id, broadcast_id=opened)


def _said(record: TelegramRecord) -> str:
    return f"{record.title}（{_moment(record.report_time)}）" if language() == "ja" else (
        f"{record.title} ({_moment(record.report_time)})"
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return f"{jst(moment):%Y/%m/%d %H:%M}" if moment else "–"
