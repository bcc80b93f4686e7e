"""Numbers of the whole installation, from the database, for whoever watches it (``/metrics``)."""

from sqlalchemy import func, literal, select, text, union_all

from core.jobs import worker_alive
from core.transaction import Transaction
from data.models.access import SignInSession
from data.models.delivery import Chunk, ChunkState, Mailing, MailingState
from services.safety import read_since

_JOBS = text("SELECT status::text, count(*) FROM procrastinate.procrastinate_jobs GROUP BY 1")


def numbers(tx: Transaction) -> dict[str, int]:
    """Return each number by name; none of them grows with the number of people."""
    counted = union_all(
        select(literal("mailings_open"), func.count()).where(Mailing.state == MailingState.SENDING),
        select(literal("mail_chunks_open"), func.count()).where(Chunk.state != ChunkState.DONE),
        select(literal("sessions"), func.count()).where(
            SignInSession.expires_at > tx.now, SignInSession.revoked_at.is_(None)
        ),
    )
    found = {name: int(value) for name, value in tx.execute(counted)}
    since = read_since(tx)
    if since is not None:
        found["feed_age_seconds"] = max(round((tx.now - since).total_seconds()), 0)
    found |= {f"jobs_{status}": int(value) for status, value in tx.execute(_JOBS)}
    return {"worker_alive": int(worker_alive(tx)), "jobs_todo": 0, "jobs_doing": 0, "jobs_failed": 0, **found}
