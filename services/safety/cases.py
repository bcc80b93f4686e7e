"""Cases (事案): one for each earthquake and tsunami by JMA's EventID; those of weather are found by ``episodes``."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.safety import Case, CaseTelegram
from services.safety.families import case_kind
from services.safety.telegrams import Telegram


def lock_events(tx: Transaction, telegram: Telegram) -> None:
    """Make the cases of a telegram's events unless they are there, and let nobody else decide about them meanwhile."""
    ids = sorted(set(telegram.event_ids))
    if ids:
        kind = case_kind(telegram)
        values = [{"kind": kind, "event_id": one, "began_at": telegram.report_time} for one in ids]
        tx.execute(insert(Case).values(values).on_conflict_do_nothing(index_elements=[Case.kind, Case.event_id]))
        tx.execute(
            select(Case.id).where(Case.kind == kind, Case.event_id.in_(ids)).order_by(Case.event_id).with_for_update()
        )


def lock(tx: Transaction, case_ids: Collection[int]) -> None:
    """Let nobody else decide about some cases meanwhile."""
    key = func.coalesce(Case.event_id, "")  # in the order in which telegrams lock them
    tx.execute(select(Case.id).where(Case.id.in_(case_ids)).order_by(key, Case.id).with_for_update())


def of_events(tx: Transaction, telegram: Telegram, event_ids: Sequence[str]) -> list[Case]:
    """Return the cases of events, in the telegram's order."""
    found = select(Case).where(Case.kind == case_kind(telegram), Case.event_id.in_(event_ids))
    return sorted(tx.execute(found).scalars(), key=lambda case: event_ids.index(case.event_id or ""))


def link(tx: Transaction, case_ids: Collection[int], telegram_id: int) -> None:
    """Note that a telegram speaks of some cases."""
    links = [{"case_id": one, "telegram_id": telegram_id} for one in sorted(case_ids)]
    if links:
        tx.execute(insert(CaseTelegram).values(links).on_conflict_do_nothing())


def related_to(telegram_id: int) -> Select[int]:
    """Return the numbers of the telegrams about the same event or warning, that one among them."""
    mine = select(CaseTelegram.case_id).where(CaseTelegram.telegram_id == telegram_id)
    events = select(Case.event_id).where(Case.id.in_(mine), Case.event_id.is_not(None))
    cases = select(Case.id).where(or_(Case.id.in_(mine), Case.event_id.in_(events)))
    return select(CaseTelegram.telegram_id).where(CaseTelegram.case_id.in_(cases))
