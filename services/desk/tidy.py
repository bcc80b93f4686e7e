"""What was typed and left alone for a month is deleted every night."""

from datetime import timedelta

from sqlalchemy import delete

from core.actor import Actor
from core.database import transaction
from core.jobs import job
from data.models.desk import FormDraft

KEPT = timedelta(days=30)


@job("desk.tidy", periodic="37 18 * * *")
def tidy() -> None:
    """Delete drafts that nobody touched for 30 days."""
    with transaction(Actor.system("desk.tidy")) as tx:
        tx.execute(delete(FormDraft).where(FormDraft.updated_at < tx.now - KEPT))
