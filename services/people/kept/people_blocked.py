"""Which people an undo cannot bring back: out of reach, more powerful than the actor, or something is taken by now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from core.i18n import N_
from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, Department, Membership, Person
from services.access import departments_within, people_within, taken_logins
from services.access.within import more_powerful
from services.changes import RETIRED, Undoing, Wanted
from services.changes.planning import GONE, THERE
from services.fields import fits, own_fields, words_for
from services.people.kept.people_back import own_of
from services.people.rules import TAKEN_CODE, TAKEN_LOGIN, TAKEN_MAIL, owners_of_mails

OUTSIDE = N_("This person is outside your reach.")
PLACE_OUTSIDE = N_("A department that it concerns is outside your reach.")
PLACE_GONE = N_("A former department does not exist any more, or is retired.")
MORE = N_("This person may do more than you. Ask a system administrator.")
YOURSELF = N_("You cannot retire yourself. Ask another administrator.")
FIELD_OTHERWISE = N_("An own field is of another kind by now, or has other choices.")
REFERENCE_GONE = N_("What an own field led to does not exist any more.")
SIGNING_IN = {"login", "account_status", "mails", RETIRED}
"""What decides who signs in with an account; a link for a new password goes to a mail address."""


Owners = Callable[[list[str]], Mapping[str, int]]
"""Says which people have these values, by value."""


def blocked(tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
    """Return who cannot be brought back, and why, as message ids."""
    return Blocked(tx, wanted, undo).find()


class Blocked:
    """Collects why people cannot go back; the first reason stands."""

    def __init__(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> None:
        """Keep what is asked for."""
        self._tx = tx
        self._undo = undo
        self._wanted = {one.record_id: one for one in wanted}
        self.reasons: dict[int, str] = {}

    def find(self) -> dict[int, str]:
        """Return who cannot go back, and why."""
        self._existing()
        self._reach()
        self._powers()
        self._places()
        self._unique("code", TAKEN_CODE, self._owners_of_codes)
        self._unique("login", TAKEN_LOGIN, lambda logins: taken_logins(self._tx, logins))
        self._mails()
        self._own()
        return self.reasons

    def _blame(self, ids: Iterable[int], reason: str) -> None:
        for key in ids:
            self.reasons.setdefault(key, reason)

    def _existing(self) -> None:
        there = set(self._ids(select(Person.id)))
        for key, one in self._wanted.items():
            to_be_made = one.values is not None and not one.fields
            if to_be_made is (key in there):
                self.reasons[key] = THERE if to_be_made else GONE

    def _reach(self) -> None:
        if self._undo.reach.whole:
            return
        within = set(self._ids(select(Person.id).where(people_within(self._undo.reach, self._tx.actor))))
        made = {key for key, one in self._wanted.items() if one.values is not None and not one.fields}
        self._blame(set(self._wanted) - within - made, OUTSIDE)

    def _powers(self) -> None:
        def touches_sign_in(one: Wanted) -> bool:
            return one.values is None or not SIGNING_IN.isdisjoint(one.fields)

        people = [key for key, one in self._wanted.items() if touches_sign_in(one)]
        self._blame(more_powerful(self._tx, Person.id == func.any(people)), MORE)
        own = self._tx.actor.person_id
        mine = self._wanted.get(own) if own is not None else None
        if own is not None and mine is not None and (mine.values is None or RETIRED in mine.values):
            self._blame([own], YOURSELF)

    def _places(self) -> None:
        coming = self._undo.of("department")
        asked = {one for wanted in self._wanted.values() for one in _departments(wanted)}
        usable = select(Department.id).where(Department.id == func.any(sorted(asked)), Department.retired_at.is_(None))
        places = set(self._tx.execute(usable).scalars()) if asked else set()
        places |= {key for key, one in coming.items() if one.values is not None and RETIRED not in one.values}
        self._blame((key for key, one in self._wanted.items() if not places.issuperset(_departments(one))), PLACE_GONE)
        if not self._undo.reach.whole:
            self._places_within()

    def _places_within(self) -> None:
        moving = [key for key, one in self._wanted.items() if one.values is None or _moves(one)]
        now: dict[int, set[int]] = {key: set() for key in moving}
        for row in self._tx.execute(select(Membership).where(Membership.person_id == func.any(moving))).scalars():
            now[row.person_id].add(row.department_id)
        within = set(self._tx.execute(select(Department.id).where(departments_within(self._undo.reach))).scalars())
        for key in moving:
            after = set(_departments(self._wanted[key]))
            leaves = self._wanted[key].values is not None and within.isdisjoint(after)
            if leaves or not (now[key] ^ after) <= within:
                self._blame([key], PLACE_OUTSIDE)

    def _unique(self, name: str, reason: str, owners_of: Owners) -> None:
        by_value = {
            one.values[name]: key for key, one in self._wanted.items() if one.values is not None and name in one.values
        }
        owners = owners_of(list(by_value)) if by_value else {}
        self._blame(
            (by_value[value] for value, owner in owners.items() if self._keeps(owner, name, by_value[value])), reason
        )

    def _keeps(self, owner: int, name: str, wants: int) -> bool:
        other = self._wanted.get(owner)
        return owner != wants and not (other is not None and (other.values is None or name in other.fields))

    def _owners_of_codes(self, codes: list[str]) -> Mapping[str, int]:
        rows = self._tx.execute(select(Person.code, Person.id).where(Person.code == func.any(codes)))
        return {row.code: row.id for row in rows}

    def _mails(self) -> None:
        wanted = {key: one.values["mails"] for key, one in self._wanted.items() if one.values and "mails" in one.values}
        coming_back = [
            key for key, one in self._wanted.items()
            if RETIRED in one.fields and RETIRED not in (one.values or {}) and "mails" not in one.fields
        ]  # fmt: skip
        rows = self._tx.execute(
            select(ContactPoint.person_id, ContactPoint.value).where(
                ContactPoint.person_id == func.any(coming_back), ContactPoint.kind == ContactKind.MAIL
            )
        )
        for row in rows:
            wanted.setdefault(row.person_id, []).append(row.value)
        owners = owners_of_mails(self._tx, [mail for mails in wanted.values() for mail in mails]) if wanted else {}
        for key, mails in wanted.items():
            taken = [owner for mail in mails if (owner := owners.get(mail.lower())) is not None]
            if any(self._keeps(owner, "mails", key) for owner in taken):
                self._blame([key], TAKEN_MAIL)

    def _own(self) -> None:
        own = {key: own_of(one.values or {}) for key, one in self._wanted.items()}
        fields = {one.code: one for one in own_fields(self._tx, "person", retired=True)} if any(own.values()) else {}
        for code, field in fields.items():
            held = {key: values[code] for key, values in own.items() if code in values}
            self._blame((key for key, value in held.items() if not fits(field, value)), FIELD_OTHERWISE)
            words = words_for(self._tx, [field], [{code: value} for value in held.values()])
            self._blame((key for key, value in held.items() if words.leads_nowhere(code, value)), REFERENCE_GONE)

    def _ids(self, statement: Select[Any]) -> Iterable[int]:
        return self._tx.execute(statement.where(Person.id == func.any(list(self._wanted)))).scalars()


def _departments(one: Wanted) -> Sequence[int]:
    return one.values.get("departments", ()) if one.values else ()


def _moves(one: Wanted) -> bool:
    return not one.fields or "departments" in one.fields
