"""What was typed into a form and not saved yet (書きかけ): kept by account and form, gone once saved."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.desk import FormDraft
from services.desk.whose import own_account_id

MOST = 100
"""Drafts that are listed, the latest first."""


class WhichDraft(Input):
    """Of which form; the record that it is about is part of the name."""

    form: str = field(N_("Form"), max_length=200, hidden=True)


class KeptDraft(WhichDraft):
    """What stands in a form now. Its values are never in the audit trail: nothing was done with them yet."""

    version: int | None = field(N_("Version"), default=None, hidden=True)
    title: str = field(N_("What it is"), default="", max_length=200, hidden=True)
    place: str = field(N_("Page"), default="", max_length=2_000, hidden=True)
    values: dict[str, Any] = field(N_("Typed"), default={}, secret=True, hidden=True)
    before: dict[str, Any] = field(N_("Before"), default={}, secret=True, hidden=True)


class DraftRow(Row):
    """A draft, as it was typed at ``updated_at``."""

    form: str
    version: int | None
    title: str
    place: str
    values: dict[str, Any]
    before: dict[str, Any]
    updated_at: datetime


@query("desk.draft", N_("See what oneself has typed in a form"), own=True)
def draft(tx: Transaction, ask: WhichDraft) -> DraftRow | None:
    """Return what the asker typed in a form and has not saved; None: nothing."""
    found = None if tx.actor.looker else tx.get(FormDraft, (own_account_id(tx), ask.form))
    return DraftRow.model_validate(found) if found else None


@query("desk.drafts", N_("See what oneself has typed and not saved"), own=True)
def drafts(tx: Transaction, _ask: Nothing) -> list[DraftRow]:
    """Return what the asker typed and has not saved, the latest first; only they see it, nobody who looks as them."""
    if tx.actor.looker is not None:
        return []
    mine = select(FormDraft).where(FormDraft.account_id == own_account_id(tx))
    latest = mine.order_by(FormDraft.updated_at.desc(), FormDraft.form).limit(MOST)
    return [DraftRow.model_validate(row) for row in tx.execute(latest).scalars()]


@operation("desk.keep_draft", N_("Keep what oneself is typing"), own=True, recorded=False)
def keep_draft(tx: Transaction, ask: KeptDraft) -> None:
    """Keep what stands in a form now; without values there is nothing to keep any more."""
    account_id = own_account_id(tx)
    if not ask.values:
        _forget(tx, account_id, ask.form)
        return
    values = {
        "version": ask.version, "title": ask.title, "place": ask.place, "values": ask.values, "before": ask.before,
        "updated_at": tx.now,
    }  # fmt: skip
    kept = insert(FormDraft).values(account_id=account_id, form=ask.form, **values)
    tx.execute(kept.on_conflict_do_update(index_elements=["account_id", "form"], set_=values))


@operation("desk.discard_draft", N_("Discard what oneself has typed"), own=True, recorded=False)
def discard_draft(tx: Transaction, ask: WhichDraft) -> None:
    """Forget what was typed in a form: it was saved, or is not wanted."""
    _forget(tx, own_account_id(tx), ask.form)


def _forget(tx: Transaction, account_id: int, form: str) -> None:
    tx.execute(delete(FormDraft).where(FormDraft.account_id == account_id, FormDraft.form == form))
