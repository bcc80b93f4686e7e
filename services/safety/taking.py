"""Taking in a telegram (電文の取り込み, D07): read it, decide, keep what was decided; the asking follows at once.

All of one telegram is one transaction. Telegrams of one event wait for each other, so a broadcast opens once.
"""

import hashlib
from datetime import datetime

from pydantic import ConfigDict
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.errors import Invalid
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.safety import Source, TelegramRecord, Verdict
from services.safety import cases, decisions, episodes, kept_decisions
from services.safety.deciding import decide
from services.safety.decisions import Decision
from services.safety.telegrams import InfoType, Telegram, parse
from services.safety.telegrams.kinds import WEATHER_TRIGGERS

MOST_EVENTS = 20
LONGEST_EVENT_ID = 64
SHOWN = 200


class TakeTelegram(Input):
    """The bytes of a telegram (base64 in JSON) and how they came in."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", str_strip_whitespace=False)

    # Not secret, but too long for the audit trail: it has the digest.
    content: bytes = field(N_("Telegram"), hidden=True, secret=True)
    source: Source = field(N_("How it came in"), default=Source.UPLOAD, hidden=True)
    late: bool = field(N_("Came too late to ask anybody"), default=False, hidden=True)


class Taken(Row):
    """A telegram that was taken in, now or ``before``, and what was decided."""

    id: int
    before: bool
    received_at: datetime
    kind: str
    title: str
    report_time: datetime
    verdict: Verdict
    decisions: list[Decision]


@operation("safety.take_telegram", N_("Take in telegrams: a matching rule sends at once"), touches="telegram")
def take_telegram(tx: Transaction, ask: TakeTelegram) -> Taken:
    """Read a telegram and have done what the rules say (自動一斉送信, D07): at once, or after their wait.

    The same bytes are taken once; only where no rule was on is it decided again, for whoever switched one on since.

    Raises:
        Invalid: when it is no whole JMA report; nothing is kept then.
    """
    telegram = parse(ask.content)
    _require_plausible(telegram)
    cases.lock_events(tx, telegram)
    if telegram.telegram in WEATHER_TRIGGERS:
        episodes.lock_weather(tx)
    digest = hashlib.sha256(ask.content).digest()
    telegram_id = _keep(tx, telegram, ask, digest)
    if telegram_id is not None:
        cases.link(tx, [case.id for case in cases.of_events(tx, telegram, telegram.event_ids)], telegram_id)
    elif (telegram_id := _without_rule(tx, digest)) is None:
        return _taken(tx, digest, before=True)
    decided = _too_late(ask, telegram) or decide(tx, telegram, telegram_id)
    kept_decisions.note(tx, telegram_id, decided)
    tx.note(f"telegram:{telegram_id}", None, {"sha256": digest.hex(), "decisions": [one.kept() for one in decided]})
    return _taken(tx, digest, before=False)


def as_it_stands(tx: Transaction, taken: Taken) -> Taken:
    """Return a telegram that was taken in with what has come of it since."""
    found = select(TelegramRecord.verdict, TelegramRecord.decisions).where(TelegramRecord.id == taken.id)
    row = tx.execute(found).one()
    return taken.model_copy(update={"verdict": row.verdict, "decisions": [Decision(**one) for one in row.decisions]})


def _require_plausible(telegram: Telegram) -> None:
    ids = telegram.event_ids
    if len(ids) > MOST_EVENTS or any(len(one) > LONGEST_EVENT_ID for one in ids):
        raise Invalid(
            N_("The telegram's event ids (EventID) are not as JMA writes them. It was not used: fetch it again.")
        )


def _keep(tx: Transaction, telegram: Telegram, ask: TakeTelegram, digest: bytes) -> int | None:
    """Store the telegram and return its id; None when the same bytes are there."""
    kept: int | None = tx.scalar(
        insert(TelegramRecord)
        .values(
            digest=digest,
            source=ask.source,
            received_at=tx.now,
            kind=telegram.telegram.value,
            status=telegram.status.value,
            info_type=telegram.info_type.value,
            title=(telegram.head_title or telegram.title)[:SHOWN],
            report_time=telegram.report_time,
            max_intensity=telegram.max_intensity,
            content=telegram.model_dump(mode="json"),
            xml=ask.content,
            verdict=Verdict.SILENT,
            decisions=[],
        )
        .on_conflict_do_nothing(index_elements=[TelegramRecord.digest])
        .returning(TelegramRecord.id)
    )
    return kept


def _too_late(ask: TakeTelegram, telegram: Telegram) -> list[Decision]:
    """Return that a telegram came too late, if it did; a cancel never does: it stops what may still wait."""
    if not ask.late or telegram.info_type is InfoType.CANCEL:
        return []
    return [Decision(verdict=Verdict.SILENT, message=decisions.LATE)]


def _without_rule(tx: Transaction, digest: bytes) -> int | None:
    """Return the id of a telegram that was kept while no rule was on; None when it was decided by rules."""
    kept = select(TelegramRecord.id).where(
        TelegramRecord.digest == digest, TelegramRecord.decisions[0]["message"].astext.in_(decisions.NO_RULES.values())
    )
    found: int | None = tx.scalar(kept)
    return found


def _taken(tx: Transaction, digest: bytes, *, before: bool) -> Taken:
    names = ("id", "received_at", "kind", "title", "report_time", "verdict", "decisions")
    columns = [getattr(TelegramRecord, name) for name in names]
    row = tx.execute(select(*columns).where(TelegramRecord.digest == digest)).one()
    return Taken(before=before, **row._mapping)
