"""What of the imports needs somebody: those that one has begun and not finished, and rows that were refused."""

from datetime import timedelta

from sqlalchemy import BigInteger, cast, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from data.models.people import ImportState, PeopleImport
from services.people.imports.upload import map_import

REMEMBERED = timedelta(days=14)
MOST = 5
ERRORS = cast(PeopleImport.counts["error"].astext, BigInteger)


@needs(map_import)
def unfinished_imports(tx: Transaction, _reach: Reach) -> list[Need]:
    """Name the actor's own imports of the last 14 days that wait for them, the latest first."""
    mine = (
        select(PeopleImport.id, PeopleImport.filename, PeopleImport.state, ERRORS.label("errors"))
        .where(PeopleImport.account_id == tx.actor.account_id, PeopleImport.created_at > tx.now - REMEMBERED)
        .order_by(PeopleImport.created_at.desc(), PeopleImport.id.desc())
        .limit(MOST)
    )
    return [
        _need(row.id, row.filename, row.state, row.errors or 0)
        for row in tx.execute(mine)
        if row.state in _SENTENCES or row.errors
    ]


_SENTENCES = {
    ImportState.UPLOADED: N_("“{file}” was uploaded; choose its columns"),
    ImportState.CHECKED: N_("“{file}” is checked; import it"),
    ImportState.FAILED: N_("“{file}” could not be imported"),
}


def _need(import_id: int, file: str, state: ImportState, errors: int) -> Need:
    text = N_("“{file}”: rows that were refused") if errors else _SENTENCES[state]
    amount = _(N_("{count} rows"), count=f"{errors:,}") if errors else _(N_("{count} files"), count=1)
    return Need(
        text=_(text, file=file), count=errors or 1, amount=amount, urgency=Urgency.TODAY, page="people/imports.py",
        values={"id": import_id},
    )  # fmt: skip
