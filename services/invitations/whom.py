"""Whom a list of addresses means: new people, people of the register without an account, or nobody who can be invited.

One look at the register for all addresses, however many there are.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.actor import Reach
from core.i18n import N_, _
from core.inputs import Row, WrongValue
from core.transaction import Transaction
from data.models.access import Account
from data.models.invitations import Invitation
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person
from services.access import people_within, taken_logins
from services.invitations.states import is_open
from services.people import mail_address

SIGNED = re.compile(r"[^\s<>,;、，]+[@＠][^\s<>,;、，]+")
BETWEEN = "<>,;、，\"'() \t\u3000"
NO_ADDRESS = N_("There is no mail address in this line.")
HAS_ACCOUNT = N_("Has an account already. Make a one-time link on the page of the account if it cannot sign in.")
INVITED = N_("Has an open invitation already. Send it again from the list if it got lost.")
SEVERAL = N_("This address belongs to several people. Choose the person by name.")
NOT_THIS_ONE = N_("You cannot invite this person: retired, or outside your reach.")
PRIVATE = N_("Somebody has registered this as a private address. Choose the person from the register.")
NO_MAIL = N_("There is no mail address that works for this person.")


class Skipped(Row):
    """A line or a person that was not invited, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Invitee:
    """Somebody to invite; without a ``person_id`` it is nobody of the register."""

    address: str
    person_id: int | None = None
    family_name: str = ""
    given_name: str = ""


def read(lines: Iterable[str]) -> tuple[list[Invitee], list[Skipped]]:
    """Return whom lines name: an address each, with a name before or behind it if there is one; each address once."""
    found: dict[str, Invitee] = {}
    skipped = []
    for line in lines:
        signed = SIGNED.search(line)
        try:
            address = mail_address(signed[0]) if signed else ""
        except WrongValue as error:
            skipped.append(Skipped(text=line, reason=str(error)))
            continue
        if signed is None or not address:
            skipped.append(Skipped(text=line, reason=_(NO_ADDRESS)))
            continue
        words = f"{line[: signed.start()]} {line[signed.end() :]}".translate(dict.fromkeys(map(ord, BETWEEN), " "))
        family, _space, given = " ".join(words.split()).partition(" ")
        found.setdefault(address.lower(), Invitee(address, None, family[:100], given[:100]))
    return list(found.values()), skipped


def people(tx: Transaction, ids: Sequence[int], reach: Reach) -> tuple[list[Invitee], list[Skipped]]:
    """Return these people of the register with the address that works best, and those who cannot be invited."""
    works_first = case((ContactPoint.state == ContactState.WORKS, 0), else_=1)
    # A private address can be given by whoever holds the paper with somebody's link: no account is opened by it.
    usable = and_(
        ContactPoint.kind == ContactKind.MAIL, ContactPoint.state != ContactState.DEAD,
        ContactPoint.origin == ContactOrigin.OFFICE,
    )  # fmt: skip
    rows = tx.execute(
        select(Person, ContactPoint.value, Account.id.label("account"))
        .outerjoin(ContactPoint, (ContactPoint.person_id == Person.id) & usable)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == func.any(list(ids)), people_within(reach, tx.actor), Person.retired_at.is_(None))
        .order_by(Person.id, works_first, ContactPoint.id)
        .ext(distinct_on(Person.id))
    ).all()
    skipped = [Skipped(text=str(one), reason=_(NOT_THIS_ONE)) for one in set(ids) - {row.Person.id for row in rows}]
    skipped += [Skipped(text=row.Person.name, reason=_(HAS_ACCOUNT)) for row in rows if row.account is not None]
    without = [row for row in rows if row.account is None and row.value is None]
    skipped += [Skipped(text=row.Person.name, reason=_(NO_MAIL)) for row in without]
    return [
        Invitee(row.value, row.Person.id, row.Person.family_name, row.Person.given_name)
        for row in rows if row.account is None and row.value is not None
    ], skipped  # fmt: skip


def sorted_out(tx: Transaction, invitees: Sequence[Invitee], reach: Reach) -> tuple[list[Invitee], list[Skipped]]:
    """Return those who can be invited, each with the person of the register whom the address belongs to, if any."""
    addresses = [one.address.lower() for one in invitees]
    owners = owners_of(tx, addresses, reach)
    logins = taken_logins(tx, addresses)
    asked = func.lower(Invitation.address)
    open_ones = set(tx.execute(select(asked).where(asked.in_(addresses), is_open())).scalars())
    good, skipped = [], []
    for one in invitees:
        owned = [row for row in owners[one.address.lower()] if one.person_id in {None, row.id}]
        reason = _refusal(one, owned, open_ones, logins)
        if reason is not None:
            skipped.append(Skipped(text=one.address, reason=_(reason)))
            continue
        owner = owned[0] if owned else None
        good.append(one if owner is None else Invitee(one.address, owner.id, owner.family_name, owner.given_name))
    return good, skipped


def owners_of(tx: Transaction, addresses: Sequence[str], reach: Reach) -> dict[str, list[Any]]:
    """Return the people whose mail addresses (in lower case) these are.

    Each with ``account``, ``retired``, ``within`` reach, and ``private``: registered by the person (本人登録).
    """
    rows = tx.execute(
        select(
            func.lower(ContactPoint.value).label("address"), Person.id, Person.family_name, Person.given_name,
            Account.id.label("account"), Person.retired_at.is_not(None).label("retired"),
            people_within(reach, tx.actor).label("within"),
            (ContactPoint.origin == ContactOrigin.PERSON).label("private"),
        )
        .join(Person, Person.id == ContactPoint.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(ContactPoint.kind == ContactKind.MAIL, func.lower(ContactPoint.value).in_(addresses))
        .order_by(Person.id)
    )  # fmt: skip
    owners: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        owners[row.address].append(row)
    return owners


def _refusal(one: Invitee, owned: Sequence[Any], open_ones: set[str], logins: dict[str, int]) -> str | None:
    if one.address.lower() in open_ones:
        return INVITED
    if any(row.account is not None for row in owned) or one.address.lower() in logins:
        return HAS_ACCOUNT
    if len(owned) > 1:
        return SEVERAL
    if any(row.retired or not row.within for row in owned):
        return NOT_THIS_ONE
    if one.person_id is None and any(row.private for row in owned):
        return PRIVATE
    return None
