"""Whom the rows of a file are about, where several rows may be about the same person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select

from core.actor import Reach
from core.i18n import N_
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Person
from services.access import people_within
from services.people.imports.check import CODE_ALIKE, CODE_ELSEWHERE, CODE_OTHERWISE, CODE_RETIRED
from services.people.imports.rows import Draft, RowReader
from services.people.imports.snapshot import codes_alike, codes_in_other_letters

WHOSE = N_("Write the code of the person.")
NOBODY = N_("Nobody has the code {code}. Import the person first.")
NO_LOGIN = N_("No account has the login name {login}.")
SOMEBODY_ELSE = N_("This login name is not that of the person with the code {code}.")


@dataclass(slots=True)
class Holder:
    """Somebody whom a file names: what they have now, what they will have, and the rows about them."""

    id: int
    rows: list[Draft] = field(default_factory=list)
    now: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()

    @property
    def faulty(self) -> bool:
        """Say whether one of the rows cannot be taken."""
        return any(row.row.problems for row in self.rows)

    @property
    def changes(self) -> bool:
        """Say whether the rows change anything."""
        return self.now != self.after


class Finder:
    """Finds the people whom rows name by code, by login name, or by both."""

    def __init__(self, tx: Transaction, reaches: Sequence[Reach], reader: RowReader) -> None:
        """Keep where to look: only those within all of these reaches are found."""
        self._tx = tx
        self._reaches = reaches
        self._reader = reader

    def holders(self, drafts: Sequence[Draft]) -> list[Holder]:
        """Return the people with their rows, in the order of the file; whose row it is not clear of has a problem."""
        people = self._people("code", drafts)
        logins = self._people("login", drafts)
        self._hint(drafts, people)
        found: dict[int, Holder] = {}
        for draft in drafts:
            person = self._whose(draft, people, logins)
            if person is not None:
                found.setdefault(person, Holder(person)).rows.append(draft)
        return list(found.values())

    def _people(self, name: str, drafts: Sequence[Draft]) -> dict[str, Any]:
        if name not in self._reader.mapping:
            return {}
        wanted = {value for draft in drafts if (value := draft.values.get(name))}
        key = Person.code if name == "code" else Account.login
        within = and_(*[people_within(reach, self._tx.actor) for reach in self._reaches])
        rows = self._tx.execute(
            select(key, Person.id, Person.retired_at, within.label("within"))
            .outerjoin(Account, Account.person_id == Person.id)
            .where(key == func.any(sorted(wanted)))
        )
        return {row[0]: row for row in rows}

    def _whose(self, draft: Draft, people: dict[str, Any], logins: dict[str, Any]) -> int | None:
        code, login = draft.values.get("code"), draft.values.get("login")
        if not code and not login:
            if not draft.row.problems:
                self._reader.blame(draft, "code" if "code" in self._reader.mapping else "login", WHOSE)
            return None
        name, found = ("code", people.get(code)) if code else ("login", logins.get(login or ""))
        if found is None:
            problem = NOBODY if code else NO_LOGIN
            if not draft.row.problems:
                self._reader.blame(draft, name, problem, code=code, login=login)
            return None
        if code and login and (logins.get(login) is None or logins[login].id != found.id):
            self._reader.blame(draft, "login", SOMEBODY_ELSE, code=code)
        if not found.within:
            self._reader.blame(draft, name, CODE_ELSEWHERE)
        elif found.retired_at is not None:
            self._reader.blame(draft, name, CODE_RETIRED)
        key: int = found.id
        return key

    def _hint(self, drafts: Sequence[Draft], people: dict[str, Any]) -> None:
        lost = {code for draft in drafts if (code := draft.values.get("code")) and code not in people}
        bare = sorted(code for code in lost if code.isdigit() and not code.startswith("0"))
        alike = codes_alike(self._tx, bare) if bare else {}
        lettered = sorted(code for code in lost if not code.isdigit())
        otherwise = codes_in_other_letters(self._tx, lettered) if lettered else {}
        for draft in drafts if alike or otherwise else ():
            code = draft.values.get("code", "")
            if code in lost and code in alike:
                self._reader.blame(draft, "code", CODE_ALIKE, code=alike[code])
            elif code in lost and code.lower() in otherwise:
                self._reader.blame(draft, "code", CODE_OTHERWISE, code=otherwise[code.lower()])
