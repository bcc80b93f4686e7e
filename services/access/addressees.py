"""Where mails to people with an account go (宛先): to the address that works best, of those the office has.

Not to private ones (本人登録): whoever gets hold of somebody's registration link could otherwise give an address of
their own, and have a link for a new password sent to it.
"""

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.inputs import Row
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person


class Addressee(Row):
    """Somebody with an account in use, and the mail address and language for a mail to them."""

    account_id: int
    name: str
    address: str
    language: str


def addressees(tx: Transaction, which: ColumnElement[bool]) -> list[Addressee]:
    """Return those of these accounts that are in use and have a mail address that is not known to be dead."""
    works_first = case((ContactPoint.state == ContactState.WORKS, 0), else_=1)
    rows = tx.execute(
        select(Account.id, Account.language, Person, ContactPoint.value)
        .join(Person, Person.id == Account.person_id)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            which,
            Account.status == AccountStatus.ACTIVE,
            ContactPoint.kind == ContactKind.MAIL,
            ContactPoint.origin == ContactOrigin.OFFICE,
            ContactPoint.state != ContactState.DEAD,
        )
        .order_by(Account.id, works_first, ContactPoint.id)
        .ext(distinct_on(Account.id))
    )
    return [
        Addressee(account_id=row.id, name=row.Person.name, address=row.value, language=row.language) for row in rows
    ]
