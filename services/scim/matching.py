"""Whom a directory means that makes a user: somebody new, somebody who comes back, or somebody without an account."""

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import exists, select

from core.errors import Conflict, Invalid
from core.i18n import N_, _
from core.operations import Process
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Person
from services.access import people_within, taken_logins
from services.people.fields import PersonFields
from services.people.rules import check_unique, owners_of_mails

if TYPE_CHECKING:
    from services.scim.users import UserFields


class Taken(Conflict):
    """Somebody or something else has a value that may be there only once."""


class Known(NamedTuple):
    """Who was found and how: ``returned`` by login name or code, ``adopted`` by code or mail; none: ``new``."""

    person: Person | None
    how: str


def known_already(tx: Transaction, process: Process[Any, Any], ask: "UserFields", login: str) -> Known:
    """Return the person within reach whom a new user stands for, locked for change.

    First whose login name it is, if they left; then who has the code and no account in use; then who has a mail
    address and no account. Everybody else who has one of these is in the way: ``check_free`` says so.

    Raises:
        Taken: when the mail addresses belong to several people.
    """
    owner = taken_logins(tx, [login]).get(login)
    if owner is not None:
        person = _within(tx, process, Person.id == owner, Person.retired_at.is_not(None))
        return Known(person, "returned" if person else "new")
    no_account = ~exists().where(Account.person_id == Person.id)
    if ask.employee_number:
        person = _within(tx, process, Person.code == ask.employee_number, Person.retired_at.is_not(None) | no_account)
        if person is not None:
            return Known(person, "adopted" if person.retired_at is None else "returned")
    owners = set(owners_of_mails(tx, ask.mails, office_only=True).values()) if ask.mails else set()
    if len(owners) > 1:
        raise Taken(N_("These mail addresses belong to several people."))
    person = _within(tx, process, Person.id.in_(owners), no_account) if owners else None
    return Known(person, "adopted" if person else "new")


def check_free(tx: Transaction, fields: PersonFields, person_id: int | None) -> None:
    """Check that nobody else has code, mail address or login name.

    Raises:
        Taken: when somebody has.
    """
    try:
        check_unique(tx, fields, person_id)
    except Invalid as error:
        raise Taken(N_("{problem}"), problem=" ".join(error.fields.values()) or _(error.message)) from error


def _within(tx: Transaction, process: Process[Any, Any], *which: Any) -> Person | None:
    found: Person | None = tx.scalar(
        select(Person)
        .where(*which, Person.erased_at.is_(None), people_within(process.reach(tx), tx.actor))
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    return found
