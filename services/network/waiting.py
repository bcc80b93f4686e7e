"""What people gave and have not confirmed yet (確認待ち), as the office may see it: of what kind and since when.

It stands as long as its link is good, so the clock changes it and no trigger could: each look asks the claims
themselves, of which only those of a day count.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, func, select

from core.i18n import N_, _
from core.shown import moment, said
from core.transaction import Transaction
from data.models.registration import ContactClaim
from services.registration.claims import is_live

SINCE = N_("{kind}, since {moment}")
NOT_SENT = N_("{kind}, since {moment}; the message did not go out")
MOMENT: Any = bindparam("moment", type_=DateTime(timezone=True))


def waits() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a claim that somebody may still confirm; its statement is asked with ``moment_of``.

    Whoever asked for a code to send by LINE has given nothing yet.
    """
    return is_live(MOMENT), ContactClaim.value != ""


def moment_of(tx: Transaction) -> dict[str, Any]:
    """Return the values that statements with ``waits`` are asked with."""
    return {"moment": tx.now}


def waiting_people() -> Select[int]:
    """Return the people who gave something and have not confirmed it."""
    return select(ContactClaim.person_id).where(*waits())


def waiting_of(tx: Transaction, ids: list[int]) -> dict[int, list[str]]:
    """Return what waits of these people, in words and without the address; those of whom nothing does are left out."""
    rows = tx.execute(
        select(ContactClaim.person_id, ContactClaim.kind, ContactClaim.asked_at, ContactClaim.trouble)
        .where(ContactClaim.person_id == func.any(ids), *waits())
        .order_by(ContactClaim.asked_at, ContactClaim.id),
        moment_of(tx),
    )
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, kind, asked_at, trouble in rows:
        found[person_id].append(_(NOT_SENT if trouble else SINCE, kind=said(kind), moment=moment(asked_at)))
    return dict(found)
