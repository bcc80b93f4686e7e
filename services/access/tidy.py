"""Codes, links and sessions that ended long ago are deleted every night."""

from datetime import timedelta

from sqlalchemy import delete

from core.actor import Actor
from core.database import transaction
from core.jobs import job
from data.models.access import SignInCode, SignInLink, SignInSession, SignInTry

KEPT = timedelta(days=90)


@job("access.tidy", periodic="17 18 * * *")
def tidy() -> None:
    """Delete what has been over for 90 days, and tries that count no more."""
    with transaction(Actor.system("access.tidy")) as tx:
        for model in (SignInCode, SignInLink, SignInSession):
            tx.execute(delete(model).where(model.expires_at < tx.now - KEPT))
        tx.execute(delete(SignInTry).where(SignInTry.until < tx.now))
