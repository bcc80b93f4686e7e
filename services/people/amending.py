"""Changing single things about people, one or hundreds: what other rooms have taken in and checked (変更の反映).

Callers hold the lock (``lock.alone``), have checked the reach, and keep the change (``keeping``). A change names what
becomes of fields as ``PersonFields`` calls them, in the writing that is kept; own fields stand as ``own.`` and their
code, None empties one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func

from core.actor import WHOLE
from core.i18n import N_, _
from core.transaction import Transaction
from data.models.people import Person
from services.access.within import more_powerful
from services.people.imports.snapshot import KnownPerson, known_people
from services.people.rules import TAKEN_MAIL, owners_of_mails
from services.people.store import PersonValues, Reachable, change_people, set_contacts, set_own

MAIL_FIELDS = ("mail1", "mail2", "mail3")
REACHED_BY = frozenset({*MAIL_FIELDS, "mobile"})
OWN = "own."
MORE_POWERFUL = N_("This account may do more than you. Ask a system administrator.")

Changes = Mapping[int, Mapping[str, Any]]
"""What becomes of which person's fields."""

Problems = dict[int, dict[str, str]]
"""Sentences by person and field."""


def amendable(tx: Transaction, ids: Collection[int]) -> dict[int, KnownPerson]:
    """Return these people as they stand, by number."""
    rows = known_people(tx, [Person.id == func.any(sorted(ids))], WHOLE, tx.actor)
    return {row.id: row for row in rows}


def standing(person: KnownPerson) -> dict[str, Any]:
    """Return a person's fields as changes name them."""
    mails = dict.fromkeys(MAIL_FIELDS, "") | dict(zip(MAIL_FIELDS, person.reachable.mails, strict=False))
    own = {f"{OWN}{code}": value for code, value in person.own.items()}
    return {**person.values._asdict(), **mails, "mobile": person.reachable.mobile or "", **own}


def problems_of(tx: Transaction, people: Mapping[int, KnownPerson], changes: Changes) -> Problems:
    """Return why changes cannot be made: a mail address is somebody else's, or opens the way into a higher account."""
    new = {key: _new_mails(people[key], change) for key, change in changes.items()}
    mails = {mail.lower() for of_person in new.values() for mail in of_person.values()}
    owners = owners_of_mails(tx, sorted(mails))
    wanted = Counter(mail for of_person in new.values() for mail in {one.lower() for one in of_person.values()})
    higher = set(more_powerful(tx, Person.id == func.any([key for key, of_person in new.items() if of_person])))
    found: Problems = defaultdict(dict)
    for key, of_person in new.items():
        for name, mail in of_person.items():
            if owners.get(mail.lower(), key) != key or wanted[mail.lower()] > 1:
                found[key][name] = _(TAKEN_MAIL)
            elif key in higher:
                found[key][name] = _(MORE_POWERFUL)
    return dict(found)


def amend(tx: Transaction, people: Mapping[int, KnownPerson], changes: Changes) -> None:
    """Write changes; each person counts as changed, so whoever has an older version open is told."""
    after = {key: standing(people[key]) | dict(change) for key, change in changes.items()}
    change_people(tx, {
        key: PersonValues(*(values[name] for name in PersonValues._fields)) for key, values in after.items()
    })  # fmt: skip
    reached = [key for key, change in changes.items() if not REACHED_BY.isdisjoint(change)]
    set_contacts(tx, {key: _reachable(after[key]) for key in reached})
    own = [key for key, change in changes.items() if any(name.startswith(OWN) for name in change)]
    set_own(tx, {key: _own(after[key]) for key in own})


def _new_mails(person: KnownPerson, change: Mapping[str, Any]) -> dict[str, str]:
    there = set(person.reachable.mails)
    return {name: change[name] for name in MAIL_FIELDS if change.get(name) and change[name] not in there}


def _reachable(values: Mapping[str, Any]) -> Reachable:
    mails = dict.fromkeys(values[name] for name in MAIL_FIELDS if values[name])
    return Reachable(tuple(mails), values["mobile"] or None)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    named = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
    return {code: value for code, value in named.items() if value is not None}
