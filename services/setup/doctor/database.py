"""Is PostgreSQL as it should be: version, role, limits, durability, clock, connections."""

from sqlalchemy import text

from core import clock
from core.database import CONNECTIONS
from core.i18n import N_
from core.settings import settings
from core.transaction import Transaction
from services.setup.doctor.finding import DatabaseCheck, Finding, found

OLDEST_MAJOR = 15
MOST_SKEW_SECONDS = 2
ZONE = "Asia/Tokyo"
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
SAFE = ("fsync", "full_page_writes", "synchronous_commit")


def version(tx: Transaction) -> Finding:
    """Is the server new enough?"""
    number = int(_setting(tx, "server_version_num")) // 10_000
    return found(
        number >= OLDEST_MAJOR,
        N_("PostgreSQL {version}."),
        N_("PostgreSQL {version} is too old; 15 or newer is needed."),
        version=number,
    )


def weak_role(tx: Transaction) -> Finding:
    """Is the application's role bound by row-level security?"""
    strong = tx.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
    return found(
        not strong,
        N_("The application's role has no special rights."),
        N_("DATABASE_URL names a role that may do everything. Use one that is no superuser."),
    )


def two_roles(tx: Transaction) -> Finding:
    """Does another role own the tables?"""
    owns = text("SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    return found(
        not tx.scalar(owns),
        N_("Migrations and application use two roles."),
        N_("One role owns the tables and runs the application. Set DATABASE_OWNER_URL to a second role."),
    )


def limits(tx: Transaction) -> Finding:
    """Do the limits reach the server? A pooler in between may drop them."""
    missing = [name for name in LIMITS if _setting(tx, name) in {"0", "0ms"}]
    return found(
        not missing,
        N_("Every statement has a limit of time."),
        N_("{names} is not set on our connections. Does a pooler drop startup options? Let it pass “options”."),
        names=", ".join(missing),
    )


def durable(tx: Transaction) -> Finding:
    """Does what was committed survive a power cut?"""
    off = [name for name in SAFE if _setting(tx, name) == "off"]
    return found(
        not off,
        N_("What was committed survives a power cut."),
        N_("{names} is off: a power cut loses or damages data. Switch it on in postgresql.conf."),
        names=", ".join(off),
    )


def same_time(tx: Transaction) -> Finding:
    """Do this machine and the database agree on the time?"""
    seconds = abs((tx.scalar(text("SELECT clock_timestamp()")) - clock.now()).total_seconds())
    return found(
        seconds <= MOST_SKEW_SECONDS,
        N_("This machine and the database agree on the time."),
        N_("The clocks of this machine and the database differ by {seconds} seconds. Run NTP on both."),
        seconds=round(seconds),
    )


def time_zones(tx: Transaction) -> Finding:
    """Does the server know Japan's time?"""
    known = tx.scalar(text("SELECT count(*) FROM pg_timezone_names WHERE name = :zone"), {"zone": ZONE})
    return found(
        known,
        N_("The database knows the time zones."),
        N_("The database does not know Asia/Tokyo. Install its time zone data (tzdata)."),
    )


def connections(tx: Transaction) -> Finding:
    """May every process that is known open as many connections as its pool allows?"""
    most = int(_setting(tx, "max_connections")) - int(_setting(tx, "superuser_reserved_connections"))
    workers = text("SELECT CASE WHEN to_regclass('procrastinate.procrastinate_workers') IS NULL THEN 0 ELSE 1 END")
    counted = text("SELECT count(*) FROM procrastinate.procrastinate_workers")
    processes = 1 + (int(tx.scalar(counted)) if tx.scalar(workers) else 0)
    needed = processes * CONNECTIONS
    return found(
        most >= needed,
        N_("{most} connections are enough for {processes} processes."),
        N_("{processes} processes may open {needed} connections, the server takes {most}. Raise max_connections."),
        most=most,
        processes=processes,
        needed=needed,
    )


def one_address(_tx: Transaction) -> Finding | None:
    """Is there a second address for migrations? Where the embedded database runs, the launcher knows both."""
    if settings().database_url is None or settings().database_owner_url is not None:
        return None
    sentence = N_("Only DATABASE_URL is set. Set DATABASE_OWNER_URL where migrations and backups run.")
    return found(False, sentence, sentence)


def _setting(tx: Transaction, name: str) -> str:
    return str(tx.scalar(text("SELECT current_setting(:name)"), {"name": name}))


CHECKS: tuple[DatabaseCheck, ...] = (
    version,
    weak_role,
    two_roles,
    one_address,
    limits,
    durable,
    same_time,
    time_zones,
    connections,
)
