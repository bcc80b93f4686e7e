"""What an operator of the installation should know: ``manage.py doctor``."""

from dataclasses import dataclass

from sqlalchemy import text

from core.actor import Actor
from core.database import engine, transaction
from core.i18n import N_, _
from core.jobs import worker_alive
from core.settings import settings
from data.migrate import is_current

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in a sentence."""

    good: bool
    text: str


def examine() -> list[Finding]:
    """Look at database, roles, migrations and worker, and say what to do where something is not as it should be."""
    with transaction(Actor.system("doctor")) as tx:
        version = int(tx.scalar(text("SELECT current_setting('server_version_num')::int"))) // 10_000
        strong = tx.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
        owns = tx.scalar(
            text("SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        )
        alive = worker_alive(tx)
    return [
        _finding(version >= OLDEST_MAJOR, N_("PostgreSQL {version}."),
                 N_("PostgreSQL {version} is too old; 15 or newer is needed."), version=version),
        _finding(is_current(engine()), N_("All migrations are applied."), N_("Run “python manage.py migrate”.")),
        _finding(not strong, N_("The application's role has no special rights."),
                 N_("DATABASE_URL names a role that may do everything. Use one that is no superuser.")),
        _finding(not owns, N_("Migrations and application use two roles."),
                 N_("One role owns the tables and runs the application. Set DATABASE_OWNER_URL to a second role.")),
        _finding(alive, N_("A worker is at work."), N_("No worker is at work. Start “python manage.py worker”.")),
        _finding(settings().https or settings().public_url is None, N_("Links in mails start with {address}."),
                 N_("Links in mails start with {address}, which is not https."), address=settings().base_url),
    ]  # fmt: skip


def _finding(good: bool, yes: str, no: str, **values: object) -> Finding:
    return Finding(good, _(yes if good else no, **values))
