"""What decides who signs in with an account is nothing for a directory where that account may do more than its own."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import func, select

from core.errors import Refused
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Person
from services.access import grants_of
from services.access.within import more_powerful
from services.people.edit import MORE_POWERFUL


def refuse_taking_over(tx: Transaction, person_id: int, login: str, mails: Collection[str], *, opens: bool) -> None:
    """Refuse a new login name, a new mail address or opening again for an account that may do more.

    To a mail address goes the link for a new password, and by it an identity at a provider finds its account. Stopping
    is for every account: whoever leaves is signed out, whatever they were. Measured by what the key's account may do:
    a key holds only a part of it, and would be weaker than everybody.

    Raises:
        Refused: when it is such an account.
    """
    account = tx.execute(select(Account.login, Account.status).where(Account.person_id == person_id)).one_or_none()
    if account is None:
        return
    there = tx.execute(
        select(func.lower(ContactPoint.value)).where(
            ContactPoint.person_id == person_id,
            ContactPoint.kind == ContactKind.MAIL,
            ContactPoint.origin == ContactOrigin.OFFICE,
        )
    ).scalars()
    reopened = opens and account.status is AccountStatus.STOPPED
    if not (reopened or account.login != login or {mail.lower() for mail in mails} - set(there)):
        return
    own = tx.actor.account_id
    whole = tx if own is None else tx.by(replace(tx.actor, grants=grants_of(tx, own)))
    if more_powerful(whole, Person.id == person_id):
        raise Refused(MORE_POWERFUL)
