"""Broadcasts, templates and question forms by the letters that are being typed (検索, Ctrl+K)."""

from typing import Any

from sqlalchemy import select

from core.actor import Reach
from core.clock import jst
from core.finding import MOST, Found, finds
from core.i18n import N_
from core.shown import day, joined
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, MailTemplate, QuestionForm
from services.broadcasts.forms import forms
from services.broadcasts.search import search
from services.broadcasts.sight import seen
from services.broadcasts.templates import templates


@finds(search, N_("Broadcasts"))
def broadcasts_named(tx: Transaction, reach: Reach, text: str) -> list[Found]:
    """Return broadcasts that the actor sees with these words in the title, the newest first."""
    statement = select(Broadcast.id, Broadcast.title, Broadcast.state, Broadcast.created_at)
    statement = statement.where(seen(reach, tx.actor))
    for word in text.split():
        statement = statement.where(Broadcast.title.icontains(word, autoescape=True))
    rows = tx.execute(statement.order_by(Broadcast.created_at.desc(), Broadcast.id.desc()).limit(MOST))
    return [
        Found(
            text=row.title, detail=joined([row.state, day(jst(row.created_at))]), page="broadcasts/show.py",
            values={"id": row.id},
        )
        for row in rows
    ]  # fmt: skip


@finds(templates, N_("Templates"))
def templates_named(tx: Transaction, _reach: Reach, text: str) -> list[Found]:
    """Return templates with these words in the name."""
    return _named(tx, MailTemplate, text, "broadcasts/templates.py")


@finds(forms, N_("Question forms"))
def forms_named(tx: Transaction, _reach: Reach, text: str) -> list[Found]:
    """Return question forms with these words in the name."""
    return _named(tx, QuestionForm, text, "broadcasts/forms.py")


def _named(tx: Transaction, model: Any, text: str, page: str) -> list[Found]:
    statement = select(model.id, model.name)
    for word in text.split():
        statement = statement.where(model.name.icontains(word, autoescape=True))
    rows = tx.execute(statement.order_by(model.name).limit(MOST))
    return [Found(text=row.name, page=page, values={"id": row.id}) for row in rows]
