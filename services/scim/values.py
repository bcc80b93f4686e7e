"""A user as a directory says it, completed by what stands and by rules, in the form that people are checked in."""

import hashlib
from typing import TYPE_CHECKING

from core.inputs import validated
from core.transaction import Transaction
from data.models.people import ContactKind, Person
from services.people.fields import PersonFields
from services.people.text import LONGEST_CODE
from services.scim.rows import contacts_of

if TYPE_CHECKING:
    from services.scim.users import UserFields

DIGITS = 8


def fields_of(tx: Transaction, ask: "UserFields", person: Person | None, login: str) -> PersonFields:
    """Return what is to stand about a person: what is named, else what stands, else what a rule gives.

    Raises:
        Invalid: when a value cannot be used.
    """
    contacts = contacts_of(tx, [person.id])[person.id] if person else {}
    mails = contacts.get(ContactKind.MAIL, []) if ask.mails is None else list(dict.fromkeys(ask.mails))
    mobile = next(iter(contacts.get(ContactKind.MOBILE, [])), "") if ask.mobile is None else ask.mobile
    names = ("given_name", "family_kana", "given_kana")
    said = {name: getattr(ask, name) for name in names}
    standing = {name: getattr(person, name) if person else "" for name in names}
    values = {
        "code": ask.employee_number or (person.code if person else code_from(login)),
        "family_name": ask.family_name or (person.family_name if person else login.partition("@")[0]),
        **{name: standing[name] if said[name] is None else said[name] for name in names},
        **{f"mail{at}": mail for at, mail in enumerate(mails, 1)},
        "mobile": mobile, "login": login,
    }  # fmt: skip
    if person:
        values |= {"language": person.language, "postal_code": person.postal_code, "address": person.address}
    return validated(PersonFields, values)


def code_from(login: str) -> str:
    """Return the code of somebody for whom none is sent: the login name, shortened with a digest if it is too long."""
    if len(login) <= LONGEST_CODE:
        return login
    digest = hashlib.sha256(login.encode()).hexdigest()[:DIGITS]
    return f"{login[: LONGEST_CODE - DIGITS - 1]}-{digest}"
