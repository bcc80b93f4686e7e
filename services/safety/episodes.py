"""Cases of special warnings (特別警報の事案): where each kind holds, from the first municipality to the last.

Telegrams about weather have no EventID, and those of the old form (VPWW53, 54) and of the new one (VPWW55 to 61) tell
of the same warning minutes apart. So what counts is the municipality and the kind: the newest report says whether it
holds. What holds anywhere goes on as one case; what begins again where it had ended is a new one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.safety import Case, CaseArea, RuleKind, TelegramRecord
from services.safety.telegrams import InfoType, Status, Telegram, in_force
from services.safety.telegrams.kinds import WEATHER_TRIGGERS

UNHEARD = timedelta(hours=24)
"""A warning of which nothing was heard for so long is over: the telegram that ended it did not come."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('special_warning'))")
SAID_LATER = text("""
    SELECT place.key AS area_code, kind.key AS code
    FROM telegram, jsonb_each(content->'special_warnings') AS place, jsonb_each(place.value) AS kind
    WHERE report_time > :time AND telegram.kind = ANY(:kinds) AND status = 'normal' AND info_type <> 'cancel'
        AND jsonb_typeof(content->'special_warnings') = 'object'
""")


def lock_weather(tx: Transaction) -> None:
    """Let nobody else decide about special warnings meanwhile: a case of them has no row before it begins."""
    tx.execute(ONE_AT_A_TIME)


def follow(tx: Transaction, telegram: Telegram) -> dict[int, dict[str, str]]:
    """Bring the cases to what a telegram says, and return where each of them holds by it: area code → kind."""
    later = {(row.area_code, row.code) for row in tx.execute(SAID_LATER, _asked(telegram))}
    holds: dict[str, list[str]] = defaultdict(list)
    ended: dict[str, list[str]] = defaultdict(list)
    for area, kinds in telegram.special_warnings.items():
        for code, status in kinds.items():
            if (area, code) not in later:
                (holds if in_force(status) else ended)[code].append(area)
    for area, code in _corrected_away(tx, telegram) - later:
        ended[code].append(area)
    found: dict[int, dict[str, str]] = {}
    for code in sorted({*holds, *ended}):
        _end(tx, code, ended[code], telegram)
        for case_id, areas in _go_on(tx, code, holds[code], telegram).items():
            found[case_id] = dict.fromkeys(areas, code)
        _close(tx, code, telegram)
    return found


def take_back(tx: Transaction, case_ids: Collection[int], telegram: Telegram) -> None:
    """End cases of which only a cancelled telegram spoke; what JMA issues next begins a new one."""
    tx.execute(update(CaseArea).where(CaseArea.case_id.in_(case_ids)).values(in_force=False))
    over = update(Case).where(Case.id.in_(case_ids), Case.ended_at.is_(None))
    tx.execute(over.values(ended_at=func.greatest(Case.began_at, telegram.report_time)))


def _corrected_away(tx: Transaction, telegram: Telegram) -> set[tuple[str, str]]:
    """Return where the telegram that a correction (訂正) takes the place of had a warning that the correction lacks."""
    if telegram.info_type is not InfoType.CORRECTION:
        return set()
    latest = (
        select(TelegramRecord.content["special_warnings"])
        .where(
            TelegramRecord.kind == telegram.telegram.value,
            TelegramRecord.status == Status.NORMAL.value,
            TelegramRecord.info_type != InfoType.CANCEL.value,
            TelegramRecord.content["office"].astext == telegram.office,
            TelegramRecord.report_time < telegram.report_time,
        )
        .order_by(TelegramRecord.report_time.desc())
        .limit(1)
    )
    before: Mapping[str, Mapping[str, str]] = tx.scalar(latest) or {}
    return {
        (area, code)
        for area, kinds in before.items()
        for code in kinds
        if code not in telegram.special_warnings.get(area, {})
    }


def _asked(telegram: Telegram) -> dict[str, object]:
    return {"time": telegram.report_time, "kinds": [kind.value for kind in WEATHER_TRIGGERS]}


def _end(tx: Transaction, code: str, areas: Sequence[str], telegram: Telegram) -> None:
    going_on = select(Case.id).where(Case.code == code, Case.ended_at.is_(None))
    over = (CaseArea.area_code == func.any(list(areas))) | (CaseArea.reported_at < telegram.report_time - UNHEARD)
    tx.execute(
        update(CaseArea)
        .where(CaseArea.case_id.in_(going_on), CaseArea.in_force, CaseArea.reported_at <= telegram.report_time, over)
        .values(in_force=False)
    )


def _go_on(tx: Transaction, code: str, areas: Sequence[str], telegram: Telegram) -> Mapping[int, list[str]]:
    """Return in which case each area stands: the one in which it holds already, the newest, or one that begins."""
    held: dict[str, int] = {}
    known: dict[int, set[str]] = defaultdict(set)
    rows = (
        select(CaseArea.case_id, CaseArea.area_code, CaseArea.in_force)
        .join(Case, Case.id == CaseArea.case_id)
        .where(Case.code == code, Case.ended_at.is_(None))
        .order_by(CaseArea.case_id)
    )
    for row in tx.execute(rows):
        known[row.case_id].add(row.area_code)
        if row.in_force:
            held[row.area_code] = row.case_id
    joined = max(held.values(), default=None)
    new = [area for area in areas if area not in held]
    if new and (joined is None or known[joined].intersection(new)):
        joined = _begin(tx, code, telegram)
    found: dict[int, list[str]] = defaultdict(list)
    for area in areas:
        case_id = held.get(area, joined)
        assert case_id is not None  # joined is set where anything is new
        found[case_id].append(area)
    _note(tx, found, telegram)
    return found


def _begin(tx: Transaction, code: str, telegram: Telegram) -> int:
    case = Case(kind=RuleKind.SPECIAL_WARNING, code=code, began_at=telegram.report_time)
    tx.add(case)
    tx.session.flush()
    return case.id


def _note(tx: Transaction, found: Mapping[int, Sequence[str]], telegram: Telegram) -> None:
    rows = [
        {"case_id": case_id, "area_code": area, "in_force": True, "reported_at": telegram.report_time}
        for case_id, areas in found.items()
        for area in areas
    ]
    if rows:
        noted = insert(CaseArea)
        newer = func.greatest(CaseArea.reported_at, noted.excluded.reported_at)
        tx.execute(
            noted.on_conflict_do_update(
                index_elements=[CaseArea.case_id, CaseArea.area_code], set_={"in_force": True, "reported_at": newer}
            ),
            rows,
        )


def _close(tx: Transaction, code: str, telegram: Telegram) -> None:
    holds = select(CaseArea.case_id).where(CaseArea.case_id == Case.id, CaseArea.in_force).exists()
    over = update(Case).where(Case.code == code, Case.ended_at.is_(None), ~holds)
    tx.execute(over.values(ended_at=func.greatest(Case.began_at, telegram.report_time)))
