"""What an operator of the installation should know: ``manage.py doctor``.

Each check is a small function that asks one thing; what it finds wrong, it says with what to do.
"""

from sqlalchemy.exc import OperationalError

from core.actor import Actor
from core.database import engine, transaction
from core.errors import Unavailable
from core.i18n import N_, _
from data.migrate import is_current
from services.setup.doctor import database, installation, work
from services.setup.doctor.finding import Finding, found

__all__ = ["Finding", "examine"]


def examine() -> list[Finding]:
    """Look at the database, the work that goes on in it, and this machine; say what is not as it should be."""
    return [*_of_database(), *filter(None, (check() for check in installation.CHECKS))]


def _of_database() -> list[Finding]:
    try:
        with transaction(Actor.system("doctor")) as tx:
            findings = [check(tx) for check in database.CHECKS]
        current = is_current(engine())
    except (OperationalError, Unavailable) as error:
        reason = error.text if isinstance(error, Unavailable) else str(error.orig).strip().partition("\n")[0]
        sentence = N_("The database does not answer ({reason}). Start it, or correct DATABASE_URL.")
        return [Finding(False, _(sentence, reason=reason))]
    findings.append(found(current, N_("All migrations are applied."), N_("Run “python manage.py migrate”.")))
    if current:  # else there may be no such tables yet
        with transaction(Actor.system("doctor")) as tx:
            findings += [check(tx) for check in work.CHECKS]
    return [one for one in findings if one]
