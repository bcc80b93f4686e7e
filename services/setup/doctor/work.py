"""Does the work go on: workers, jobs, mails, seals, keys of stored secrets."""

from datetime import timedelta

from sqlalchemy import func, select, text

from core import rotation, seals
from core.clock import jst
from core.i18n import N_
from core.jobs import worker_alive
from core.transaction import Transaction
from data.models.delivery import Mailing, MailingState, MailSender, ProviderKind
from services.delivery import cause
from services.safety import feed_enabled, stale_since
from services.setup.doctor.finding import DatabaseCheck, Finding, found

WAITS_FOR = timedelta(minutes=10)
_WAITING = text("""
    SELECT count(*) FROM procrastinate.procrastinate_jobs AS job
    WHERE job.status = 'todo' AND COALESCE(job.scheduled_at,
        (SELECT max(event.at) FROM procrastinate.procrastinate_events AS event WHERE event.job_id = job.id)) < :before
""")
_FAILED = text("""
    SELECT count(*) FROM procrastinate.procrastinate_jobs AS job
    JOIN procrastinate.procrastinate_events AS event ON event.job_id = job.id AND event.type = 'failed'
    WHERE job.status = 'failed' AND event.at > :after
""")
_TAKEN = text("SELECT max(updated_at) FROM delivery WHERE mailing_id = :mailing AND state <> 'waiting'")


def worker(tx: Transaction) -> Finding:
    """Is anybody there to do the work?"""
    return found(
        worker_alive(tx), N_("A worker is at work."), N_("No worker is at work. Start “python manage.py worker”.")
    )


def stuck_jobs(tx: Transaction) -> Finding:
    """Do jobs wait for longer than any job should?"""
    count = int(tx.scalar(_WAITING, {"before": tx.now - WAITS_FOR}))
    return found(
        not count,
        N_("No job waits for long."),
        N_("{count} jobs have waited for more than 10 minutes. Start more workers, and read their log."),
        count=count,
    )


def failed_jobs(tx: Transaction) -> Finding:
    """Did jobs fail since yesterday?"""
    count = int(tx.scalar(_FAILED, {"after": tx.now - timedelta(days=1)}))
    return found(
        not count,
        N_("No job failed since yesterday."),
        N_("{count} jobs failed since yesterday. Look for “error” in the worker's log."),
        page="setup/work.py",
        count=count,
    )


def mail_sender(tx: Transaction) -> Finding:
    """Does mail leave the house?"""
    provider = tx.scalar(select(MailSender.provider)) or ProviderKind.LOCAL
    return found(
        provider is not ProviderKind.LOCAL,
        N_("Mail is sent by a mail server."),
        N_("Mail goes to the local mailbox only, nobody receives any. Set a server on the page “Sender”."),
        page="delivery/sender.py",
    )


def outbox(tx: Transaction) -> Finding:
    """Does every sending that is open go on?"""
    still = [
        one
        for one in tx.session.scalars(select(Mailing).where(Mailing.state == MailingState.SENDING))
        if max(one.created_at, tx.scalar(_TAKEN, {"mailing": one.id}) or one.created_at) < tx.now - WAITS_FOR
    ]
    reason = next((cause(one.trouble) for one in still if one.trouble), None) or "-"
    return found(
        not still,
        N_("No sending stands still."),
        N_("{count} sendings have stood still for 10 minutes ({reason}). Look at the sender and the workers."),
        page="setup/work.py",
        count=len(still),
        reason=reason,
    )


def feeds(tx: Transaction) -> Finding | None:
    """Do JMA's telegrams come in, if they are to?"""
    if not feed_enabled(tx):
        return None
    since = stale_since(tx)
    return found(
        since is None,
        N_("JMA's telegrams are read every minute."),
        N_("JMA's telegrams have not been read since {time}. Look at the page “Telegrams received” and the workers."),
        page="safety/telegrams.py",
        time=f"{jst(since):%m/%d %H:%M}" if since else "",
    )


def sealed(tx: Transaction) -> Finding:
    """Is the audit trail sealed up to now?"""
    count = tx.count(seals.unsealed(tx))
    return found(
        not count,
        N_("The audit trail is sealed."),
        N_("Audit records older than an hour are not sealed. Start a worker, then “manage.py audit verify”."),
    )


def seals_outside(tx: Transaction) -> Finding | None:
    """Were seals taken out of this installation lately?"""
    oldest = tx.scalar(select(func.min(seals.AuditSeal.at)))
    if oldest is None or oldest > tx.now - seals.KEEP_EVERY:
        return None
    kept = seals.last_kept()
    return found(
        kept is not None and kept > tx.now - seals.KEEP_EVERY,
        N_("Seals were printed within a month."),
        N_("No seals were printed for a month. Keep what “manage.py audit seals” prints in another place."),
    )


def one_key(tx: Transaction) -> Finding:
    """Is every stored secret under the newest key?"""
    count = rotation.older(tx)
    return found(
        not count,
        N_("Stored secrets are under the newest key."),
        N_("{count} stored secrets are under an older key. Run “python manage.py rotate-keys”."),
        count=count,
    )


CHECKS: tuple[DatabaseCheck, ...] = (
    worker,
    stuck_jobs,
    failed_jobs,
    mail_sender,
    outbox,
    feeds,
    sealed,
    seals_outside,
    one_key,
)
