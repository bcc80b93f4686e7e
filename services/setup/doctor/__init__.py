"""What an operator of the installation should know: ``manage.py doctor``, and the page of the same checks (診断).

Each check is a small function that asks one thing; what it finds wrong, it says with what to do.
"""

from sqlalchemy.exc import OperationalError

from core.actor import Actor
from core.database import engine, transaction
from core.errors import Unavailable
from core.i18n import N_, _
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from data.migrate import is_current
from services.setup.doctor import database, installation, work
from services.setup.doctor.finding import Finding, found

__all__ = ["Finding", "FindingRow", "diagnosis", "examine"]
LOOKER = Actor.system("doctor")


class FindingRow(Row):
    """One thing that was looked at; ``page`` is where it is mended, if that is a page of the console."""

    good: bool
    text: str
    page: str


@query("setup.doctor", N_("Examine the installation"))
def diagnosis(tx: Transaction, _ask: Nothing) -> list[FindingRow]:
    """Return what is as it should be and what is not, seen from the process that answers (診断)."""
    looking = tx.by(LOOKER)  # what a limited reach hides is no better for it
    findings = [*_of_database(looking), *_of_machine()]
    return [FindingRow(good=one.good, text=one.text, page=one.page) for one in findings]


def examine() -> list[Finding]:
    """Look at the database, the work that goes on in it, and this machine; say what is not as it should be."""
    try:
        with transaction(LOOKER) as tx:
            findings = _of_database(tx)
    except (OperationalError, Unavailable) as error:
        reason = error.text if isinstance(error, Unavailable) else str(error.orig).strip().partition("\n")[0]
        sentence = N_("The database does not answer ({reason}). Start it, or correct DATABASE_URL.")
        findings = [Finding(False, _(sentence, reason=reason))]
    return [*findings, *_of_machine()]


def _of_database(tx: Transaction) -> list[Finding]:
    findings = [check(tx) for check in database.CHECKS]
    current = is_current(engine())
    findings.append(found(current, N_("All migrations are applied."), N_("Run “python manage.py migrate”.")))
    if current:  # else there may be no such tables yet
        findings += [check(tx) for check in work.CHECKS]
    return [one for one in findings if one]


def _of_machine() -> list[Finding]:
    return [one for check in installation.CHECKS if (one := check())]
